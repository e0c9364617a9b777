// Nothing in; the strategy that samples the base of a transformed distribution and maps the draw out.
import type { Bijector } from "../../bijectors/index.js";
import { Distribution } from "../../dist/index.js";
import { sample, type Strategy } from "../../handlers/index.js";
import { unwrap } from "./unwrap.js";

/**
 * The site y ~ TransformedDistribution(base, f) becomes y_base ~ base and y = f(y_base): the sampler then moves in the base's
 * coordinates, which for a base of standard normals is non-centring with any map.
 *
 * @example handlers.reparam(model, { y: reparam.TransformReparam() })
 */
export function TransformReparam(): Strategy {
  return ({ name, fn, obs }) => {
    if (obs !== undefined)
      throw new Error(
        `TransformReparam: site "${name}" is observed; only latent sites can be rewritten this way.`,
      );
    const { base: transformed, eventDims } = unwrap(fn);
    const { base, bijector } = transformed as { readonly base?: unknown; readonly bijector?: Bijector };
    if (!(base instanceof Distribution) || bijector === undefined)
      throw new Error(
        `TransformReparam: site "${name}" is ${fn.name}; a dist.TransformedDistribution(base, bijector) is needed.`,
      );
    return { fn: null, value: bijector.forward(sample(`${name}_base`, base.toEvent(eventDims))) };
  };
}
