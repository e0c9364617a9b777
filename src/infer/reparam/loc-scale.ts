// How centred in; the strategy that rewrites a location-scale site as a standardised one, shifted and scaled, out
// (Papaspiliopoulos, Roberts, Skold 2007; Gorinova, Moore, Hoffman 2020).
import { constraints } from "../../bijectors/index.js";
import { dist, type Distribution } from "../../dist/index.js";
import { param, sample, type Strategy } from "../../handlers/index.js";
import { np, Tensor, type TensorLike } from "../../tensor/index.js";
import { checkOptions } from "../known-options.js";
import { unwrap } from "./unwrap.js";

/** Options of `reparam.LocScaleReparam`. */
export interface LocScaleOptions {
  /**
   * 0 (default): fully non-centred. 1: as written. Between: partly; a tensor gives one number per element.
   * null: learned, one number per element in the parameter `<site>_centered` (from 0.5; for SVI).
   */
  readonly centered?: TensorLike | null;
}

type Make = (named: Readonly<Record<string, Tensor>>) => Distribution;

/**
 * The site x ~ F(loc, scale) becomes x_decentered ~ F(loc * c, scale^c) and x = loc + scale^(1-c) * (x_decentered - loc * c),
 * for any family with parameters loc and scale, in plates and after toEvent. Options, or `centered` alone as in NumPyro.
 *
 * @example handlers.reparam(model, { theta: reparam.LocScaleReparam() })
 */
export function LocScaleReparam(options: LocScaleOptions | number | Tensor | null = {}): Strategy {
  const alone = options === null || typeof options === "number" || options instanceof Tensor;
  if (!alone) checkOptions("reparam.LocScaleReparam", options, ["centered"]);
  const { centered = 0 } = alone ? { centered: options } : options;
  return ({ name, fn, obs }) => {
    if (obs !== undefined)
      throw new Error(
        `LocScaleReparam: site "${name}" is observed; only latent sites can be rewritten this way.`,
      );
    const { base, eventDims } = unwrap(fn);
    const found = (base as { readonly params?: Readonly<Record<string, Tensor>> }).params ?? {};
    const { loc, scale } = found;
    const make = (dist as unknown as Readonly<Record<string, Make | undefined>>)[base.name];
    if (!loc || !scale || !make || base.eventDim > 0 || !supportIsReal(base))
      throw new Error(
        `LocScaleReparam: site "${name}" is ${base.name}; a family over the reals with parameters loc and scale is needed, such as Normal, StudentT or Cauchy.`,
      );
    const c = centered === null ? learned(name, fn) : np.array(centered);
    const shifted = loc.mul(c);
    const inner = make({ ...found, loc: shifted, scale: np.power(scale, c) });
    const x = sample(`${name}_decentered`, inner.expand(base.batchShape).toEvent(eventDims));
    const value = loc.add(np.power(scale, np.array(1).sub(c)).mul(x.sub(shifted)));
    return { fn: null, value };
  };
}

const learned = (name: string, fn: Distribution): Tensor =>
  param(`${name}_centered`, () => np.full([...fn.batchShape, ...fn.eventShape], 0.5), {
    constraint: constraints.unitInterval,
  });

const supportIsReal = (fn: Distribution): boolean => fn.support.name === "real";
