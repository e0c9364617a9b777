// A model and posterior draws (or a guide, or nothing) in; draws of what the model would produce out.
import { getParamStore, handlers, type Message } from "../handlers/index.js";
import { np, random, type Shape, type Tensor, type TensorLike } from "../tensor/index.js";
import { concrete } from "../tensor/tensor.js";
import { flatProgram, type FlatProgram } from "../trace/flat-program.js";
import { ProgramFamilies } from "../trace/program-family.js";
import { boundArguments, type BoundArguments } from "./density/bound-arguments.js";
import { OpenSites } from "../script/error.js";
import { stackDraws } from "./particles/weighted-draws.js";
import { inferDiscrete, infersDiscrete, type InferDiscreteOptions } from "./infer-discrete.js";
import { checkOptions, wholeNumber } from "./known-options.js";
import { callModel, type Model } from "./model.js";

/** Options of `Predictive`. */
export interface PredictiveOptions {
  /** Draws by site, e.g. `fit.samples()`: leading axes (draws) or (chains, draws). */
  readonly samples?: Readonly<Record<string, TensorLike>>;
  /** Latent sites are drawn from it, with parameters from the store. */
  readonly guide?: Model;
  /** How many draws; needed with a guide and for the prior predictive. */
  readonly numSamples?: number;
  /** Leading axes of `samples` that count draws, 1 or 2. Default: what the sites' own shapes leave over. */
  readonly batchNdims?: number;
  /**
   * Sites marked `{ infer: { enumerate: "parallel" } }` are drawn from their exact posterior given the data and each draw of the others;
   * `{ temperature: 0 }`: their most probable joint values. Default false: they are drawn as the model says.
   */
  readonly inferDiscrete?: boolean | Pick<InferDiscreteOptions, "temperature">;
  /** Names to return. Default: every site that is not given in samples, and deterministics, which are computed for these arguments. */
  readonly returnSites?: readonly string[];
  /** A whole number or a random key. Default 0. */
  readonly seed?: number | Tensor;
  /** false: run operation by operation. Default true. */
  readonly jit?: boolean;
  readonly backend?: string;
}

const KNOWN = [
  ...["samples", "guide", "numSamples", "batchNdims", "inferDiscrete", "returnSites", "seed"],
  ...["jit", "backend"],
];

export interface Predictive {
  /** Draws by site, each with the draws' axes in front. Same object, same arguments: new draws at every call. */
  (...args: unknown[]): Record<string, Tensor>;
}

/**
 * Prior predictive (numSamples alone), posterior predictive from draws (samples) or from a guide. Sites observed in the model
 * are drawn anew when the model is called without their data (obs null); what is observed stays as it is. A script whose number of
 * sites is drawn runs eagerly, draw by draw; a site is NaN in the draws that do not make it.
 *
 * @example new Predictive(model, { samples: fit.samples() })(x, null).y
 */
export const Predictive = function (model: Model, options: PredictiveOptions = {}): Predictive {
  const plan = new Plan(model, options);
  return (...args) => plan.call(args);
} as unknown as {
  new (model: Model, options?: PredictiveOptions): Predictive;
  (model: Model, options?: PredictiveOptions): Predictive;
};

/** One draw as a program: [key, ...values of given sites] -> [next key, ...returned sites]. */
interface Compiled {
  readonly args: BoundArguments;
  readonly names: readonly string[];
  readonly params: readonly string[];
  readonly program: FlatProgram;
}

/** The given draws, laid out one behind the other. */
interface Given {
  readonly sites: ReadonlyMap<string, { readonly flat: Tensor; readonly shape: Shape }>;
  /** The draws' axes of the results. */
  readonly lead: Shape;
  readonly draws: number;
}

function layOut(
  tensors: readonly (readonly [string, Tensor])[],
  batchNdims: number,
  numSamples: number | undefined,
): Given {
  const first = tensors[0]?.[1].shape.slice(0, batchNdims);
  for (const [name, x] of tensors)
    if (x.ndim < batchNdims || x.shape.slice(0, batchNdims).join() !== first!.join())
      throw new Error(
        `new Predictive: samples of "${name}" have shape [${x.shape.join(", ")}], those of "${tensors[0][0]}" start with [${first!.join(", ")}]; ` +
          `the first ${batchNdims} axes must count the same draws (batchNdims is ${batchNdims}).`,
      );
  const all =
    first?.reduce((n, d) => n * d, 1) ?? wholeNumber("new Predictive", "numSamples", numSamples!, 1);
  if (first && numSamples !== undefined && numSamples > all)
    throw new RangeError(`new Predictive: numSamples is ${numSamples}, but samples hold ${all} draws.`);
  const draws = numSamples ?? all;
  const sites = new Map(
    tensors.map(([name, x]) => {
      const shape = x.shape.slice(batchNdims);
      return [name, { flat: np.array(x, { dtype: x.dtype }).reshape([all, ...shape]), shape }];
    }),
  );
  return { sites, lead: first && numSamples === undefined ? first : [draws], draws };
}

class Plan {
  private readonly tensors: readonly (readonly [string, Tensor])[];
  private given: Given | null = null;
  private readonly guide: Model | undefined;
  private readonly returnSites: readonly string[] | undefined;
  private key: Tensor;
  private readonly families = new ProgramFamilies();
  private compiled: Compiled | null = null;

  constructor(
    private readonly model: Model,
    private readonly options: PredictiveOptions,
  ) {
    checkOptions("new Predictive", options, KNOWN);
    const { samples, guide, numSamples, batchNdims, seed = 0 } = options;
    if (typeof (samples as { samples?: unknown } | undefined)?.samples === "function")
      throw new TypeError(
        "new Predictive: samples are draws by site, not a fit; write { samples: fit.samples() }.",
      );
    if (samples && guide) throw new TypeError("new Predictive: give samples or a guide, not both.");
    if ((samples || guide) && infersDiscrete(model))
      throw new TypeError(
        "new Predictive: samples and guides do not reach the sites within infer.inferDiscrete(model); give the model itself, with { inferDiscrete: true }.",
      );
    if (!samples && numSamples === undefined)
      throw new TypeError("new Predictive: say how many draws with numSamples, or give samples.");
    if (batchNdims !== undefined) wholeNumber("new Predictive", "batchNdims", batchNdims, 1, 2);
    this.tensors = Object.entries(samples ?? {}).map(([name, x]) => [name, np.array(x)] as const);
    // Whether one or two axes count draws shows at the first call; that the first ones agree can be checked now.
    const settled = batchNdims !== undefined || this.tensors.length === 0;
    const known = layOut(this.tensors, batchNdims ?? 1, settled ? numSamples : undefined);
    if (settled) this.given = known;
    this.guide = guide;
    this.returnSites = options.returnSites;
    this.key = typeof seed === "number" ? random.key(seed) : seed;
  }

  /** The draws; how many of their axes count draws shows when the model first samples one of the sites. */
  private layout(args: readonly unknown[]): Given {
    if (this.given) return this.given;
    let ndims = 0;
    const values = new Map(this.tensors);
    const place = (msg: Readonly<Message>): Tensor | undefined => {
      const x = msg.type === "sample" ? values.get(msg.name) : undefined;
      if (!x || !msg.fn) return undefined;
      const own = msg.fn.batchShape.length + msg.fn.eventShape.length;
      ndims = Math.max(ndims, x.ndim - own);
      let one = x;
      while (one.ndim > own) one = one.at(0);
      return one;
    };
    const probe = handlers.substitute(() => callModel(this.model, args), place);
    handlers.seed(probe, this.key)();
    if (ndims > 2)
      throw new Error(
        `new Predictive: samples have ${ndims} more axes than the sites; 1 (draws) or 2 (chains, draws) are expected.`,
      );
    return (this.given = layOut(this.tensors, Math.max(ndims, 1), this.options.numSamples));
  }

  call(args: readonly unknown[]): Record<string, Tensor> {
    const given = this.layout(args);
    const bound = boundArguments(args);
    if (!this.compiled?.args.accepts(bound)) {
      this.compiled?.program.dispose();
      this.compiled = null;
      try {
        this.compiled = this.build(args, bound, given);
      } catch (error) {
        if (!((error as Error).cause instanceof OpenSites)) throw error;
        return this.eagerly(args, given);
      }
    }
    const { program, names, params } = this.compiled;
    program.bind([...bound.tensors, ...paramValues(params)]);
    return this.loop(program, names, given);
  }

  /** A model whose sites differ from draw to draw, run draw by draw; NaN where a draw has no such site. */
  private eagerly(args: readonly unknown[], { sites, lead, draws }: Given): Record<string, Tensor> {
    const runs = Array.from({ length: draws }, (_, i) => {
      const keys = random.split(this.key, 2);
      this.key = keys.at(1);
      const rows = [...sites.values()].map(({ flat }) => flat.at(i));
      return this.once(args, keys.at(0), rows, () => undefined);
    });
    const names = this.returnSites ?? [...new Set(runs.flatMap((run) => run.made))];
    return Object.fromEntries(
      names.map((name) => {
        const all = stackDraws(
          "Predictive",
          name,
          runs.map((run) => run.values[name]),
        );
        return [name, all.reshape([...lead, ...all.shape.slice(1)])];
      }),
    );
  }

  /** Runs the program once per draw, rows of the given samples in, rows of the results out. */
  private loop(program: FlatProgram, names: readonly string[], given: Given): Record<string, Tensor> {
    const rows = [...given.sites.values()].map(({ flat, shape }) => ({
      data: flat.data(),
      size: shape.reduce((n, d) => n * d, 1),
    }));
    const { outputTypes } = program;
    const types = outputTypes.slice(1);
    const outs = types.map((type) => {
      const size = type.shape.reduce((n, d) => n * d, 1);
      return { size, tensor: np.zeros([given.draws, ...type.shape], { dtype: type.dtype }) };
    });
    program.inputs[0].set(this.key.data());
    for (let i = 0; i < given.draws; i++) {
      rows.forEach(({ data, size }, k) => program.inputs[k + 1].set(data.subarray(i * size, (i + 1) * size)));
      program.run();
      outs.forEach(({ size, tensor }, k) => tensor.data().set(program.output(k + 1), i * size));
      program.inputs[0].set(program.output(0));
    }
    this.key = concrete(this.key.type, Uint32Array.from(program.inputs[0]));
    return Object.fromEntries(
      names.map((name, k) => [name, outs[k].tensor.reshape([...given.lead, ...types[k].shape])]),
    );
  }

  private build(args: readonly unknown[], bound: BoundArguments, { sites }: Given): Compiled {
    // One run with contents: guides set themselves up, parameters enter the store, names become known.
    const rows = [...sites.values()].map(({ flat }) => flat.at(0));
    const record = this.once(args, this.key, rows, () => undefined);
    const params = [...new Set(record.params)];
    const names = this.returnSites ?? record.made;
    const missing = names.filter((name) => !(name in record.values));
    if (missing.length > 0)
      throw new Error(
        `Predictive: the model has no site ${missing.map((n) => `"${n}"`).join(", ")}; it has ${Object.keys(record.values).join(", ")}.`,
      );
    const unknown = [...sites.keys()].filter((name) => !(name in record.values));
    if (unknown.length > 0 && unknown.length === sites.size)
      throw new Error(
        `Predictive: none of the sites in samples (${unknown.join(", ")}) is sampled by the model (${Object.keys(record.values).join(", ")}).`,
      );
    const { jit = true, backend } = this.options;
    const label = `Predictive(${this.model.name || "model"})`;
    const types = [this.key, ...rows].map((t) => t.type);
    const program = flatProgram(
      { label, jit, families: this.families, ...(backend === undefined ? {} : { backend }) },
      types,
      [...bound.tensors, ...paramValues(params)],
      ([key, ...values], boundNow) => {
        const keys = random.split(key, 2);
        const param = (name: string): Tensor | undefined => {
          const at = params.indexOf(name);
          return at < 0 ? undefined : boundNow[bound.tensors.length + at];
        };
        const run = this.once(bound.rebuild(boundNow), keys.at(0), values, param);
        return [keys.at(1), ...names.map((name) => run.values[name])];
      },
    );
    return { args: bound, names, params, program };
  }

  /** One run of guide and model: values of all sample and deterministic sites of the model. */
  private once(
    args: readonly unknown[],
    key: Tensor,
    rows: readonly Tensor[],
    param: (name: string) => Tensor | undefined,
  ): { values: Record<string, Tensor>; params: string[]; made: string[] } {
    const names = this.tensors.map(([name]) => name);
    const place = (msg: Readonly<Message>): Tensor | undefined => {
      if (msg.type === "param") return param(msg.name);
      const at = msg.type === "sample" ? names.indexOf(msg.name) : -1;
      return at < 0 ? undefined : rows[at];
    };
    const keys = random.split(key, 2);
    const params: string[] = [];
    const note = (nodes: Readonly<Record<string, { type: string; name: string }>>): void => {
      for (const node of Object.values(nodes)) if (node.type === "param") params.push(node.name);
    };
    let run: () => unknown = () => callModel(this.model, args);
    const { guide } = this;
    if (guide) {
      const guideRun = handlers.substitute(() => callModel(guide, args, "guide"), place);
      const drawn = handlers.trace(handlers.seed(guideRun, keys.at(0)))();
      note(drawn.nodes);
      // Plates see other rows when the model predicts for other data: only the sites are replayed.
      const sites = Object.fromEntries(
        Object.entries(drawn.nodes).filter(([, node]) => node.type === "sample"),
      );
      run = handlers.replay(run, { nodes: sites });
    }
    run = handlers.substitute(run, place);
    const { inferDiscrete: infers } = this.options;
    if (infers) {
      const how = infers === true ? {} : infers;
      run = inferDiscrete(run, { ...how, key: random.foldIn(keys.at(1), 0) });
    }
    const { nodes } = handlers.trace(handlers.seed(run, keys.at(1)))();
    note(nodes);
    const kept = Object.values(nodes).filter(
      (node) => (node.type === "sample" && node.fn!.name !== "Unit") || node.type === "deterministic",
    );
    const made = kept.filter((node) => node.type === "deterministic" || !names.includes(node.name));
    return {
      values: Object.fromEntries(kept.map((node) => [node.name, node.value])),
      params,
      made: made.map((node) => node.name),
    };
  }
}

const paramValues = (names: readonly string[]): Tensor[] => names.map((name) => getParamStore().get(name));
