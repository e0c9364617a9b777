// explain FILE [--pass NAME]: what the compiler made of a model: passes, loops, sizes; or one pass, before and after.
import { infer } from "sinter";
import { InputError } from "../input-error.js";
import { readModel } from "../model-file.js";

export interface ExplainOptions {
  readonly data?: string;
  readonly pass?: string;
}

export async function explain(file: string, { data, pass }: ExplainOptions): Promise<void> {
  const { name, model, args } = await readModel(file, data);
  const density = infer.logDensity(model, args);
  const { lowered } = density;
  const { passes } = lowered;
  if (pass !== undefined) {
    const found = passes.find((p) => p.name === pass);
    if (!found)
      throw new InputError(
        `there is no pass "${pass}"; the passes are ${passes.map((p) => p.name).join(", ")}.`,
      );
    console.log(`${pass}: ${rules(found.fired)}\n\nbefore:\n${found.before}\n\nafter:\n${found.after}`);
    return;
  }
  const { memory, graph, optimized, prologue } = lowered;
  const lines = [
    `${name}: ${density.dim} coordinates (${density.sites.map((s) => `${s.name}[${s.shape.join(",")}]`).join(", ")})`,
    `compiled in ${density.compileMs.toFixed(1)} ms to ${lowered.wasm.length.toLocaleString("en")} bytes; memory ${memory.arenaBytes.toLocaleString("en")} bytes, ` +
      `${memory.naiveBytes.toLocaleString("en")} without reuse`,
    `${graph.equations.length} equations as traced and differentiated, ${optimized.equations.length} after the passes` +
      (prologue ? `, ${prologue.equations.length} moved to the prologue that runs once per data set` : ""),
    "",
    "passes:",
    ...passes.map(
      (p) => `  ${p.name.padEnd(Math.max(...passes.map((q) => q.name.length)))}  ${rules(p.fired)}`,
    ),
    "",
    "loops:",
    String(lowered.kernels),
  ];
  console.log(lines.join("\n"));
}

const rules = (fired: Readonly<Record<string, number>>): string =>
  Object.entries(fired)
    .map(([rule, n]) => (n === 1 ? rule : `${rule} x${n}`))
    .join(", ") || "nothing to do";
