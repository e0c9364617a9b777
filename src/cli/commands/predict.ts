// predict F.wasm --data F: what an exported function or fitted model says of data, as JSON on standard output.
import { answer, readArtefact } from "../artefact-file.js";
import { readJson } from "../json-file.js";

export interface PredictOptions {
  readonly data?: string;
  readonly seed: number;
}

export async function predict(file: string, { data, seed }: PredictOptions): Promise<void> {
  const artefact = await readArtefact(file);
  console.log(JSON.stringify(answer(artefact, data === undefined ? undefined : await readJson(data), seed)));
}
