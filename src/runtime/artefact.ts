// An instantiated module and its manifest in; what callers use of an exported function or log density out.
import { leavesOf, rebuild } from "./arguments.js";
import type { Data } from "../ir/types.js";
import { contentsOf, RuntimeArray } from "./array.js";
import { EntryProgram } from "./entry-program.js";
import { Sampler } from "./sampler.js";
import type { DensityManifest, FunctionManifest, Manifest, ManifestSite, Slot } from "./manifest.js";

type Floats = Float64Array | Float32Array;

export class Artefact {
  private readonly programs: ReadonlyMap<string, EntryProgram>;
  /** The coordinates and the gradient, each as one array where their blocks lie side by side. */
  private readonly point: Floats | null = null;
  private readonly gradient: Floats | null = null;
  private made: Sampler | null = null;

  constructor(
    readonly manifest: Manifest,
    private readonly instance: WebAssembly.Instance,
    /** Points of the posterior that the file keeps, row by row. */
    private readonly points: Float64Array,
  ) {
    this.programs = new Map(
      Object.entries(manifest.entries).map(([name, entry]) => [name, new EntryProgram(entry, instance)]),
    );
    if (manifest.kind !== "density" || manifest.dim === 0) return;
    const program = this.programs.get("logDensity")!;
    this.point = sideBySide(program.inputs.slice(0, manifest.sites.length), manifest.dim);
    this.gradient = sideBySide(program.outputs.slice(1), manifest.dim);
  }

  /** The exported function on arguments of the exported structure; results are copies. */
  call(...args: unknown[]): unknown {
    const manifest = this.expect("function", "call");
    const program = this.programs.get("call")!;
    const label = `call of ${manifest.name}`;
    // All are checked before any is written.
    const given = leavesOf(args, manifest.args, label).map(({ value, place }, i) =>
      contentsOf(value, program.entry.inputs[i]!, `${label}: ${place}`),
    );
    given.forEach((data, i) => program.set(i, data));
    program.run();
    return rebuild(manifest.out, results(program));
  }

  /** Names of what the file keeps and `set` replaces: data, parameters, captured tensors. */
  get kept(): readonly string[] {
    const names = [...this.programs.values()].flatMap(({ entry }) =>
      entry.inputs.filter((s) => s.role === "kept").map((s) => s.name),
    );
    return [...new Set(names)];
  }

  /** Replaces kept contents, in every program that reads them. */
  set(name: string, value: unknown): void {
    const { kept } = this;
    if (!kept.includes(name))
      throw new Error(
        `set: ${this.manifest.name} keeps nothing called "${name}"; it keeps ${kept.map((n) => `"${n}"`).join(", ") || "nothing"}.`,
      );
    for (const program of this.programs.values()) {
      const at = program.find(name, "kept");
      if (at >= 0) program.set(at, contentsOf(value, program.entry.inputs[at]!, `set: "${name}"`));
    }
  }

  /** New data for a log density: arguments of the exported structure. */
  setArgs(...args: unknown[]): void {
    const { args: tree, name, entries } = this.expect("density", "setArgs");
    const label = `setArgs of ${name}`;
    const first = entries.logDensity.inputs.findIndex((s) => s.role === "kept");
    const checked = leavesOf(args, tree, label).map(({ value, place }, i) => {
      const slot = entries.logDensity.inputs[first + i]!;
      return [slot, contentsOf(value, slot, `${label}: ${place}`)] as const;
    });
    for (const [slot, data] of checked)
      for (const program of this.programs.values()) {
        const at = program.find(slot.name, "kept");
        if (at >= 0) program.set(at, data);
      }
  }

  /** Number of unconstrained coordinates. */
  get dim(): number {
    return this.expect("density", "dim").dim;
  }

  /** One per coordinate. */
  get names(): readonly string[] {
    return this.expect("density", "names").coordinates;
  }

  get sites(): readonly ManifestSite[] {
    return this.expect("density", "sites").sites;
  }

  logDensity(q: ArrayLike<number>): number {
    return this.evaluate(q, null);
  }

  /** Writes the gradient to `out` (dim numbers) and returns the log density, Jacobian included. */
  logDensityGradient(q: ArrayLike<number>, out: Float64Array): number {
    return this.evaluate(q, out);
  }

  private evaluate(q: ArrayLike<number>, out: Float64Array | null): number {
    const { dim, sites, name } = this.expect("density", "logDensity");
    if (q.length !== dim || (out !== null && out.length !== dim))
      throw new RangeError(
        `logDensity of ${name}: there are ${dim} coordinates; got a point of ${q.length}` +
          `${out === null ? "" : ` and an output of ${out.length}`} numbers.`,
      );
    const { point, gradient } = this;
    const program = this.programs.get("logDensity")!;
    if (point) for (let i = 0; i < dim; i++) point[i] = q[i]!;
    else this.scatter(program, q);
    program.run();
    if (out !== null && gradient) out.set(gradient);
    else if (out !== null) sites.forEach((site, i) => out.set(program.outputs[i + 1]!, site.offset));
    return program.outputs[0]![0]!;
  }

  /** The sites' values and the deterministics at a point, by name. */
  constrain(q: ArrayLike<number>): Record<string, RuntimeArray> {
    const { dim, name } = this.expect("density", "constrain");
    if (q.length !== dim)
      throw new RangeError(`constrain of ${name}: there are ${dim} coordinates, got ${q.length}.`);
    const program = this.programs.get("constrain")!;
    this.scatter(program, q);
    program.run();
    const arrays = results(program);
    return Object.fromEntries(program.entry.outputs.map((s, i) => [s.name, arrays[i]!]));
  }

  /** The i-th kept draw: a point for `constrain` and `predict`. There are `manifest.draws` of them. */
  draw(i: number): Float64Array {
    const { draws, dim, name } = this.expect("density", "draw");
    if (!Number.isInteger(i) || i < 0 || i >= draws)
      throw new RangeError(
        draws === 0
          ? `draw of ${name}: the file keeps no draws; export with { draws }, or write it with \`sinter run FILE --out DIR\`.`
          : `draw of ${name}: there are ${draws} draws, got number ${i}.`,
      );
    return this.points.slice(i * dim, (i + 1) * dim);
  }

  /** Deterministics and fresh draws of the observed sites at a point, by name; a whole number or two words are the key. */
  predict(q: ArrayLike<number>, key: unknown): Record<string, RuntimeArray> {
    const { dim, name, unpredictable } = this.expect("density", "predict");
    const program = this.programs.get("predict");
    if (!program) throw new Error(`predict of ${name}: the file has no predictions: ${unpredictable}`);
    if (q.length !== dim)
      throw new RangeError(`predict of ${name}: there are ${dim} coordinates, got ${q.length}.`);
    program.set(0, contentsOf(key, program.entry.inputs[0]!, `predict of ${name}: the key`));
    this.scatter(program, q, 1);
    program.run();
    const arrays = results(program);
    return Object.fromEntries(program.entry.outputs.map((s, i) => [s.name, arrays[i]!]));
  }

  /** The sampler of a log density, if the file holds one. */
  get sampler(): Sampler | null {
    const { sampler: layout } = this.expect("density", "sampler");
    if (!layout) return null;
    const { memory, sampler } = this.instance.exports as unknown as {
      memory: WebAssembly.Memory;
      sampler(iterations: number): number;
    };
    const density = this.programs.get("logDensity")!;
    return (this.made ??= new Sampler(layout, memory.buffer, (iterations) => {
      density.refresh();
      return sampler(iterations);
    }));
  }

  /** Writes each site's coordinates to its input. */
  private scatter({ inputs }: EntryProgram, q: ArrayLike<number>, first = 0): void {
    this.sites.forEach(({ offset, size }, i) => {
      const view = inputs[first + i];
      if (view) for (let k = 0; k < size; k++) view[k] = q[offset + k]!;
    });
  }

  private expect(kind: "function", what: string): FunctionManifest;
  private expect(kind: "density", what: string): DensityManifest;
  private expect(kind: Manifest["kind"], what: string): Manifest {
    const { manifest } = this;
    if (manifest.kind === kind) return manifest;
    throw new TypeError(
      `${what}: the file holds ${manifest.kind === "density" ? "the log density" : "the function"} ${manifest.name}; ` +
        `use ${manifest.kind === "density" ? "logDensity(q), logDensityGradient(q, out), constrain(q), setArgs(...)" : "call(...)"} on it.`,
    );
  }
}

/** One array over neighbours in memory; null where they are none. */
function sideBySide(views: readonly (Data | null)[], length: number): Floats | null {
  const [first] = views;
  let at = first?.byteOffset ?? 0;
  for (const v of views) {
    if (!v || v.byteOffset !== at || v.constructor !== first!.constructor) return null;
    at += v.byteLength;
  }
  if (first instanceof Float64Array) return new Float64Array(first.buffer, first.byteOffset, length);
  return first instanceof Float32Array ? new Float32Array(first.buffer, first.byteOffset, length) : null;
}

/** Copies: memory is reused by the next run. */
const results = ({ entry, outputs }: EntryProgram): RuntimeArray[] =>
  entry.outputs.map(({ dtype, shape }: Slot, i) => new RuntimeArray({ dtype, shape }, outputs[i]!.slice()));
