// Two graphs in, whether they are the same computation out; and keys under which equal things meet.
// Hints, names and origins are left aside: they change messages, never results.
import { bytesOf, isData, showNumber, storageTag } from "./number-text.js";
import { isGraph } from "./sub-graphs.js";
import type { Data, Equation, Graph, Param, Value } from "./types.js";
import { sameType, showType } from "./types.js";

/** Same inputs, equations in the same order (the same row objects on the same values), parameters and outputs. */
export function sameGraph(a: Graph, b: Graph): boolean {
  if (a === b) return true;
  if (
    a.inputs.length !== b.inputs.length ||
    a.equations.length !== b.equations.length ||
    a.outputs.length !== b.outputs.length
  )
    return false;
  const twin = new Map<Value, Value>();
  const define = (x: readonly Value[], y: readonly Value[]): boolean =>
    x.length === y.length &&
    x.every((v, i) => {
      twin.set(v, y[i]!);
      return sameType(v.type, y[i]!.type);
    });
  const sameUse = (x: readonly Value[], y: readonly Value[]): boolean =>
    x.length === y.length && x.every((v, i) => twin.get(v) === y[i]);
  const sameEquation = (x: Equation, y: Equation): boolean =>
    x.op === y.op &&
    sameUse(x.inputs, y.inputs) &&
    sameParam(x.params, y.params) &&
    define(x.outputs, y.outputs);
  return (
    define(a.inputs, b.inputs) &&
    a.equations.every((eq, i) => sameEquation(eq, b.equations[i]!)) &&
    sameUse(a.outputs, b.outputs)
  );
}

/** Equal plain data (NaN equals NaN, -0 differs from 0), equal bytes, equal graphs. */
export function sameParam(a: Param, b: Param): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isData(a) || isData(b)) return isData(a) && isData(b) && sameData(a, b);
  if (isGraph(a) || isGraph(b)) return isGraph(a) && isGraph(b) && sameGraph(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const x = a as { readonly [name: string]: Param };
  const y = b as { readonly [name: string]: Param };
  const keys = Object.keys(x);
  return (
    keys.length === Object.keys(y).length &&
    keys.every((key) => Object.hasOwn(y, key) && sameParam(x[key]!, y[key]!))
  );
}

/** Same storage kind and same bits. */
export function sameData(a: Data, b: Data): boolean {
  if (storageTag(a) !== storageTag(b) || a.length !== b.length) return false;
  const x = bytesOf(a);
  const y = bytesOf(b);
  return x.every((byte, i) => byte === y[i]);
}

/**
 * Text that equal graphs share. Unequal graphs differ in it too, except that array contents stand as a 64-bit hash:
 * a cache confirms a hit with `sameGraph`.
 */
export function graphKey(graph: Graph): string {
  const numbers = new Map<Value, number>();
  const define = (v: Value): string => {
    numbers.set(v, numbers.size);
    return showType(v.type);
  };
  const use = (v: Value): string => String(numbers.get(v) ?? "?");
  const inputs = graph.inputs.map(define).join(",");
  const equations = graph.equations.map((eq) => {
    const right = `${eq.op.name} ${eq.inputs.map(use).join(" ")} ${paramKey(eq.params)}`;
    return `${eq.outputs.map(define).join(",")}=${right}`;
  });
  return `(${inputs}){${equations.join(";")};${graph.outputs.map(use).join(",")}}`;
}

/** Text that equal parameters share; array contents stand as a hash. */
export function paramKey(param: Param): string {
  if (typeof param === "number") return showNumber(param);
  if (typeof param === "string") return JSON.stringify(param);
  if (param === null || typeof param === "boolean") return String(param);
  if (isData(param)) return dataKey(param);
  if (isGraph(param)) return graphKey(param);
  if (Array.isArray(param)) return `[${(param as readonly Param[]).map(paramKey).join(",")}]`;
  const record = param as { readonly [name: string]: Param };
  const fields = Object.keys(record);
  if (fields.length === 0) return "{}";
  let key = recordKeys.get(record);
  if (key === undefined) {
    if (fields.length > 1) fields.sort();
    key = `{${fields.map((name) => `${name}=${paramKey(record[name]!)}`).join(",")}}`;
    recordKeys.set(record, key);
  }
  return key;
}

// Parameters are never written to either, and passes hand the same ones on.
const recordKeys = new WeakMap<object, string>();

// Arrays are never written to once they are part of a graph, so their keys can be kept.
const dataKeys = new WeakMap<Data, string>();

/** Two multiplicative 32-bit hashes over the words of the contents (after Fowler, Noll and Vo). */
function dataKey(data: Data): string {
  let key = dataKeys.get(data);
  if (key === undefined) {
    let a = 0x811c9dc5;
    let b = 0x2545f491;
    for (const byte of bytesOf(data)) {
      a = Math.imul(a ^ byte, 0x01000193);
      b = Math.imul(b ^ byte, 0x5bd1e995);
      b ^= b >>> 15;
    }
    key = `${storageTag(data)}*${data.length}#${(a >>> 0).toString(16)}.${(b >>> 0).toString(16)}`;
    dataKeys.set(data, key);
  }
  return key;
}
