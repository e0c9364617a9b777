// A model's log density in; the program whose call runs a chunk of NUTS iterations, and chains run with it, out.
import { flatten, np, unflatten, type Tensor } from "../../tensor/index.js";
import type { ChunkLayout } from "../../runtime/entry.js";
import { concrete } from "../../tensor/tensor.js";
import { leafPlaces, type DensityExport } from "../../trace/export.js";
import { flatProgram, type FlatProgram } from "../../trace/flat-program.js";
import { iterationsOf, type ChainPlan } from "../chains/chain.js";
import type { PhasePoint } from "../hmc/density.js";
import { adaptationWindows } from "../hmc/windows.js";
import type { LogDensity } from "../log-density.js";
import { MOST_WINDOWS, runChunk, type ChainState, type Settings } from "./chunk.js";
import { CHUNK_OUTPUTS, ProgramChain } from "./program-chain.js";
import { initStepSize } from "./step-size.js";
import { initVariance } from "./variance-estimate.js";

/** Draws that fit into one chunk: calls cost well under a microsecond, and an engine changes to optimised code only between them. */
const CAPACITY = 64;

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
        return [...flatten(chunk.state).leaves, ...CHUNK_OUTPUTS.map((name) => chunk[name])];
      },
    );
  }

  /** Its part of an exported file. */
  get exported(): NonNullable<DensityExport["sampler"]> {
    const zeros = new Float64Array(this.density.dim);
    const { layout } = this.first({ q: zeros, g: zeros, logp: 0 }, exampleRun);
    const { def } = flatten(this.inputs(zeros, zeros, 0, exampleRun));
    const inputs = leafPlaces(def, "").map((place) =>
      place.replace(/^\[0\]/, "state").replace(/^\[1\]/, "settings"),
    );
    const outputs = [...inputs.slice(0, layout.stateLeaves), ...CHUNK_OUTPUTS];
    return { program: this.program, inputs, outputs, layout };
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
        total: i32(iterationsOf(run)),
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

  /** One chain from a starting point. Chains of one program may be advanced in turns. */
  chain(start: Pick<PhasePoint, "q" | "g" | "logp">, run: RunOptions): ProgramChain {
    const { leaves, layout } = this.first(start, run);
    const { warmup } = run;
    const contents = leaves.map((t) => t.data());
    return new ProgramChain(this.program, layout, contents, { warmup, total: iterationsOf(run) });
  }

  private first(
    start: Pick<PhasePoint, "q" | "g" | "logp">,
    run: RunOptions,
  ): { readonly leaves: readonly Tensor[]; readonly layout: ChunkLayout } {
    const first = this.inputs(start.q, start.g, start.logp, run);
    const { leaves } = flatten(first);
    const [state, settings] = first;
    const place = (leaf: Tensor): number => leaves.indexOf(leaf);
    const layout = {
      stateLeaves: flatten(state).leaves.length,
      iteration: place(state.iteration),
      stepSize: place(state.stepSize.size),
      trajectories: place(settings.trajectories),
      capacity: CAPACITY,
      dim: this.density.dim,
    };
    return { leaves, layout };
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
