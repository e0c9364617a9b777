// compile FILE -o F.wasm: the model's log density, gradient, constraining map and sampler, with its data, as one file.
import { writeFile } from "node:fs/promises";
import { infer, MCMC, NUTS } from "sinter";
import { readModel } from "../model-file.js";

export interface CompileOptions {
  readonly data?: string;
  readonly output: string;
}

export async function compile(file: string, { data, output }: CompileOptions): Promise<void> {
  const { name, model, args } = await readModel(file, data);
  const density = infer.logDensity(model, args);
  const bytes = density.dim === 0 ? density.export() : new MCMC(new NUTS(model)).export(...args);
  await writeFile(output, bytes);
  console.log(
    `${output}: ${name} with ${density.dim} coordinates, ${bytes.length.toLocaleString("en")} bytes, compiled in ${density.compileMs.toFixed(0)} ms.`,
  );
}
