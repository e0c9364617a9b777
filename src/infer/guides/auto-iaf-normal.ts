// A model in; a guide whose coordinates come from normal ones by inverse autoregressive flows out.
// Kingma, Salimans, Jozefowicz, Chen, Sutskever and Welling (2016); the masks are those of Germain, Gregor, Murray and Larochelle (2015).
import { np, random, type Tensor } from "../../tensor/index.js";
import { wholeNumber } from "../known-options.js";
import type { Model } from "../model.js";
import { autoGuide, guideParam, type AutoGuide, type AutoGuideOptions } from "./auto-guide.js";
import { alternating, flowFamily, type Flow } from "./flow-family.js";

/** Options of `guides.AutoIAFNormal`. */
export interface AutoIAFOptions extends AutoGuideOptions {
  /** Flows one after another, the order of coordinates reversed in between. Default 3. */
  readonly numFlows?: number;
  /** Sizes of the hidden layers of each network. Default: two, as long as there are coordinates. */
  readonly hiddenDims?: readonly number[];
}

/** Log scales are held within these. */
const LOWEST = -5;
const HIGHEST = 3;
/** Weights start this small: flows begin near the identity. */
const SMALL = 0.1;

/**
 * Normal coordinates after flows, each of which shifts and scales a coordinate by what a network makes of those before it: posteriors
 * that are bent or skewed. Parameters `auto_loc`, `auto_scale` and `auto_flow<i>_...`. There are no medians and quantiles but of draws.
 *
 * @example guides.AutoIAFNormal(model, { numFlows: 2, hiddenDims: [16] })
 */
export function AutoIAFNormal(model: Model, options: AutoIAFOptions = {}): AutoGuide {
  const { numFlows = 3, hiddenDims, ...rest } = options;
  wholeNumber("guides.AutoIAFNormal", "numFlows", numFlows, 1);
  for (const size of hiddenDims ?? []) wholeNumber("guides.AutoIAFNormal", "hiddenDims", size, 1);
  const family = flowFamily("AutoIAFNormal", (dim, names) => {
    const sizes = hiddenDims ?? [dim, dim];
    const flow = (i: number): Flow => autoregressive(dim, sizes, (what) => names("", `flow${i}_${what}`), i);
    return alternating(Array.from({ length: numFlows }, (_, i) => flow(i)));
  });
  return autoGuide("AutoIAFNormal", model, family, rest);
}

type Named = (what: string) => string;
const elu = (x: Tensor): Tensor => np.where(x.gt(0), x, np.expm1(np.minimum(x, 0)));

function autoregressive(dim: number, sizes: readonly number[], name: Named, seed: number): Flow {
  const layers = maskedLayers(dim, sizes, name, seed);
  const shiftAndScale = (z: Tensor): { shift: Tensor; logScale: Tensor } => {
    const hidden = layers.hidden.reduce((x, layer) => elu(layer(x)), z);
    return { shift: layers.shift(hidden), logScale: np.clip(layers.logScale(hidden), LOWEST, HIGHEST) };
  };
  return {
    forward(z) {
      const { shift, logScale } = shiftAndScale(z);
      return { x: z.mul(np.exp(logScale)).add(shift), logDet: np.sum(logScale, -1) };
    },
    // Every turn makes one more coordinate right.
    inverse(x) {
      let z = x;
      for (let i = 0; i < dim; i++) {
        const { shift, logScale } = shiftAndScale(z);
        z = x.sub(shift).mul(np.exp(logScale.neg()));
      }
      return z;
    },
  };
}

type Layer = (x: Tensor) => Tensor;

/** Each unit has a rank and reads those of no higher rank; a coordinate's shift and scale read those below its own. */
function maskedLayers(dim: number, sizes: readonly number[], name: Named, seed: number) {
  const input = Array.from({ length: dim }, (_, i) => i + 1);
  const ranks = (size: number): number[] =>
    Array.from({ length: size }, (_, i) => 1 + (i % Math.max(1, dim - 1)));
  let draws = 0;
  const layer = (what: string, from: readonly number[], to: readonly number[], strictly: boolean): Layer => {
    const mask = np.array(to.map((t) => from.map((r) => Number(strictly ? r < t : r <= t))));
    const key = random.foldIn(random.key(seed), draws++);
    const start = (): Tensor =>
      random.normal(key, [to.length, from.length]).mul(SMALL / Math.sqrt(from.length));
    const weight = guideParam(name(`${what}_weight`), start).mul(mask);
    const bias = guideParam(name(`${what}_bias`), () => np.zeros([to.length]));
    return (x) => np.matmul(x, weight.transpose()).add(bias);
  };
  let before: readonly number[] = input;
  const hidden = sizes.map((size, i) => {
    const after = ranks(size);
    const made = layer(`hidden${i}`, before, after, false);
    before = after;
    return made;
  });
  return {
    hidden,
    shift: layer("shift", before, input, true),
    logScale: layer("log_scale", before, input, true),
  };
}
