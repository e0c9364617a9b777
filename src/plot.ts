// The public names of "sinter/plot": charts of draws, as the text of an SVG; nothing is defined here.
export * as plot from "./plot/index.js";
export type { CalibrationOptions, FitLike, PlotOptions, Source } from "./plot/index.js";
