// In: a folder and the name of a sampler. Out: a run that keeps its draws there; its parent kills it.
import { killedRun, type kinds } from "./killed-model.fixture.js";

const [folder, kind] = process.argv.slice(2);
await killedRun(kind as (typeof kinds)[number], folder);
