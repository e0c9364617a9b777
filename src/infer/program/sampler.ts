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
      density.binding.tensors,
      (free, bound) => {
        const [state, settings] = unflatten(example.def, free) as unknown as Inputs;
        const chunk = runChunk((q) => density.traced(q, bound), dim, maxTreeDepth, CAPACITY, state, settings);
        const { draws, statistics, kept } = chunk;
        const { warmupGradients, warmupDivergences, gradients, divergences } = chunk;
        return [
          ...flatten(chunk.state).leaves,
          ...[draws, statistics, kept],
          ...[warmupGradients, warmupDivergences, gradients, divergences],
        ];
      },
    );
  }

  /** New data of the same shapes. */
  bind(): void {
    this.program.bind(this.density.binding.tensors);
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
    const leaves = flatten(first).leaves;
    leaves.forEach((t, i) => program.inputs[i].set(t.data()));
    const [state, settings] = first;
    const size = flatten(state).leaves.length;
    const place = (leaf: Tensor): number => leaves.indexOf(leaf);
    const [iterations, stepSizes] = [place(state.iteration), place(state.stepSize.size)];
    const trajectories = program.inputs[place(settings.trajectories)];
    const { warmup, samples } = run;
    const total = warmup + samples * run.thinning;
    const statistics = new Float64Array(samples * STATISTICS.length);
    const draws = new Float64Array(samples * dim);
    const gradients = { warmup: 0, sampling: 0 };
    let warmupDivergences = 0;
    let divergences = 0;
    let kept = 0;
    const began = performance.now();
    let looked = began;
    let time = began;
    let sampling = began;
    for (let iteration = 0; iteration < total;) {
      program.run();
      const output = (i: number): Contents => program.output(size + i);
      for (let i = 0; i < size; i++) program.inputs[i].set(program.output(i));
      const rows = output(2)[0];
      draws.set(output(0).subarray(0, rows * dim), kept * dim);
      statistics.set(output(1).subarray(0, rows * STATISTICS.length), kept * STATISTICS.length);
      kept += rows;
      gradients.warmup += output(3)[0];
      gradients.sampling += output(5)[0] - output(3)[0];
      warmupDivergences += output(4)[0];
      divergences += output(6)[0];
      iteration = program.output(iterations)[0];
      const now = performance.now();
      if (iteration <= warmup) sampling = now;
      // A call should not take longer than the event loop may wait.
      const [count, rate] = [trajectories[0], trajectories[0] / (now - time)];
      trajectories[0] = Math.max(1, Math.min(CAPACITY, 2 * count, Math.floor(rate * SLICE)));
      if (now - looked > SLICE) {
        const phase = iteration < warmup ? "warm-up" : "sampling";
        await pause({ iteration, phase, stepSize: program.output(stepSizes)[0], divergences });
        looked = performance.now();
      }
      time = performance.now();
    }
    const column = (name: (typeof STATISTICS)[number]): Float64Array => {
      const at = STATISTICS.indexOf(name);
      return Float64Array.from({ length: samples }, (_, i) => statistics[i * STATISTICS.length + at]);
    };
    return {
      draws,
      stats: {
        stepSize: column("stepSize"),
        acceptance: column("acceptance"),
        treeDepth: column("treeDepth"),
        leapfrogs: column("leapfrogs"),
        divergent: Uint8Array.from(column("divergent")),
        energy: column("energy"),
        logDensity: column("logDensity"),
      },
      gradients,
      warmupDivergences,
      stepSize: program.output(stepSizes)[0],
      seconds: { warmup: (sampling - began) / 1000, sampling: (performance.now() - sampling) / 1000 },
    };
  }
}

type Contents = ReturnType<FlatProgram["output"]>;

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
