// The scripting language, construct by construct: a program of each -> its value as plain JavaScript and compiled, or, where
// arithmetic acts on whole tensors, its value written down. What is refused says where, and what to write instead.
import { describe, expect, test } from "vitest";
import { dist, handlers, jit, np, random, script, type Tensor } from "sinter";
import * as sinter from "sinter";

const X = [0.5, -1, 2, 3, -0.25, 1, 4, 0, -2, 1.5, 0.75, 2.5];
const P = 1.25;

/** Programs that plain JavaScript can run: [construct, function of x, twelve numbers, and p, a number]. */
const same: readonly (readonly [string, string])[] = [
  ["numbers and precedence", "(x, p) => 1 + 2 * p ** 2 - -p / 4 % 3"],
  ["booleans", "(x, p) => { const t = p > 1, u = !t || x[0] > 9; return t && !u ? 1 : 2; }"],
  ["&& and || give their operands", "(x, p) => (x[7] || 5) + (p && x[2]) + (x[1] && 0)"],
  ["comparison chains", "(x, p) => Number(p >= 1.25) + Number(p <= 1) + Number(p === 1.25) + Number(p != 2)"],
  ["?? on null and undefined", "(x, p) => (null ?? p) + (undefined ?? 2) + (p ?? 100)"],
  [
    "?. on what may be missing",
    "(x, p) => { const o = { a: { b: p } }, n = null; return (o?.a?.b ?? 0) + (n?.a ?? 3); }",
  ],
  ["?. calls", "(x, p) => { const o = { f: (u) => u + p }; return (o.f?.(1) ?? 0) + (o.g?.(1) ?? 7); }"],
  ["arrays and spread", "(x, p) => { const a = [p, 2], b = [...a, 3]; return b[0] + b[2] + b.length; }"],
  [
    "plain objects and spread",
    "(x, p) => { const o = { a: p, b: 2 }, q = { ...o, b: 5 }; return q.a + q.b + o.b; }",
  ],
  [
    "shorthand and computed keys",
    "(x, p) => { const a = p, k = 'c'; const o = { a, [k]: 3 }; return o.a * o.c; }",
  ],
  [
    "destructured arrays",
    "(x, p) => { const [a, , c = 9, ...rest] = [p, 1, undefined, 4, 5]; return a + c + rest[1]; }",
  ],
  [
    "destructured objects",
    "(x, p) => { const { a, b: { c }, d = 4, ...rest } = { a: p, b: { c: 2 }, e: 5 }; return a + c + d + rest.e; }",
  ],
  ["swapping", "(x, p) => { let a = p, b = 2; [a, b] = [b, a * 10]; return a + b; }"],
  ["destructured tensors", "(x, p) => { const [a, b, c] = x; return a + 10 * b + 100 * c + p; }"],
  [
    "destructured parameters",
    "(x, p) => { const f = ({ u, v = 2 }, [w]) => u * v + w; return f({ u: p }, [3]); }",
  ],
  [
    "compound assignment",
    "(x, p) => { let a = p; a += 2; a -= 0.5; a *= 3; a /= 2; a %= 4; a **= 2; return a; }",
  ],
  [
    "logical assignment",
    "(x, p) => { let a = 0, b = p, c = null; a ||= p; b &&= 3; c ??= 4; return a + b + c; }",
  ],
  [
    "++ and --, before and after",
    "(x, p) => { let i = 1; const a = i++ + ++i; const b = i-- - --i; return a * 10 + b + i + p; }",
  ],
  [
    "bit operators on known numbers",
    "(x, p) => p + (5 & 3) + (5 | 3) + (5 ^ 3) + (1 << 4) + (-9 >> 1) + (-9 >>> 28) + ~2",
  ],
  [
    "typeof and void",
    "(x, p) => (typeof p === 'number' ? 1 : 0) + (typeof missing === 'undefined' ? 2 : 0) + (void 0 ?? 4)",
  ],
  ["comma", "(x, p) => { let a = 0; const b = (a += p, a + 1); return b; }"],
  [
    "Math.*",
    "(x, p) => Math.abs(-p) + Math.exp(p) + Math.log(p) + Math.log1p(p) + Math.expm1(p) + Math.sqrt(p) + Math.sin(p) + Math.cos(p) + Math.tan(p) + Math.tanh(p) + Math.atan2(p, 2) + Math.hypot(p, 3) + Math.cbrt(-p) + Math.log2(p) + Math.log10(p) + Math.sign(-p) + Math.floor(-p) + Math.ceil(p) + Math.round(-2.5 * p) + Math.trunc(-p) + Math.max(p, 0, 2) + Math.min(p, x[0]) + Math.pow(p, 3) + Math.asinh(p) + Math.PI",
  ],
  [
    "NaN",
    "(x, p) => { const n = Math.sqrt(-p); return (n === n ? 1 : 2) + (n > 0 ? 10 : 20) + (Number.isNaN(n) ? 100 : 200) + (n ? 1000 : 2000); }",
  ],
  ["indices computed from data", "(x, p) => x[Math.floor(p * 4)] + x[x.length - 1] + x[Math.round(x[2])]"],
  [
    "element assignment",
    "(x, p) => { const w = new Array(12).fill(1); w[3] = p; w[3] += 2; w[4] *= 5; return w[3] * w[4]; }",
  ],
  [
    "element assignment at a computed place",
    "(x, p) => { const w = new Array(4).fill(0); w[Math.floor(p)] = 7; w[Math.floor(p)] += p; return w[1]; }",
  ],
  [
    "a histogram: places that repeat",
    "(x, p) => { const c = new Array(3).fill(0); for (let i = 0; i < 12; i++) c[i % 3] += x[i] * p; return c[0] + 10 * c[1] + 100 * c[2]; }",
  ],
  [
    "two axes",
    "(x, p) => { const m = [new Array(12).fill(0), new Array(12).fill(1)]; for (let i = 0; i < 12; i++) for (let k = 0; k < 2; k++) m[k][i] = x[i] * (k + p); let s = 0; for (let i = 0; i < 12; i++) s += m[0][i] - 2 * m[1][11 - i] * i; return s; }",
  ],
  [
    "slice of an array",
    "(x, p) => { const w = [p, 2, 3, 4]; const v = w.slice(1, 3); return v[0] * 10 + v[1] + v.length; }",
  ],
  [
    "push and pop",
    "(x, p) => { const w = []; for (let i = 0; i < 12; i++) w.push(x[i] + p); const v = [1, p]; const last = v.pop(); return w[11] + w.length + last + v.length; }",
  ],
  [
    "if, else if, else",
    "(x, p) => { let s = 0; for (let i = 0; i < 12; i++) { if (x[i] > 2) s += 1; else if (x[i] > p) s += 10; else s += 100 * x[i]; } return s; }",
  ],
  [
    "for, upwards, downwards, by steps",
    "(x, p) => { let s = 0; for (let i = 0; i < 12; i++) s = 0.5 * s + x[i]; for (let i = 11; i >= 0; i -= 3) s = Math.sin(s + x[i] * p); return s; }",
  ],
  [
    "nested for",
    "(x, p) => { let s = 0; for (let i = 1; i < 12; i++) for (let k = 0; k < i; k++) s += x[i] * x[k] * p; return s; }",
  ],
  ["for..of over a tensor", "(x, p) => { let s = 0; for (const v of x) if (v > 0) s += v * p; return s; }"],
  [
    "for..of over an array that the body changes",
    "(x, p) => { const w = [1, 2, 3]; let s = 0; for (const v of w) { s += v; w[2] = p; } return s; }",
  ],
  [
    "for..of over pairs",
    "(x, p) => { let s = p; for (const [a, b] of [[1, 2], [3, 4]]) s = s * a + b; return s; }",
  ],
  [
    "for..of over keys",
    "(x, p) => { const o = { a: p, b: 2 }; let s = 0; for (const k of Object.keys(o)) s = 3 * s + o[k]; return s; }",
  ],
  ["while", "(x, p) => { let s = p, n = 0; while (s < 40) { s *= 1.5; n++; } return s + n; }"],
  ["while with no iterations", "(x, p) => { let n = 3; while (p > 100) n++; return n; }"],
  ["do", "(x, p) => { let s = p, n = 0; do { s *= 1.5; n++; } while (s < 40); return s + n; }"],
  [
    "a test that changes something",
    "(x, p) => { let n = 0; const next = () => { n += 1; return n * p; }; while (next() < 6) n += 0.25; return n; }",
  ],
  [
    "while in if in while",
    "(x, p) => { let s = 0, i = 0; while (i < x.length) { if (x[i] > 0) { let v = x[i]; while (v > p) { v -= 1; s += v; } } i++; } return s; }",
  ],
  [
    "break",
    "(x, p) => { let s = 0; for (let i = 0; i < 12; i++) { if (x[i] > 2 * p) break; s += x[i] + 1; } return s; }",
  ],
  [
    "continue",
    "(x, p) => { let s = 0; for (let i = 0; i < 12; i++) { if (x[i] < p) continue; s += x[i]; } return s; }",
  ],
  [
    "labels: continue and break of an outer loop",
    "(x, p) => { let s = 0; outer: for (let i = 0; i < 12; i++) { for (let k = 0; k < 12; k++) { if (x[k] > 3 * p) continue outer; if (s > 20 * p) break outer; s += x[k] * i + 1; } s += 100; } return s; }",
  ],
  ["labels: a block", "(x, p) => { let s = 1; done: { if (p > 1) break done; s = 2; } return s; }"],
  [
    "early return from loops",
    "(x, p) => { for (let i = 0; i < 12; i++) for (let k = 0; k < i; k++) if (x[i] + x[k] > 4 * p) return 100 * i + k; return -1; }",
  ],
  [
    "early return from a function",
    "(x, p) => { const f = (v) => { if (v > p) return v; if (v > 0) return 10 * v; return -1; }; let s = 0; for (const v of x) s += f(v); return s; }",
  ],
  [
    "switch on a known value",
    "(x, p) => { switch ('b') { case 'a': return 1; case 'b': return p; default: return 3; } }",
  ],
  [
    "switch on a value of the data",
    "(x, p) => { let s = 0; for (let i = 0; i < 12; i++) { switch (Math.floor(x[i])) { case 0: s += 1; case 1: s += 10; break; case 2: s += p; break; default: s -= 3; } } return s; }",
  ],
  [
    "assignments inside choices",
    "(x, p) => { let n = 0; const s = p > 1 ? (n = 2, 5) : (n = 3, 7); (x[1] > 0) || (n += 10); return s + n; }",
  ],
  [
    "?: on values not known",
    "(x, p) => { let s = 0; for (let i = 0; i < 12; i++) s += x[i] > p ? x[i] : x[i] > 0 ? p : -1; return s; }",
  ],
  [
    "functions, defaults and rest",
    "(x, p) => { function f(a, b = 2, ...rest) { return a * b + rest.length; } return f(p) + f(p, 3, 4, 5) + f(...[1, 2, 3]); }",
  ],
  ["functions before their line", "(x, p) => { return twice(p) + 1; function twice(a) { return 2 * a; } }"],
  [
    "closures keep their variables",
    "(x, p) => { const counter = () => { let n = p; return () => (n += 1); }; const a = counter(), b = counter(); a(); a(); return 10 * a() + b(); }",
  ],
  [
    "functions that write around them, in loops",
    "(x, p) => { let s = 0; const add = (v) => { s = 0.5 * s + v; }; for (let i = 0; i < 12; i++) add(x[i] * p); return s; }",
  ],
  [
    "functions that change their arguments, in loops",
    "(x, p) => { const w = new Array(12).fill(p); const put = (a, i, v) => { a[i] = v + (i > 0 ? a[i - 1] : 0); }; for (let i = 0; i < 12; i++) put(w, i, x[i]); return w[11]; }",
  ],
  [
    "functions as values",
    "(x, p) => { const table = { up: (a) => a + 1, down: (a) => a - 1 }; const twice = (f, a) => f(f(a)); return twice(table.up, p) * twice((a) => table.down(a), 5); }",
  ],
  [
    "map, filter, reduce, some, every",
    "(x, p) => { const w = [1, 2, 3, 4]; return w.map((v) => v * p).reduce((a, b) => a + b, 0) + w.filter((v) => v > 2).length + (w.some((v) => v > 3) ? 1 : 0) + (w.every((v) => v > 0) ? 1 : 0) + w.indexOf(3); }",
  ],
  [
    "reduce over what a loop filled",
    "(x, p) => { const w = []; for (let i = 0; i < 12; i++) w.push(x[i] * p); return w.reduce((a, b) => 0.5 * a + b, 1); }",
  ],
  [
    "Array.from and forEach",
    "(x, p) => { let s = 0; Array.from({ length: 4 }, (_, i) => i * p).forEach((v, i) => { s += v * i; }); return s; }",
  ],
  [
    "sums, products, extremes",
    "(x, p) => { let s = 0, q = 1, m = -Infinity, l = Infinity; for (let i = 0; i < 12; i++) { s += x[i]; q *= 1 + 0.1 * x[i]; m = Math.max(m, x[i] * p); l = Math.min(l, x[i]); } return s + q + m + l; }",
  ],
  [
    "running sums",
    "(x, p) => { let s = 0, t = 0; for (let i = 0; i < 12; i++) { s += x[i]; t += s * p; } return t; }",
  ],
  [
    "recurrences over arrays",
    "(x, p) => { const z = new Array(12).fill(0); z[0] = p; for (let t = 1; t < 12; t++) z[t] = Math.sin(z[t - 1]) + x[t]; return z[11] + z[5]; }",
  ],
  [
    "two recurrences and a reader of both",
    "(x, p) => { let a = p, b = 0, s = 0; for (let t = 0; t < 12; t++) { s += a * b; a = Math.cos(a + x[t]); s += a; b = 0.5 * b + a; } return s; }",
  ],
];

/** Programs on whole tensors, with their values. */
const tensors: readonly (readonly [string, string, number | readonly unknown[]])[] = [
  ["arithmetic element by element", "(x, p) => 2 * x.slice([0, 3]) + p", [2.25, -0.75, 5.25]],
  [
    "comparison and choice element by element",
    "(x, p) => np.where(x > p, 1, 0)",
    [0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 1],
  ],
  ["reductions and methods", "(x, p) => np.sum(x) + x.mean() + np.max(x) + x.sum()", 24 + 1 + 4],
  ["ranges of tensors", "(x, p) => x.slice([1, 4])", [-1, 2, 3]],
  [
    "row assignment",
    "(x, p) => { const m = np.zeros([2, 2]); m[0] = [p, 2]; m[1][0] = 5; return m; }",
    [
      [1.25, 2],
      [5, 0],
    ],
  ],
  [
    "row assignment in a loop",
    "(x, p) => { const m = np.zeros([12, 2]); for (let i = 0; i < 12; i++) m[i] = [x[i], i * p]; return m[11]; }",
    [2.5, 13.75],
  ],
  [
    "block assignment",
    "(x, p) => { const w = np.zeros([12]); for (let i = 2; i < 12; i++) w[i] = x[i - 2]; return w.slice([0, 4]); }",
    [0, 0, 0.5, -1],
  ],
  [
    "tensors are values",
    "(x, p) => { const a = np.zeros([2]); const b = a; a[0] = 1; return a[0] * 10 + b[0]; }",
    10,
  ],
  ["shape, length, ndim, size", "(x, p) => x.length + x.shape[0] + x.ndim + x.size", 37],
  ["matrix products", "(x, p) => np.dot(x.slice([0, 2]), x.slice([2, 4]))", -2],
  [
    "a matrix times a vector by loops",
    "(x, p) => { const m = x.reshape([3, 4]); const out = np.zeros([3]); for (let i = 0; i < 3; i++) for (let k = 0; k < 4; k++) out[i] += m[i][k] * p; return out; }",
    [5.625, 5.9375, 3.4375 - 0.0],
  ],
  [
    "np functions on rows in loops",
    "(x, p) => { const m = np.zeros([12]); for (let i = 0; i < 12; i++) m[i] = np.sum([x[i], p]); return m[2]; }",
    3.25,
  ],
  ["densities", "(x, p) => dist.Normal(p, 1).logProb(p)", -0.5 * Math.log(2 * Math.PI)],
  [
    "densities in a loop",
    "(x, p) => { let s = 0; for (let i = 0; i < 12; i++) s += dist.Normal(x[i], 2).logProb(x[i]); return s; }",
    -12 * Math.log(2 * Math.sqrt(2 * Math.PI)),
  ],
];

type Program = (x: unknown, p: unknown) => number;
const made = (text: string): Program =>
  (new Function("np", "dist", `return ${text}`) as (...names: unknown[]) => Program)(np, dist);
const compiled = (text: string): unknown => {
  const f = jit(
    script(made(text) as never, { np, dist, ...sites }) as unknown as (x: Tensor, p: Tensor) => unknown,
  );
  return f(np.array(X), np.array(P));
};
const { sample, plate, param, factor, deterministic } = sinter;
const sites = { sample, plate, param, factor, deterministic };

describe("the same as plain JavaScript", () => {
  test.each(same)("%s", (_, text) => {
    const expected = made(text)([...X], P);
    const got = compiled(text) as Tensor | number;
    expect(typeof got === "number" ? got : got.item()).toBeCloseTo(expected, 11);
    // Where everything is known while compiling, it is computed there.
    const known = script(made(text) as never, { np, dist }) as unknown as Program;
    const at = known([...X], P) as unknown as Tensor | number | boolean;
    expect(typeof at === "object" ? at.item() : Number(at)).toBeCloseTo(expected, 11);
  });
});

describe("on whole tensors", () => {
  test.each(tensors)("%s", (_, text, expected) => {
    const got = compiled(text) as Tensor | number;
    const flat = (
      typeof got === "number" ? [got] : got.ndim === 0 ? [got.item()] : (got.toArray() as unknown[])
    ).flat(2) as number[];
    const wanted = (typeof expected === "number" ? [expected] : [...expected]).flat(2) as number[];
    expect(flat.length).toBe(wanted.length);
    flat.forEach((v, i) => expect(v).toBeCloseTo(wanted[i], 11));
  });
});

/** Primitives inside of control flow: the sites made, with their shapes, where g is positive or not. */
const primitives: readonly (readonly [string, string, Readonly<Record<string, readonly number[]>>])[] = [
  [
    "plate around a recurrence",
    "(x, p) => { plate('n', 3, () => { let z = 0; for (let i = 0; i < 12; i++) z = sample(`z_${i}`, dist.Normal(0.5 * z, 1)); }); }",
    { z: [12, 3] },
  ],
  [
    "plate in a loop",
    "(x, p) => { for (let i = 0; i < 12; i++) plate('n', 3, () => { sample(`z_${i}`, dist.Normal(x[i], 1)); }); }",
    { z: [12, 3] },
  ],
  [
    "nested plates around a loop with a factor",
    "(x, p) => { plate('n', 3, () => plate('k', 2, () => { for (let i = 0; i < 12; i++) { factor(`f_${i}`, x[i]); sample(`z_${i}`, dist.Normal(0, 1)); } })); }",
    { f: [], z: [12, 2, 3] },
  ],
  [
    "param in a loop",
    "(x, p) => { for (let i = 0; i < 12; i++) { const a = param(`a_${i}`, 2 * i), b = param('b', 1); sample(`z_${i}`, dist.Normal(a * b, 1)); } }",
    { a: [12], b: [], z: [12] },
  ],

  [
    "sample in for",
    "(x, p) => { for (let i = 0; i < 12; i++) sample(`z_${i}`, dist.Normal(x[i], 1)); }",
    { z: [12] },
  ],
  [
    "sample in nested for",
    "(x, p) => { for (let i = 0; i < 3; i++) for (let k = 0; k < 4; k++) sample(`z_${i}_${k}`, dist.Normal(i, 1 + k)); }",
    { z: [3, 4] },
  ],
  [
    "sample in for..of",
    "(x, p) => { let i = 0; for (const v of [1, 2]) sample(`z_${v}`, dist.Normal(v, 1)); }",
    { z_1: [], z_2: [] },
  ],
  [
    "sample in a recurrence",
    "(x, p) => { let z = 0; for (let i = 0; i < 12; i++) z = sample(`z_${i}`, dist.Normal(0.5 * z, 1)); }",
    { z: [12] },
  ],
  [
    "sample in if",
    "(x, p) => { if (p > 0) sample('a', dist.Normal(0, 1)); else sample('b', dist.Normal(0, 1)); }",
    { a: [] },
  ],
  [
    "sample in a function in a loop",
    "(x, p) => { const draw = (i) => sample(`z_${i}`, dist.Normal(0, 1)); for (let i = 0; i < 12; i++) draw(i); }",
    { z: [12] },
  ],
  [
    "sample in switch",
    "(x, p) => { switch ('u') { case 'u': sample('a', dist.Normal(0, 1)); break; default: sample('b', dist.Normal(0, 1)); } }",
    { a: [] },
  ],
  [
    "sample in while on known values",
    "(x, p) => { let i = 0; while (i < 3) { sample(`z_${i}`, dist.Normal(0, 1)); i++; } }",
    { z_0: [], z_1: [], z_2: [] },
  ],
  [
    "factor and deterministic in for",
    "(x, p) => { for (let i = 0; i < 12; i++) { factor(`f_${i}`, x[i]); deterministic(`d_${i}`, x[i] * p); } }",
    { f: [], d: [12] },
  ],
  [
    "param",
    "(x, p) => { const c = param('c', 2); for (let i = 0; i < 12; i++) sample(`z_${i}`, dist.Normal(c, 1)); }",
    { c: [], z: [12] },
  ],
  ["plate", "(x, p) => { plate('n', 12, () => { sample('z', dist.Normal(x, 1)); }); }", { z: [12] }],
  [
    "nested plates",
    "(x, p) => { plate('n', 3, () => plate('k', 4, () => { sample('z', dist.Normal(0, 1)); })); }",
    { z: [4, 3] },
  ],
  [
    "plate around a loop",
    "(x, p) => { plate('n', 3, () => { for (let i = 0; i < 12; i++) sample(`z_${i}`, dist.Normal(x[i], 1)); }); }",
    { z: [12, 3] },
  ],
];

/** Arrays that each iteration has for itself, as tensors and as plain arrays: [construct, body of the loop over i, which fills `l`]. */
const own: readonly (readonly [string, string])[] = [
  ["fixed elements", "l[0] = p * i; l[1] = x[i];"],
  ["an element under a test", "if (x[i] > 0) l[0] = p * i + 1;"],
  ["an element at an index from data", "if (k[i] > 0) l[k[i] - 1] = p * x[i];"],
  ["additions", "l[1] += p * i; l[1] += 2; l[k[i] % 2] += x[i];"],
  ["an inner loop", "for (let j = 0; j < 3; j++) l[j] = l[Math.max(0, j - 1)] + p * x[i];"],
  ["an inner loop of many steps under tests", "for (let j = 0; j < 3; j++) if (k[i] > j) l[j] = x[i] + j;"],
  ["an inner loop that data end", "for (let j = 0; j < k[i]; j++) l[j] = p * x[i] + j;"],
  [
    "an inner loop over parts that data end",
    "for (let j = 1; j < k[i]; j++) l[j - 1] = x[j] - x[j - 1] + i;",
  ],
  ["a sum that data end", "let s = 0; for (let j = 0; j < k[i]; j++) s += x[j] * p; l[0] = s;"],
  ["a sum downwards", "let s = 0; for (let j = 2; j >= k[i]; j--) s = 0.5 * s + x[j] * i; l[2] = s;"],
  ["a copy", "const o = l; o[0] = i; l[1] = o[0] + 1; l[0] = 7;"],
];

type Model = (...args: unknown[]) => void;

describe("each iteration has arrays of its own", () => {
  const K = [1, 0, 2, 3, 3, 0, 1, 2, 3, 1, 0, 2];
  test.each(own.flatMap(([name, body]) => [0, 1].map((tensor) => ({ name, body, tensor }))))(
    "$name (tensor: $tensor)",
    ({ name, body, tensor }) => {
      if (name === "a copy" && !tensor) return; // Plain arrays are shared.
      const text = (made: string, put: string): string =>
        `(x, k, p) => { const rows = []; for (let i = 0; i < 12; i++) { const l = ${made}; ${body} ${put} } return rows; }`;
      const copied = body.replace("const o = l", "const o = [...l]");
      const plain = text("[0, 0, 0]", "rows.push(l);").replace(body, copied);

      const expected = (new Function(`return ${plain}`)() as (...a: unknown[]) => number[][])(X, K, P);
      const made = tensor ? "np.zeros([3])" : "[0, 0, 0]";
      const write = new Function(
        "np",
        "deterministic",
        `return ${text(made, "deterministic(`l_${i}`, l);")}`,
      );
      const fn = write(np, sites.deterministic) as Program;
      const model = script(fn as never, { np, deterministic: sites.deterministic }) as unknown as Model;
      const { nodes } = handlers.trace(model)(np.array(X), np.array(K), np.array(P));
      (nodes["l"]!.value.toArray() as number[][]).forEach((row, i) =>
        row.forEach((v, j) => expect(v, `row ${i}`).toBeCloseTo(expected[i]![j]!, 12)),
      );
    },
  );

  test("one factor and one deterministic in both arms of a test in a loop", () => {
    const text = `(x, p) => { for (let i = 0; i < 12; i++)
      if (x[i] > 0) { factor(\`f_\${i}\`, p * x[i]); deterministic(\`d_\${i}\`, 1); }
      else { let t = 0; for (let j = 0; j < 20; j++) t += p * j; factor(\`f_\${i}\`, t); deterministic(\`d_\${i}\`, p); } }`;
    const write = new Function(...Object.keys(sites), `return ${text}`);
    const model = script(write(...Object.values(sites)) as never, { ...sites }) as unknown as Model;
    const { nodes } = handlers.trace(model)(np.array(X), np.array(P));
    expect(nodes["f"]!.logProb.toArray()).toEqual(X.map((v) => (v > 0 ? P * v : 190 * P)));
    expect(nodes["d"]!.value.toArray()).toEqual(X.map((v) => (v > 0 ? 1 : P)));
  });
});

describe("primitives inside control flow", () => {
  test.each(primitives)("%s", (_, text, expected) => {
    const write = new Function("np", "dist", ...Object.keys(sites), `return ${text}`);
    const fn = write(np, dist, ...Object.values(sites)) as Program;
    const model = script(fn as never, { np, dist, ...sites }) as unknown as (...a: unknown[]) => void;
    const { nodes } = handlers.trace(handlers.seed(model, random.key(0)))(np.array(X), P);
    const made = Object.entries(nodes).filter(([, node]) => (node as { type: string }).type !== "plate");
    expect(Object.fromEntries(made.map(([name, node]) => [name, (node.value as Tensor).shape]))).toEqual(
      expected,
    );
  });
});

describe("refused", () => {
  test("recursion", () => {
    const text = "(x, p) => { const f = (n) => (n < 1 ? 1 : n * f(n - p)); return f(3); }";
    expect(() => compiled(text)).toThrow(
      /f.*calls itself.*write the recursion as a loop\n {2}\| .*\n {2}\| +\^/,
    );
  });
});
