// Scheduled graphs in, one wasm module out: function `main`, and `prologue` for what depends on bound data alone.
import { byteWidth } from "../../ir/types.js";
import type { Kernels, Buffer } from "../../schedule/kernel.js";
import { isOpen, typical } from "../../ir/size.js";
import { alignUp, bytesOf, firstFit, temporariesOf } from "../../schedule/plan.js";
import { KernelEmitter } from "./kernels.js";
import { RoutineLinker } from "./link.js";
import { ModuleBuilder, type FunctionBuilder } from "./module.js";
import { OpenLayout, TABLE_AT, type OpenPlaces } from "./open-layout.js";
import { RoutineCall } from "./routine-call.js";
import { routineTable } from "./routines/index.js";
import { scratchBytes } from "./routines/scratch.js";
import { emitRows, rowsLayout, type RowsLayout } from "./rows.js";
import { coordinatesOf, densityOf } from "./sampler/density.js";
import { often, once, type Style } from "./style.js";
import { TABLES_END } from "./tables.js";
import { emitSampler, samplerLayout, type SamplerLayout, type SamplerPlan } from "./sampler/emit.js";

/** The first bytes stay unused, so that no address is 0 and small negative offsets stay in range. */
const RESERVED = alignUp(TABLES_END, 64);
const PAGE = 65536;

/** Contents of memory. */
export interface Segment {
  readonly place: number;
  readonly bytes: Uint8Array;
}

export interface WasmProgram {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same module with such contents. */
  readonly bytesWith: (segments: readonly Segment[]) => Uint8Array<ArrayBuffer>;
  readonly pages: number;
  /** Where the sampler's state is, in programs that have one. */
  readonly sampler: SamplerLayout | null;
  /** Where points and what comes of them are, in programs that run at many in one call. */
  readonly rows: RowsLayout | null;
  readonly memory: {
    readonly arenaBytes: number;
    readonly naiveBytes: number;
    readonly constantBytes: number;
  };
  /** Present where buffers have open sizes: what must be written to memory, and how large it must be, for a length. */
  readonly layout?: (n: number) => OpenPlaces;
}

export interface ProgramParts {
  /** What the exported functions are called: "constrain" makes `constrain` and `constrain.prologue`; absent: `main` and `prologue`. */
  readonly name?: string;
  readonly main: Kernels;
  readonly prologue: Kernels | null;
  /** For each input of main, the buffer of the prologue's output that it is, or null when it is set from outside. */
  readonly derived: readonly (Buffer | null)[];
  /** For each input of the prologue, the input of main that it shares memory with, or null when it has memory of its own. */
  readonly shared: readonly (Buffer | null)[];
  /** For measuring: names of functions, and `timed(stop)`, which is main up to kernel number `stop`. */
  readonly profile: boolean;
  /** Whether the engine runs relaxed SIMD and the program may use it. */
  readonly relaxed: boolean;
  /** A sampler beside main, whose free inputs are then coordinates, and whose outputs a log density and its gradient. */
  readonly sampler?: SamplerPlan;
  /** How many inputs make a point, in programs that should run at many points in one call: see rows.ts. */
  readonly rows?: number;
}

/** Gives every buffer that outlives a run its place, from `start` on; those of open size go to the layout. */
function placeLasting(
  parts: ProgramParts,
  start: number,
  layout: OpenLayout,
): { end: number; constantBytes: number } {
  const { main, prologue } = parts;
  let end = start;
  const place = (b: Buffer, align: number): void => {
    if (b.place !== -1) return;
    if (isOpen(b.size)) return layout.add(b);
    end = alignUp(end, align);
    b.place = end;
    end += bytesOf(b);
  };
  // Inputs that change with every call, then outputs, each contiguous: callers fill and read them as one block. Samplers go through
  // points and gradients by pairs, so that nothing else stands in the second half of a last pair, and pairs of gradients are aligned.
  const { sampler } = parts;
  const filler = sampler ? 8 : 0;
  const point = sampler ? coordinatesOf(main, sampler.dim) : [];
  for (const b of point) place(b, 8);
  end += filler;
  main.inputs.forEach((b, i) => {
    if (!parts.derived[i]) place(b, byteWidth[b.dtype]);
  });
  end = alignUp(end, 64) + filler;
  for (const b of main.outputs) place(b, byteWidth[b.dtype]);
  end += filler;
  prologue?.inputs.forEach((b, i) => {
    const twin = parts.shared[i];
    if (twin) b.place = twin.place;
    else place(b, 64);
  });
  prologue?.outputs.forEach((b) => place(b, 64));
  main.inputs.forEach((b, i) => {
    const from = parts.derived[i];
    if (from) b.place = from.place;
  });
  const constantsFrom = end;
  for (const k of kernelsOf(parts)) for (const b of k.buffers) if (b.role === "constant") place(b, 16);
  return { end: alignUp(end, 64), constantBytes: end - constantsFrom };
}

const kernelsOf = ({ main, prologue }: ProgramParts): Kernels[] => (prologue ? [main, prologue] : [main]);

/** Lays out memory, emits the functions and encodes the module. Several programs have memory of their own but for temporaries. */
export function emitProgram(...programs: readonly ProgramParts[]): WasmProgram {
  const lengths = new OpenLayout();
  const openBuffers = programs.flatMap(kernelsOf).flatMap((k) => k.buffers.filter((b) => isOpen(b.size)));
  let end = openBuffers.length === 0 ? RESERVED : alignUp(TABLE_AT + 4 * (openBuffers.length + 1), 64);
  let constantBytes = 0;
  for (const parts of programs) {
    const placed = placeLasting(parts, end, lengths);
    end = placed.end;
    constantBytes += placed.constantBytes;
  }
  // No two of the functions ever run at once: their temporaries share one area.
  const all = programs.flatMap(kernelsOf);
  const plans = all.map((k) => {
    const temporaries = temporariesOf(k);
    const fixed = temporaries.filter((t) => !isOpen(t.buffer.size));
    const open = temporaries.filter((t) => isOpen(t.buffer.size));
    if (open.length > 0) lengths.addArena(open);
    const fit = firstFit(fixed, end);
    fixed.forEach(({ buffer }, i) => (buffer.place = fit.places[i]!));
    // What open ones take is told for a typical length.
    const rows = firstFit(open, 0, (b) => typical(bytesOf(b)));
    return {
      end: fit.end,
      arenaBytes: fit.end - end + rows.end,
      naiveBytes: fit.naiveBytes + rows.naiveBytes,
    };
  });
  const fixedEnd = alignUp(Math.max(...plans.map((p) => p.end)), 64);
  const wanted = scratchBytes(all);
  let top = alignUp(fixedEnd + wanted + 64, 64);
  const sampled = programs.find((p) => p.sampler);
  const layout = sampled ? samplerLayout(sampled.sampler!, top) : null;
  if (layout) top = layout.end + 64;
  const many = programs.find((p) => p.rows !== undefined);
  const rows = many ? rowsLayout(many.main, many.rows!, top) : null;
  if (rows) top = rows.end + 64;
  const module = new ModuleBuilder({ names: programs.some((p) => p.profile) });
  const pages = Math.max(1, Math.ceil(top / PAGE));
  module.memory(pages, { ...(lengths.count === 0 ? { max: pages } : {}), export: "memory" });
  const linker = new RoutineLinker(module);
  const routines = new RoutineCall(
    linker,
    routineTable,
    fixedEnd,
    programs.every((p) => p.relaxed),
  );
  const emit = (name: string, k: Kernels, style: Style): FunctionBuilder => {
    const f = module.func(name, [], [], { export: name });
    new KernelEmitter(f, linker, routines, style).emit(k);
    return f;
  };
  for (const parts of programs) {
    const { name, main, prologue, profile, sampler } = parts;
    const own = (part: string): string => (name === undefined ? part : `${name}.${part}`);
    const run = emit(name ?? "main", main, often);
    if (sampler) emitSampler(module, linker, layout!, densityOf(module, layout!, main, run));
    if (rows && parts === many) emitRows(module, rows, main, run);
    if (prologue) emit(own("prologue"), prologue, once);
    if (!profile) continue;
    const f = module.func(own("timed"), ["i32"], [], { export: own("timed") });
    new KernelEmitter(f, linker, routines, often).emitTimed(main, f.param(0));
  }
  return {
    bytes: module.bytes(),
    bytesWith(segments) {
      for (const { place, bytes } of segments) module.data(place, bytes);
      return module.bytes();
    },
    pages,
    sampler: layout,
    rows,
    memory: {
      arenaBytes: Math.max(...plans.map((p) => p.arenaBytes)),
      naiveBytes: plans.reduce((n, p) => n + p.naiveBytes, 0),
      constantBytes,
    },
    ...(lengths.count === 0 ? {} : { layout: (n: number) => lengths.at(n, top) }),
  };
}
