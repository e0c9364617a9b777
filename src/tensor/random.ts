// The namespace `random`: keys, and draws that are pure functions of a key.
export * from "./random/keys.js";
export * from "./random/continuous.js";
//LATER export * from "./random/gamma.js";
//LATER export * from "./random/discrete.js";
