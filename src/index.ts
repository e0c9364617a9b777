// The public names of "sinter"; nothing is defined here.

export type * from "./ir/types.js";
