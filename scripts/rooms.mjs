// The rooms of src/ in the order imports may go; read by the import rules and by the file checks.

/**
 * Each row may import the rows above it, never those below.
 * Rooms in one row are peers: they may import each other as long as no two files form a cycle.
 */
export const rooms = [
  ["lint"],
  ["ir"],
  ["ops"],
  ["transform", "passes", "schedule", "codegen"],
  ["runtime"],
  ["trace", "script"],
  ["tensor"],
  ["handlers", "dist", "bijectors"],
  ["infer"],
  ["diagnostics", "report"],
  ["cli", "plugin", "plot"],
];

/**
 * tensor/ holds two things: what every tracer handles (Tensor, dtype, shape, key, pytree), which trace and script may
 * import, and the np functions (tensor/np.ts, tensor/np-*.ts, tensor/np/, and tensor/index.ts, which gathers them), which
 * stand to their right.
 */
export const tensorFunctions = "^src/tensor/(np[-/.]|index[.]ts$)";

/** The modelling half speaks to the compiler through the tensor API alone, so that a model has no second way in. */
export const modelling = ["handlers", "dist", "bijectors", "infer", "diagnostics", "report", "cli"];
export const compiler = ["ir", "ops", "transform", "passes", "schedule", "codegen", "runtime"];
