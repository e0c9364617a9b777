// Nothing in; the reparameterisation strategies, which users reach as `reparam.*`, out.
export { LocScaleReparam, type LocScaleOptions } from "./loc-scale.js";
export { TransformReparam } from "./transform.js";
