// explain FILE [--pass NAME]: what the compiler made of a model: passes, loops, sizes, costs, code; or one pass, before and after.
import { infer } from "sinter";
import { InputError } from "../input-error.js";
import { readModel } from "../model-file.js";

export interface ExplainOptions {
  readonly data?: string;
  readonly pass?: string;
  /** Whether kernels are measured, and whether the code is shown. */
  readonly profile?: boolean;
  readonly wat?: boolean;
}

export async function explain(
  file: string,
  { data, pass, profile = false, wat = false }: ExplainOptions,
): Promise<void> {
  const { name, model, args } = await readModel(file, data);
  const density = infer.logDensity(model, args, { profile });
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
  // Kernels are measured on what the last call left.
  if (profile) density.logDensity(new Float64Array(density.dim));
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
    String(lowered.kernels).trimEnd(),
    "",
    profile ? "kernels, measured at the starting point 0:" : "kernels, with what they are expected to cost:",
    String(profile ? lowered.kernelTimes() : lowered.kernelCosts),
    ...(wat ? ["", "code:", lowered.wat().trimEnd()] : []),
  ];
  console.log(lines.join("\n"));
}

const rules = (fired: Readonly<Record<string, number>>): string =>
  Object.entries(fired)
    .map(([rule, n]) => (n === 1 ? rule : `${rule} x${n}`))
    .join(", ") || "nothing to do";
