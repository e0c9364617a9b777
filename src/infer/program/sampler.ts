// A model's log density in; the program whose call runs a chunk of NUTS iterations, and chains run with it, out.
import { flatten, np, unflatten, type Tensor } from "../../tensor/index.js";
import { concrete } from "../../tensor/tensor.js";
import { flatProgram, type FlatProgram } from "../../trace/flat-program.js";
import type { ChainDraws, ChainPlan, Pause } from "../hmc/chain.js";
import type { PhasePoint } from "../hmc/density.js";
import { adaptationWindows } from "../hmc/windows.js";
import type { LogDensity } from "../log-density.js";
import { MOST_WINDOWS, runChunk, STATISTICS, type ChainState, type Settings } from "./chunk.js";
import { initStepSize } from "./step-size.js";
import { initVariance } from "./variance-estimate.js";

/** Draws that fit into one chunk: calls cost well under a microsecond, and an engine changes to optimised code only between them. */
const CAPACITY = 64;
/** Milliseconds between two looks at the event loop. */
const SLICE = 50;

export interface ProgramOptions {
  readonly maxTreeDepth: number;
  readonly jit: boolean;
  readonly backend?: string;
}

export interface RunOptions extends ChainPlan {
  readonly key: Tensor;
  readonly stepSize: number;
  readonly targetAccept: number;
  readonly adaptStepSize: boolean;
  readonly adaptMass: boolean;
}

const i32 = (x: number): Tensor => np.array(x, { dtype: "i32" });

export class SamplerProgram {
  readonly program: FlatProgram;

  constructor(
    private readonly density: LogDensity,
    private readonly options: ProgramOptions,
  ) {
    const { maxTreeDepth, jit, backend } = options;
    const { dim } = density;
    const zeros = new Float64Array(dim);
    const example = flatten(this.inputs(zeros, zeros, 0, exampleRun));
    this.program = flatProgram(
      { label: "NUTS", jit, ...(backend === undefined ? {} : { backend }) },
      example.leaves.map((t) => t.type),
      density.boundTensors,
      (free, bound) => {
        const [state, settings] = unflatten(example.def, free) as unknown as Inputs;
        const chunk = runChunk((q) => density.traced(q, bound), dim, maxTreeDepth, CAPACITY, state, settings);
        const { draws, statistics, kept, warmupGradients, warmupDivergences, gradients } = chunk;
        return [
          ...flatten(chunk.state).leaves,
          draws,
          statistics,
          kept,
          warmupGradients,
          warmupDivergences,
          gradients,
        ];
      },
    );
  }

  /** New data of the same shapes. */
  bind(): void {
    this.program.bind(this.density.boundTensors);
  }

  dispose(): void {
    this.program.dispose();
  }

  private inputs(q: Float64Array, g: Float64Array, logp: number, run: RunOptions): Inputs {
    const { dim } = this.density;
    const { start, ends } = adaptationWindows(run.warmup);
    if (ends.length > MOST_WINDOWS)
      throw new RangeError(
        `NUTS: ${run.warmup} iterations of warm-up need ${ends.length} windows; ${MOST_WINDOWS} fit.`,
      );
    const windowEnds = new Int32Array(MOST_WINDOWS).fill(-1);
    windowEnds.set(ends);
    return [
      {
        point: { q: vector(q), g: vector(g), logp: np.array(logp) },
        stepSize: initStepSize(np.array(run.stepSize), run.adaptStepSize && run.warmup > 0),
        inverse: np.ones([dim]),
        estimate: initVariance(dim),
        iteration: i32(0),
        trajectory: i32(0),
      },
      {
        key: run.key,
        trajectories: i32(CAPACITY),
        warmup: i32(run.warmup),
        total: i32(run.warmup + run.samples * run.thinning),
        thinning: i32(run.thinning),
        targetAccept: np.array(run.targetAccept),
        adaptStepSize: np.array(run.adaptStepSize),
        adaptMass: np.array(run.adaptMass),
        maxDepth: i32(this.options.maxTreeDepth),
        windowStart: i32(start),
        windowEnds: concrete({ dtype: "i32", shape: [MOST_WINDOWS] }, windowEnds),
      },
    ];
  }

  /** One chain from a starting point. */
  async run(start: Pick<PhasePoint, "q" | "g" | "logp">, run: RunOptions, pause: Pause): Promise<ChainDraws> {
    const { program } = this;
    const { dim } = this.density;
    const first = this.inputs(start.q, start.g, start.logp, run);
    flatten(first).leaves.forEach((t, i) => program.inputs[i]!.set(t.data()));
    const { leaves: state, def } = flatten(first[0]);
    const at = state.length;
    const { warmup, samples } = run;
    const total = warmup + samples * run.thinning;
    const columns = STATISTICS.map(() => new Float64Array(samples));
    const draws = new Float64Array(samples * dim);
    const gradients = { warmup: 0, sampling: 0 };
    let warmupDivergences = 0;
    let divergences = 0;
    let kept = 0;
    let iteration = 0;
    const began = performance.now();
    let looked = began;
    let sampling = began;
    const now = (): ChainState =>
      unflatten(
        def,
        state.map((t, i) => concrete(t.type, program.output(i).slice())),
      ) as unknown as ChainState;
    while (iteration < total) {
      program.run();
      for (let i = 0; i < at; i++) program.inputs[i]!.set(program.output(i));
      const more = program.output(at + 2)[0]!;
      draws.set(program.output(at).subarray(0, more * dim), kept * dim);
      const rows = program.output(at + 1);
      for (let r = 0; r < more; r++) {
        columns.forEach((column, k) => (column[kept + r] = rows[r * STATISTICS.length + k]!));
        divergences += rows[r * STATISTICS.length + 4]!;
      }
      kept += more;
      const warm = program.output(at + 3)[0]!;
      gradients.warmup += warm;
      gradients.sampling += program.output(at + 5)[0]! - warm;
      warmupDivergences += program.output(at + 4)[0]!;
      iteration = now().iteration.item();
      const time = performance.now();
      if (iteration <= warmup) sampling = time;
      if (time - looked > SLICE) {
        const phase = iteration < warmup ? "warm-up" : "sampling";
        await pause({ iteration, phase, stepSize: now().stepSize.size.item(), divergences });
        looked = performance.now();
      }
    }
    const end = performance.now();
    const [stepSize, acceptance, treeDepth, leapfrogs, divergent, energy, logDensity] = columns as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    return {
      draws,
      stats: {
        stepSize,
        acceptance,
        treeDepth,
        leapfrogs,
        divergent: Uint8Array.from(divergent),
        energy,
        logDensity,
      },
      gradients,
      warmupDivergences,
      stepSize: now().stepSize.size.item(),
      seconds: { warmup: (sampling - began) / 1000, sampling: (end - sampling) / 1000 },
    };
  }
}

/** In this order, so that the state's inputs and outputs have the same numbers. */
type Inputs = readonly [state: ChainState, settings: Settings];

const vector = (x: Float64Array): Tensor => concrete({ dtype: "f64", shape: [x.length] }, x.slice());

const exampleRun: RunOptions = {
  key: concrete({ dtype: "key", shape: [] }, Uint32Array.of(0, 0)),
  warmup: 0,
  samples: 1,
  thinning: 1,
  stepSize: 1,
  targetAccept: 0.8,
  adaptStepSize: true,
  adaptMass: true,
};
