// The arguments of a call -> the tensors in them and the key of the program that fits.
import { showType, type Type } from "../ir/types.js";
import { isPlainObject } from "../tensor/pytree.js";
import { Tensor } from "../tensor/tensor.js";
import { readGuards } from "./guards.js";
import { encode } from "./static-key.js";

export interface Signature {
  readonly leaves: readonly Tensor[];
  /** Equal exactly when the same program fits. */
  readonly key: string;
  /** Equal when the keys are, or differ in the leading lengths of tensors alone. */
  readonly family: string;
  /** The same facts by place: `argument 0.x` -> `f64[3]`. */
  facts(): Map<string, string>;
}

type Fixed = readonly (readonly [name: string, value: string])[];

/** Tensors, also in arrays and plain objects, are inputs (by type); everything else is static (by value). */
export function signatureOf(args: readonly unknown[], fixed: Fixed): Signature {
  const leaves: Tensor[] = [];
  const guards = readGuards();
  // Values follow one order given by the structure, and none contains a newline, so that the text could be split back.
  let key = String(args.length);
  // This runs at every call: places are worked out only where a person will read them.
  try {
    walk(args, null, (_, value, tensor) => {
      key += `\n${value}`;
      if (tensor) leaves.push(tensor);
    });
  } catch {
    throwNamed(args);
  }
  for (const [, value] of fixed) key += `\n${value}`;
  for (const [, value] of guards) key += `\n${value}`;
  const facts = (): Map<string, string> => {
    const found = new Map([["arguments", String(args.length)]]);
    walk(args, "argument ", (place, value) => found.set(place, value));
    for (const [name, value] of [...fixed, ...guards]) found.set(name, value);
    return found;
  };
  return {
    leaves,
    key,
    // Every part is a line of its own, and no line but a tensor's begins like this.
    get family() {
      return key.replace(/^(f64|f32|i32|u32|bool|key)\[\d+/gm, "$1[*");
    },
    facts,
  };
}

type Visit = (place: string, value: string, tensor?: Tensor) => void;

/** Visits every part of the arguments in a fixed order; places are named when a prefix for them is given. */
function walk(args: readonly unknown[], prefix: string | null, visit: Visit): void {
  const named = prefix !== null;
  const inside: object[] = [];
  const each = (x: unknown, place: string): void => {
    if (x instanceof Tensor) {
      visit(place, typeText(x.type), x);
      return;
    }
    const array = Array.isArray(x);
    if (!array && !isPlainObject(x)) {
      visit(place, encode(x, place));
      return;
    }
    if (inside.includes(x))
      throw new Error(`${place} contains itself; cycles cannot be arguments of a compiled function.`);
    inside.push(x);
    if (array) {
      visit(place, `array of ${x.length}`);
      for (let i = 0; i < x.length; i++) each(x[i], named ? `${place}[${i}]` : place);
    } else {
      if (Object.getOwnPropertySymbols(x).length > 0) encode(x, place);
      const keys = Object.keys(x).sort();
      visit(place, JSON.stringify(keys));
      for (const name of keys) each(x[name], named ? `${place}.${name}` : place);
    }
    inside.pop();
  };
  args.forEach((arg, i) => each(arg, named ? `${prefix}${i}` : "an argument"));
}

/** Repeats a walk that failed, with places, so that the error names one. */
function throwNamed(args: readonly unknown[]): never {
  walk(args, "argument ", () => undefined);
  throw new TypeError("An argument cannot be part of a compiled program's key.");
}

const texts = new WeakMap<Type, string>();

/** Results share their types from call to call, so the text is usually known. */
function typeText(type: Type): string {
  let text = texts.get(type);
  if (text === undefined) texts.set(type, (text = showType(type)));
  return text;
}
