// Seeds and keys in, keys and raw bits out. A key is used once: split it for more.
import * as ops from "../../ops/index.js";
import { apply } from "../../trace/apply.js";
import { cast, tensor } from "../../trace/promote.js";
import { filled, Tensor } from "../tensor.js";
import { lengths, type Shape } from "./draw-shape.js";

/** A key from a whole number; the same seed gives the same draws everywhere. */
export function key(seed: number | Tensor): Tensor {
  if (typeof seed === "number" && !Number.isSafeInteger(seed))
    throw new RangeError(`random.key: the seed must be a whole number up to 2^53, got ${seed}.`);
  return apply(ops.seedKey, [typeof seed === "number" ? filled(seed, "f64") : seed], {}, "random.key");
}

/** The key itself, checked to be one key. */
export function oneKey(k: Tensor, name: string): Tensor {
  if (!(k instanceof Tensor) || k.dtype !== "key")
    throw new TypeError(
      `${name}: the first argument must be a key from random.key(seed) or random.split(key), got ${k instanceof Tensor ? k.dtype : typeof k}.`,
    );
  if (k.ndim > 0)
    throw new Error(
      `${name}: one key is needed, got keys of shape [${k.shape.join(",")}]; take one with at(i), or use vmap for one draw per key.`,
    );
  return k;
}

/** n independent keys, as a tensor of keys: `const [a, b] = random.split(key)`. */
export function split(k: Tensor, n = 2): Tensor {
  return apply(ops.splitKey, [oneKey(k, "random.split")], { n }, "random.split");
}

/** The key for the n-th of many streams; n is a whole number, traced or not. */
export function foldIn(k: Tensor, n: number | Tensor): Tensor {
  const data = typeof n === "number" ? filled(n >>> 0, "u32") : cast(tensor(n), "u32");
  return apply(ops.foldIn, [oneKey(k, "random.foldIn"), data], {}, "random.foldIn");
}

/** Uniform 32-bit words. */
export function bits(k: Tensor, shape: Shape = []): Tensor {
  const axes = [...lengths(shape, "random")];
  return apply(ops.randomBits, [oneKey(k, "random")], { shape: axes }, "random.bits");
}
