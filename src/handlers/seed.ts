// seed(fn, key): gives every statement that draws a key of its own, made from one key or number.
import type { Key } from "../dist/index.js";
import { random, Tensor } from "../tensor/index.js";
import type { Message } from "./message.js";
import { handle } from "./stack.js";

/** Each call of the result starts anew from the key, so the same key gives the same draws. */
export function seed<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  key: Key | number,
): (...args: A) => R {
  if (typeof key !== "number" && !(key instanceof Tensor))
    throw new TypeError(
      `handlers.seed: the second argument must be a key from random.key(seed) or a whole number, got ${key === null ? "null" : typeof key}.`,
    );
  return handle(fn, () => {
    let next = 0;
    const root = key instanceof Tensor ? key : random.key(key);
    const before = (msg: Message): void => {
      if (msg.value === undefined && msg.key === null && draws(msg)) msg.key = random.foldIn(root, next++);
    };
    return { name: "seed", guard: [key], before };
  });
}

/** Sample statements, and plates that see only a part. */
const draws = (msg: Message): boolean =>
  msg.type === "sample" || (msg.type === "plate" && (msg.args[1] as number) < (msg.args[0] as number));
