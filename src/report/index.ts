// Nothing in; what the rest of Sinter uses of this room out.
export { createProgress, type Progress, type ProgressOptions, type ProgressStream } from "./progress.js";
export { renderTable, type TableOptions } from "./table.js";
export { samplingWarnings, type SamplerReport } from "./warnings.js";
