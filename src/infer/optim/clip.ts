// An optimiser and limits in; the optimiser on gradients that keep the limits out (Pascanu, Mikolov, Bengio 2013).
import { checkOptions } from "../known-options.js";
import { np } from "../../tensor/index.js";
import { mapNamed, type Named, type Optimizer, type OptimizerState } from "./optimizer.js";

/** Options of `optim.clip`. */
export interface ClipOptions {
  /** The norm over all parameters together is scaled down to this. */
  readonly globalNorm?: number;
  /** Every element is clipped to [-value, value]; done before the norm is taken. */
  readonly value?: number;
}

/**
 * The optimiser on clipped gradients.
 *
 * @example optim.clip(optim.sgd({ lr: 0.1 }), { globalNorm: 1 })
 */
export function clip<S extends OptimizerState>(optimizer: Optimizer<S>, options: ClipOptions): Optimizer<S> {
  checkOptions("optim.clip", options, ["globalNorm", "value"]);
  const { globalNorm, value } = options;
  if (globalNorm === undefined && value === undefined)
    throw new TypeError("optim.clip: say what to clip: { globalNorm }, { value }, or both.");
  for (const [name, limit] of Object.entries(options) as [string, number][])
    if (!(limit > 0 && Number.isFinite(limit)))
      throw new RangeError(`optim.clip: ${name} must be a positive number, got ${limit}.`);
  return {
    name: `clip(${optimizer.name})`,
    init: (params) => optimizer.init(params),
    update(gradients, state, params) {
      let g = value === undefined ? gradients : clipElements(gradients, value);
      if (globalNorm !== undefined) g = clipNorm(g, globalNorm);
      return optimizer.update(g, state, params);
    },
  };
}

/** Each element at most `limit` in size. */
export const clipElements = (gradients: Named, limit: number): Named =>
  mapNamed((g) => np.clip(g, -limit, limit), gradients);

function clipNorm(gradients: Named, limit: number): Named {
  const squares = Object.values(gradients).map((g) => np.sum(g.mul(g)));
  const norm = np.sqrt(squares.reduce((a, b) => a.add(b)));
  const factor = np.where(norm.gt(limit), np.array(limit).div(norm), 1);
  return mapNamed((g) => g.mul(factor), gradients);
}
