// The wrappers of distributions under NumPyro's names: what toEvent, expand and mask make.
import type { Shape, TensorLike } from "../tensor/index.js";
import type { Distribution } from "./distribution.js";
import { Masked } from "./masked.js";

/** Independent(base, n): the last n batch axes of the base read as part of the event; `base.toEvent(n)`. */
export const Independent = (base: Distribution, reinterpretedBatchNdims: number): Distribution =>
  reinterpretedBatchNdims === 0 ? base : base.toEvent(reinterpretedBatchNdims);

/** ExpandedDistribution(base, batchShape): the base repeated to a larger batch; `base.expand(batchShape)`. */
export const ExpandedDistribution = (base: Distribution, batchShape: Shape): Distribution =>
  base.expand(batchShape);

/** MaskedDistribution(base, mask): the log density counts only where the mask is true; `base.mask(mask)`. */
export const MaskedDistribution = (base: Distribution, mask: TensorLike): Distribution =>
  new Masked(base, mask);
