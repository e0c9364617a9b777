// The public names of "sinter/runtime": what runs an exported program without the compiler; nothing is defined here.

export type * from "../ir/types.js";
