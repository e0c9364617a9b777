// Nothing in; the names of the room, which users reach as `plot.*` of "sinter/plot", out.
export { autocorrelation } from "./autocorrelation.js";
export { calibration, type CalibrationOptions } from "./calibration.js";
export { energy } from "./energy.js";
export type { FitLike, PlotOptions, Source } from "./entries.js";
export { forest } from "./forest.js";
export { pair } from "./pair.js";
export { rank } from "./rank.js";
export { trace } from "./trace.js";
