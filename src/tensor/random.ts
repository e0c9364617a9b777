// The namespace `random`: keys, and draws that are pure functions of a key.
export * from "./random/keys.js";
export * from "./random/continuous.js";
export * from "./random/gamma.js";
export * from "./random/discrete.js";
export * from "./random/circular.js";
export * from "./random/compound.js";
