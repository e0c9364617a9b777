// A model in; a guide whose coordinates come from normal ones by block neural autoregressive flows out.
// De Cao, Titov and Aziz (2019): layers of blocks, positive on the diagonal, so that the whole is increasing in each coordinate.
import { np, random, type Tensor } from "../../tensor/index.js";
import { wholeNumber } from "../known-options.js";
import type { Model } from "../model.js";
import { autoGuide, guideParam, type AutoGuide, type AutoGuideOptions } from "./auto-guide.js";
import { alternating, flowFamily, type Flow } from "./flow-family.js";

/** Options of `guides.AutoBNAFNormal`. */
export interface AutoBNAFOptions extends AutoGuideOptions {
  /** Flows one after another, the order of coordinates reversed in between. Default 1. */
  readonly numFlows?: number;
  /** Units of each hidden layer for every coordinate. Default [8, 8]. */
  readonly hiddenFactors?: readonly number[];
}

/**
 * Normal coordinates after networks that are increasing in each coordinate and read those before it: posteriors of any shape.
 * Parameters `auto_loc`, `auto_scale` and `auto_flow<i>_...`. There are no medians and quantiles but of draws, and no density but of draws.
 *
 * @example guides.AutoBNAFNormal(model, { hiddenFactors: [4] })
 */
export function AutoBNAFNormal(model: Model, options: AutoBNAFOptions = {}): AutoGuide {
  const { numFlows = 1, hiddenFactors = [8, 8], ...rest } = options;
  wholeNumber("guides.AutoBNAFNormal", "numFlows", numFlows, 1);
  for (const size of hiddenFactors) wholeNumber("guides.AutoBNAFNormal", "hiddenFactors", size, 1);
  const family = flowFamily("AutoBNAFNormal", (dim, names) => {
    const widths = [1, ...hiddenFactors, 1];
    const flow = (i: number): Flow =>
      blockAutoregressive(dim, widths, (what) => names("", `flow${i}_${what}`), i, i < numFlows - 1);
    return alternating(Array.from({ length: numFlows }, (_, i) => flow(i)));
  });
  return autoGuide("AutoBNAFNormal", model, family, rest);
}

type Named = (what: string) => string;

/** A layer: what it does, and the logs of the slopes of each output in each input of the same coordinate, (dim, out, in). */
interface Layer {
  apply(x: Tensor): Tensor;
  readonly logSlopes: Tensor;
}

/** `gated`: mixed with the identity, by a share that is learnt. */
function blockAutoregressive(
  dim: number,
  widths: readonly number[],
  name: Named,
  seed: number,
  gated: boolean,
): Flow {
  const layers = widths
    .slice(1)
    .map((out, l) =>
      blockLayer(dim, widths[l], out, (what) => name(`${what}${l}`), random.foldIn(random.key(seed), l)),
    );
  const gate = gated ? guideParam(name("gate"), () => np.zeros([])) : null;
  return {
    forward(z) {
      const lead = z.shape.slice(0, -1);
      let x = z;
      // Logs of the derivatives of a coordinate's units in that coordinate, (..., dim, units).
      let slopes = np.zeros([...lead, dim, 1]);
      layers.forEach((layer, l) => {
        if (l > 0) {
          // tanh' = 1 / cosh^2.
          const bent = x.reshape([...lead, dim, widths[l]]);
          const size = np.abs(bent);
          slopes = slopes.sub(
            size
              .add(np.special.softplus(size.mul(-2)))
              .sub(Math.LN2)
              .mul(2),
          );
          x = np.tanh(x);
        }
        x = layer.apply(x);
        slopes = np.special.logsumexp(np.expandDims(slopes, -2).add(layer.logSlopes), -1);
      });
      const own = np.sum(slopes, -1);
      if (!gate) return { x, logDet: np.sum(own, -1) };
      const share = np.special.expit(gate);
      const mixed = np.special.softplus(own.add(gate)).sub(np.special.softplus(gate));
      return { x: share.mul(x).add(z.mul(share.neg().add(1))), logDet: np.sum(mixed, -1) };
    },
  };
}

/** Blocks of out x in weights: positive ones on the diagonal, any below it, none above; rows are normalised and scaled. */
function blockLayer(dim: number, width: number, out: number, name: Named, key: Tensor): Layer {
  const coordinate = (rows: number): number[] =>
    Array.from({ length: dim * rows }, (_, i) => Math.floor(i / rows));
  const [to, from] = [coordinate(out), coordinate(width)];
  const mask = (holds: (t: number, f: number) => boolean): Tensor =>
    np.array(to.map((t) => from.map((f) => Number(holds(t, f)))));
  const [own, below] = [mask((t, f) => t === f), mask((t, f) => f < t)];
  const start = (): Tensor => random.normal(key, [to.length, from.length]).mul(1 / Math.sqrt(from.length));
  const raw = guideParam(name("weight"), start);
  const logNorm = guideParam(name("log_norm"), () => np.zeros([to.length, 1]));
  const bias = guideParam(name("bias"), () => np.zeros([to.length]));
  const positive = np.exp(raw.mul(own)).mul(own);
  const weight = positive.add(raw.mul(below));
  const scale = logNorm.sub(np.log(np.sum(weight.mul(weight), -1, { keepdims: true })).mul(0.5));
  const scaled = weight.mul(np.exp(scale));
  // The blocks of the diagonal, side by side.
  const logs = raw.add(scale).reshape([dim, out, dim, width]);
  const logSlopes = np.stack(
    Array.from({ length: dim }, (_, i) =>
      logs
        .at(i)
        .slice([0, out], [i, i + 1])
        .reshape([out, width]),
    ),
  );
  return { apply: (x) => np.matmul(x, scaled.transpose()).add(bias), logSlopes };
}
