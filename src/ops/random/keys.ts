// Rows of random bits and keys. All are pure: the key is an operand. The last counter word tells the uses apart.
import { allocate, sameShape, sizeOf } from "../../ir/types.js";
import { checkCount, integer, shapeParam, typeError } from "../define/check.js";
import { shiftedVmap, special } from "../define/special.js";
import type { Type } from "../../ir/types.js";
import { philox } from "./philox.js";

function checkKey(name: string, inputs: readonly Type[]): Type {
  if (inputs[0].dtype !== "key")
    throw typeError(name, inputs, `operand 0 is ${inputs[0].dtype}`, "make a key with seedKey");
  return inputs[0];
}

export const randomBits = special({
  name: "randomBits",
  doc: "Uniform 32-bit words of the shape for each key: word i & 3 of the Philox block with counter (i >> 2, 0, 0, 0).",
  lowering: "randomBits",
  infer(inputs, params) {
    checkCount("randomBits", inputs, 1);
    return [
      { dtype: "u32", shape: [...checkKey("randomBits", inputs).shape, ...shapeParam("randomBits", params)] },
    ];
  },
  evaluate([key], params, { inputs, outputs }) {
    const out = allocate(outputs[0]);
    const n = sizeOf(shapeParam("randomBits", params));
    const block = new Uint32Array(4);
    for (let k = 0, keys = sizeOf(inputs[0].shape); k < keys; k++)
      for (let i = 0; i < n; i++) {
        if ((i & 3) === 0) philox(i >>> 2, 0, 0, 0, key[2 * k], key[2 * k + 1], block);
        out[k * n + i] = block[i & 3];
      }
    return [out];
  },
  vmap: shiftedVmap(() => randomBits),
});

export const splitKey = special({
  name: "splitKey",
  doc: "n new keys for each key: the first two words of the Philox block with counter (i, 0, 0, 1).",
  lowering: "splitKey",
  infer(inputs, params) {
    checkCount("splitKey", inputs, 1);
    const n = integer("splitKey", params, "n");
    if (n < 0) throw new Error(`splitKey: cannot make ${n} keys; n must be 0 or more.`);
    return [{ dtype: "key", shape: [...checkKey("splitKey", inputs).shape, n] }];
  },
  evaluate([key], params, { inputs, outputs }) {
    const out = allocate(outputs[0]);
    const n = integer("splitKey", params, "n");
    const block = new Uint32Array(4);
    for (let k = 0, keys = sizeOf(inputs[0].shape); k < keys; k++)
      for (let i = 0; i < n; i++) {
        philox(i, 0, 0, 1, key[2 * k], key[2 * k + 1], block);
        out.set(block.subarray(0, 2), 2 * (k * n + i));
      }
    return [out];
  },
  vmap: shiftedVmap(() => splitKey),
});

export const foldIn = special({
  name: "foldIn",
  doc: "A new key from a key and a number: the first two words of the Philox block with counter (number, 0, 0, 2).",
  lowering: "foldIn",
  infer(inputs) {
    checkCount("foldIn", inputs, 2);
    checkKey("foldIn", inputs);
    if (inputs[1].dtype !== "u32")
      throw typeError("foldIn", inputs, `the number is ${inputs[1].dtype}`, "convert it to u32 first");
    if (!sameShape(inputs[0].shape, inputs[1].shape))
      throw typeError("foldIn", inputs, "shapes differ", "broadcast both to one shape first");
    return [inputs[0]];
  },
  evaluate([key, data], _params, { outputs }) {
    const out = allocate(outputs[0]);
    const block = new Uint32Array(4);
    for (let i = 0; i < data.length; i++) {
      philox(data[i], 0, 0, 2, key[2 * i], key[2 * i + 1], block);
      out.set(block.subarray(0, 2), 2 * i);
    }
    return [out];
  },
  vmap: shiftedVmap(() => foldIn),
});

export const seedKey = special({
  name: "seedKey",
  doc: "The key whose words are the low and the high 32 bits of a whole number (two's complement); fractions are cut off.",
  lowering: "seedKey",
  infer(inputs) {
    checkCount("seedKey", inputs, 1);
    const [{ dtype, shape }] = inputs;
    if (dtype !== "i32" && dtype !== "u32" && dtype !== "f64")
      throw typeError("seedKey", inputs, `the seed is ${dtype}`, "pass an i32, u32 or whole f64");
    return [{ dtype: "key", shape }];
  },
  evaluate([x], _params, { outputs }) {
    const out = allocate(outputs[0]);
    for (let i = 0; i < x.length; i++) {
      const whole = Math.trunc(x[i]);
      const high = Math.floor(whole / 2 ** 32);
      out[2 * i] = whole - high * 2 ** 32;
      out[2 * i + 1] = high;
    }
    return [out];
  },
  vmap: shiftedVmap(() => seedKey),
});
