// A model and a family of variational distributions in; a guide that sets itself up at its first call out.
// The guide runs the model with every latent site's prior replaced, so supports, plates and subsampling are the model's own.
import { biject, type Constraint } from "../../bijectors/index.js";
import { handle, handlers, param, type Frame, type Message } from "../../handlers/index.js";
import { np, random, type Shape, type Tensor, type TensorLike } from "../../tensor/index.js";
import { abstractly } from "../../trace/abstract.js";
import { runChosen, constrained, unconstrainedShape } from "../density/choose.js";
import { placeValues, priorDraw, priorMeans } from "../density/unconstrain.js";
import { RandomStream } from "../hmc/philox.js";
import { resolveInit, type InitStrategy } from "../init/strategy.js";
import { callModel, type Model } from "../model.js";
import { checkOptions } from "../known-options.js";
import { Pushforward, type UnconstrainedBase } from "./pushforward.js";

/** Options of the automatic guides. */
export interface AutoGuideOptions {
  /** Starts parameter names: `${prefix}` of "auto" gives `mu_auto_loc`. Default "auto". */
  readonly prefix?: string;
  /** Where locations start. Default "median". */
  readonly initStrategy?: InitStrategy | "uniform" | "median" | "sample";
  /** Standard deviation at the start, unconstrained. Default 0.1. */
  readonly initScale?: number;
}

/** A latent site of the model as guides see it. */
export interface GuideSite {
  readonly name: string;
  /** Unconstrained, over whole plates. */
  readonly shape: Shape;
  readonly size: number;
  /** Where its block starts in the vector of all coordinates. */
  readonly offset: number;
  /** Initial coordinates. */
  readonly start: Float64Array;
  readonly subsampled: boolean;
}

/** How one family chooses the coordinates of sites. */
export interface Family {
  /** Reads the parameters, before the model is run; returns the base distribution of each site. */
  begin(
    sites: readonly GuideSite[],
    names: ParamNames,
    options: Required<Pick<AutoGuideOptions, "initScale">>,
  ): SiteBase;
  /** Coordinates of the median and of a quantile (all sites at once, by name), from the parameters. */
  quantile(
    sites: readonly GuideSite[],
    names: ParamNames,
    q: number | null,
  ): Readonly<Record<string, Tensor>>;
  /** Whether all sites of a subsampled plate can be handled row by row. */
  readonly local: boolean;
}
export type ParamNames = (site: string, what: string) => string;
/** The base of a site; `rows` restricts a whole-plate tensor to the rows that the plates see. */
export type SiteBase = (
  site: GuideSite,
  rows: (x: Tensor) => Tensor,
  context: { readonly bijector: ReturnType<typeof biject> },
) => UnconstrainedBase;

/** A guide made from a model: call it with the model's arguments, or ask for medians, quantiles and draws. */
export interface AutoGuide {
  (...args: never[]): Record<string, Tensor>;
  /** Values at the medians of the coordinates, deterministics included. Arguments as the model's; those of the first call by default. */
  median(...args: unknown[]): Record<string, Tensor>;
  /** Per site, values at the quantiles of each coordinate, stacked along a first axis. */
  quantiles(qs: readonly number[], ...args: unknown[]): Record<string, Tensor>;
  /** Draws of the latent sites and deterministics, `shape` leading axes. */
  samplePosterior(key: Tensor, shape: number | Shape, ...args: unknown[]): Record<string, Tensor>;
  readonly sites: readonly GuideSite[];
  readonly model: Model;
  /** How it chooses coordinates; guides are put together from it. */
  readonly family: Family;
}

const sizeOf = (shape: Shape): number => shape.reduce((n, d) => n * d, 1);

export function autoGuide(
  guideName: string,
  model: Model,
  family: Family,
  options: AutoGuideOptions,
): AutoGuide {
  checkOptions(`guides.${guideName}`, options, ["prefix", "initStrategy", "initScale"]);
  const { prefix = "auto", initScale = 0.1 } = options;
  if (!(initScale > 0))
    throw new RangeError(`guides.${guideName}: initScale must be positive, got ${initScale}.`);
  const strategy = resolveInit(`guides.${guideName}`, options.initStrategy ?? "median");
  const names: ParamNames = (site, what) => `${site}${site === "" ? "" : "_"}${prefix}_${what}`;
  let sites: readonly GuideSite[] | null = null;
  let firstArgs: readonly unknown[] = [];

  const setUp = (args: readonly unknown[]): readonly GuideSite[] => {
    if (!sites) {
      firstArgs = args;
      // Whatever handlers stand around the first call must not see these runs of the model.
      sites = handlers.block(() => findGuideSites(guideName, model, args, strategy, family.local))();
    }
    return sites;
  };
  /** Sites that were observed in some run: without their data, as in predictions, the model draws them. */
  const observed = new Set<string>();
  const run = (
    args: readonly unknown[],
    base: SiteBase,
    known: readonly GuideSite[],
  ): Record<string, Tensor> => {
    const values: Record<string, Tensor> = {};
    replacePriors(guideName, model, known, observed, base, values)(...args);
    return values;
  };
  const guide = (...args: unknown[]): Record<string, Tensor> => {
    const known = setUp(args);
    return run(args, family.begin(known, names, { initScale }), known);
  };
  const given = (args: readonly unknown[]): readonly unknown[] => (args.length > 0 ? args : firstArgs);
  const ready = (what: string): readonly GuideSite[] => {
    if (sites) return sites;
    throw new Error(
      `guides.${guideName}.${what}: the guide has not been set up; take SVI steps, or call it with the model's arguments, first.`,
    );
  };
  const at = (what: string, q: number | null, args: readonly unknown[]): Record<string, Tensor> => {
    const coordinates = family.quantile(ready(what), names, q);
    return constrainedValues(model, given(args), coordinates);
  };

  const methods = {
    model,
    median: (...args: unknown[]) => at("median", null, args),
    quantiles(qs: readonly number[], ...args: unknown[]) {
      const all = qs.map((q) => {
        if (!(q > 0 && q < 1))
          throw new RangeError(`guides.${guideName}.quantiles: ${q} is not between 0 and 1.`);
        return at("quantiles", q, args);
      });
      const sitesNow = Object.keys(all[0] ?? {});
      return Object.fromEntries(sitesNow.map((name) => [name, np.stack(all.map((v) => v[name]))]));
    },
    family,
    samplePosterior(key: Tensor, shape: number | Shape, ...args: unknown[]) {
      const known = ready("samplePosterior");
      const lead = typeof shape === "number" ? [shape] : [...shape];
      const n = sizeOf(lead);
      const use = given(args);
      const rows = Array.from({ length: n }, (_, i) => {
        const record = handlers.trace(
          handlers.seed(
            () => run(use, family.begin(known, names, { initScale }), known),
            random.foldIn(key, i),
          ),
        )();
        return record.result as Record<string, Tensor>;
      });
      return Object.fromEntries(
        Object.keys(rows[0] ?? {}).map((name) => {
          const stacked = np.stack(rows.map((row) => row[name]));
          return [name, stacked.reshape([...lead, ...stacked.shape.slice(1)])];
        }),
      );
    },
  };
  const result = Object.assign(guide, methods) as unknown as AutoGuide;
  Object.defineProperty(result, "sites", { get: () => ready("sites") });
  Object.defineProperty(result, "name", { value: guideName });
  return result;
}

/** The model with latent sites drawn from the guide's distributions, and everything else hidden from the ELBO. */
function replacePriors(
  guideName: string,
  model: Model,
  sites: readonly GuideSite[],
  observed: Set<string>,
  base: SiteBase,
  values: Record<string, Tensor>,
): (...args: readonly unknown[]) => unknown {
  const byName = new Map(sites.map((site) => [site.name, site]));
  const indices = new Map<string, Tensor>();
  const before = (msg: Message): void => {
    if (msg.type === "deterministic" || (msg.type === "sample" && msg.isObserved)) msg.stop = true;
    if (msg.type === "sample" && msg.isObserved) observed.add(msg.name);
    if (msg.type !== "sample" || msg.isObserved || msg.value !== undefined) return;
    const site = byName.get(msg.name);
    if (!site && observed.has(msg.name)) return;
    if (!site)
      throw new Error(
        `guides.${guideName}: the model has a site "${msg.name}" that it did not have when the guide was set up. Which sites exist must not change; make a new guide for another model.`,
      );
    const fn = msg.fn!;
    const bijector = biject(fn.support);
    const rows = (x: Tensor): Tensor => seenRows(x, msg, indices);
    msg.fn = new Pushforward(
      fn.support,
      bijector,
      base(site, rows, { bijector }),
      fn.batchShape,
      fn.eventShape,
    );
  };
  const after = (msg: Message): void => {
    if (msg.type === "plate") indices.set(msg.name, msg.value!);
    if (msg.type === "deterministic" || (msg.type === "sample" && byName.has(msg.name)))
      values[msg.name] = msg.value!;
  };
  return handle(
    (...args: readonly unknown[]) => callModel(model, args),
    () => ({ name: `guides.${guideName}`, guard: [model], before, after }),
  );
}

/** The rows of a whole-plate tensor that the subsampled plates around a site see. */
function seenRows(x: Tensor, msg: Readonly<Message>, indices: ReadonlyMap<string, Tensor>): Tensor {
  const batch = msg.fn!.batchShape.length;
  return msg.frames
    .filter((frame) => frame.subsampleSize < frame.size)
    .reduce((t, frame) => np.take(t, indices.get(frame.name)!, batch + frame.dim), x);
}

/** The sites of the model with their shapes over whole plates, and where their coordinates start. */
function findGuideSites(
  guideName: string,
  model: Model,
  args: readonly unknown[],
  strategy: InitStrategy,
  local: boolean,
): readonly GuideSite[] {
  const found: { name: string; shape: number[]; constrained: Shape; subsampled: boolean }[] = [];
  const plate = (_name: string, _size: number, seen: number): Tensor => np.arange(seen);
  abstractly(`guides.${guideName}`, (unknown) =>
    runChosen(model, args, {
      plate,
      latent(msg) {
        const seen = unconstrainedShape(msg);
        const shape = [...seen];
        const parts = msg.frames.filter((frame: Frame) => frame.subsampleSize < frame.size);
        for (const frame of parts) shape[msg.fn!.batchShape.length + frame.dim] = frame.size;
        if (parts.length > 0 && !local)
          throw new Error(
            `guides.${guideName}: site "${msg.name}" stands in the subsampled plate "${parts[0].name}"; a guide over all coordinates at once cannot follow. Use guides.AutoNormal, or drop the subsampling.`,
          );
        const { value } = constrained(msg, unknown({ dtype: "f64", shape: seen }));
        found.push({ name: msg.name, shape, constrained: value.shape, subsampled: parts.length > 0 });
        return value;
      },
    }),
  );
  if (found.length === 0)
    throw new Error(`guides.${guideName}: the model has no latent sites to approximate.`);
  let offset = 0;
  const sites = found.map(({ constrained: constrainedShape, name, shape, subsampled }) => {
    const size = sizeOf(shape);
    const site = {
      constrainedShape,
      name,
      shape,
      size,
      offset,
      start: new Float64Array(size),
      subsampled,
    };
    offset += size;
    return site;
  });
  if (!sites.some((site) => site.subsampled)) start(guideName, model, args, strategy, sites, offset);
  return sites;
}

/** Fills the sites' initial coordinates; sites of subsampled plates start at zero. */
function start(
  guideName: string,
  model: Model,
  args: readonly unknown[],
  strategy: InitStrategy,
  sites: readonly (GuideSite & { readonly constrainedShape: Shape })[],
  dim: number,
): void {
  const q = new Float64Array(dim);
  const latent = sites.map((site) => ({
    ...site,
    shape: site.constrainedShape,
    unconstrainedShape: site.shape,
  }));
  let draws = 0;
  strategy(
    {
      dim,
      rng: new RandomStream(0, 0),
      attempt: 0,
      prior: () => priorDraw(model, args, random.foldIn(random.key(0), draws++)),
      priorMeans: () => priorMeans(model, args, random.foldIn(random.key(0), draws++)),
      place: (values: Readonly<Record<string, TensorLike>>, into: Float64Array) =>
        placeValues(`guides.${guideName}`, model, args, latent, [], values, into, false),
    },
    q,
  );
  for (const site of sites) site.start.set(q.subarray(site.offset, site.offset + site.size));
}

/** Constrained values and deterministics at given coordinates, whole plates. */
function constrainedValues(
  model: Model,
  args: readonly unknown[],
  coordinates: Readonly<Record<string, Tensor>>,
): Record<string, Tensor> {
  const values: Record<string, Tensor> = {};
  const { nodes } = runChosen(model, args, {
    plate: (_name, _size, seen) => np.arange(seen),
    latent(msg) {
      const shape = unconstrainedShape(msg);
      const x = coordinates[msg.name];
      const whole = biject(msg.fn!.support).forward(x);
      values[msg.name] = whole;
      // In a subsampled plate the model goes on with the first rows.
      if (x.shape.join() === shape.join()) return whole;
      return biject(msg.fn!.support).forward(x.slice(...shape.map((d): [number, number] => [0, d])));
    },
  });
  for (const node of Object.values(nodes)) if (node.type === "deterministic") values[node.name] = node.value;
  return values;
}

/** A parameter of a guide. */
export const guideParam = (name: string, init: () => TensorLike, constraint?: Constraint): Tensor =>
  param(name, init, constraint === undefined ? {} : { constraint });
