// The namespace `np`: NumPy's names in camelCase. Each function takes tensors, numbers or nested arrays and gives a Tensor.
export * from "./np/creation.js";
export * from "./np/elementwise.js";
export * from "./np/reductions.js";
export * from "./np/shape.js";
export * from "./np/indexing.js";
export * from "./np/products.js";
export * from "./np/control.js";
export * from "./np/sorting.js";
export * from "./np/statistics.js";
export * from "./np/curves.js";
export * from "./np/closeness.js";
export * as linalg from "./np/linalg.js";
export * as ode from "./np/ode.js";
export * as special from "./np/special.js";
import "./np/methods.js";
