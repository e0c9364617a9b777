// Walks every row of the table: type rule against evaluate, jvp against finite differences, vjp against jvp, vmap against a loop.
import { describe, expect, test } from "vitest";
import { Builder } from "../ir/builder.js";
import { interpret } from "../ir/interpret.js";
import type { Op } from "../ir/op.js";
import type { Data, DType, Params, Type, Value } from "../ir/types.js";
import { allocate, isFloat, sizeOf } from "../ir/types.js";
import { emitInto, opTable } from "./index.js";
import { cases, elsewhere } from "./row-cases.fixture.js";
import type { Case } from "./row-cases.fixture.js";

/** Uniform numbers in [0, 1) from a small generator (mulberry32), so that failures repeat. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function fill(type: Type, next: () => number, [low, high]: readonly [number, number] = [-2, 2]): Data {
  const out = allocate(type);
  for (let i = 0; i < out.length; i++) {
    const x = low + (high - low) * next();
    if (isFloat(type.dtype)) out[i] = x;
    else if (type.dtype === "bool") out[i] = next() < 0.5 ? 0 : 1;
    else if (type.dtype === "key") out[i] = Math.floor(next() * 2 ** 32);
    else out[i] = type.dtype === "u32" ? Math.abs(Math.floor(x)) : Math.floor(x);
  }
  return out;
}

/** x x' + n I over the last two axes. */
function definite(x: Data, { shape }: Type): void {
  const n = shape[shape.length - 1];
  for (let b = 0; b < x.length; b += n * n) {
    const a = x.slice(b, b + n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let s = i === j ? n : 0;
        for (let k = 0; k < n; k++) s += a[i * n + k] * a[j * n + k];
        x[b + i * n + j] = s;
      }
  }
}

function inputsOf(c: Case, next: () => number): Data[] {
  return c.inputs.map((type, i) => {
    const x = fill(type, next, c.range?.[i]);
    if (c.definite === i) definite(x, type);
    if (c.starts?.[i]) x.set(c.starts[i]);
    return x;
  });
}

const accepted = (op: Op, inputs: readonly Type[], params: Params): boolean => {
  try {
    op.infer(inputs, params);
    return true;
  } catch {
    return false;
  }
};

const dtypes: readonly DType[] = ["f64", "f32", "i32", "u32", "bool", "key"];
const shapes: readonly (readonly number[])[] = [[], [5], [2, 3], [0], [2, 0]];

/** One case per shape and accepted dtype; the range gives the number of operands. */
function elementwiseCases(op: Op & { kind: "elementwise" }): Case[] {
  const first = op.range.map((_, i) => i);
  const found: Case[] = [];
  for (const dtype of dtypes)
    for (const shape of shapes) {
      const plain = first.map((): Type => ({ dtype, shape }));
      const tested = plain.map((t, i): Type => (i === 0 ? { dtype: "bool", shape } : t));
      for (const inputs of op.range.length === 3 ? [plain, tested] : [plain])
        for (const params of [{}, ...dtypes.map((to) => ({ dtype: to }))])
          if (accepted(op, inputs, params)) {
            found.push({ inputs, params, range: op.range });
            if (accepted(op, inputs, {})) break;
          }
    }
  return found;
}

const casesOf = (op: Op): readonly Case[] =>
  op.kind === "elementwise" ? elementwiseCases(op) : (cases[op.name] ?? []);

function evaluate(op: Op, c: Case, data: readonly Data[]): readonly Data[] {
  const params = c.params ?? {};
  return op.evaluate(data, params, { inputs: c.inputs, outputs: op.infer(c.inputs, params) }, { interpret });
}

const dot = (a: Data, b: Data): number => {
  let s = 0;
  for (let i = 0; i < a.length; i++) s += a[i] * b[i];
  return s;
};

/** The tangents of the float outputs for the tangents of the float inputs, through the row's jvp. */
function runJvp(op: Op, c: Case, data: readonly Data[], tangents: readonly (Data | null)[]): (Data | null)[] {
  const b = new Builder();
  const inputs = c.inputs.map((t) => b.input(t));
  const ts = c.inputs.map((t, i) => (tangents[i] ? b.input(t) : null));
  const outputs = b.emit(op, inputs, c.params ?? {});
  const out = op.jvp(emitInto(b), { inputs, outputs, params: c.params ?? {} }, ts);
  const results = interpret(b.finish(out.filter((t): t is Value => t !== null)), [
    ...data,
    ...tangents.filter((t): t is Data => t !== null),
  ]);
  out.forEach((t, i) => t && expect(t.type, `${op.name}: type of tangent ${i}`).toEqual(outputs[i].type));
  let next = 0;
  return out.map((t) => (t ? results[next++] : null));
}

function runVjp(
  op: Op,
  c: Case,
  data: readonly Data[],
  cts: readonly (Data | null)[],
  guarded: boolean,
): (Data | null)[] {
  const b = new Builder();
  const inputs = c.inputs.map((t) => b.input(t));
  const outputs = b.emit(op, inputs, c.params ?? {});
  const given = outputs.map((v, i) => (cts[i] ? b.input(v.type) : null));
  const back = op.vjp(emitInto(b), { inputs, outputs, params: c.params ?? {} }, given, guarded);
  const results = interpret(b.finish(back.filter((t): t is Value => t !== null)), [
    ...data,
    ...cts.filter((t): t is Data => t !== null),
  ]);
  back.forEach((t, i) => t && expect(t.type, `${op.name}: type of cotangent ${i}`).toEqual(inputs[i].type));
  let next = 0;
  return back.map((t) => (t ? results[next++] : null));
}

/** The derivative is defined as zero although the function moves. */
const constantByDecree = new Set(["stopGradient"]);

for (const op of opTable.values()) {
  describe(op.name, () => {
    test("has cases", () => {
      if (!elsewhere.includes(op.name)) expect(casesOf(op).length).toBeGreaterThan(0);
      expect(op.doc.endsWith(".")).toBe(true);
    });

    test("evaluates to what its type rule says", () => {
      const next = uniform(1);
      for (const c of casesOf(op)) {
        const outputs = op.infer(c.inputs, c.params ?? {});
        const results = evaluate(op, c, inputsOf(c, next));
        outputs.forEach((type, i) => {
          expect(results[i].constructor).toBe(allocate(type).constructor);
          expect(results[i].length).toBe(allocate(type).length);
        });
      }
    });

    test("in f32 follows f64", () => {
      const next = uniform(4);
      for (const c of casesOf(op)) {
        if (!c.inputs.some((t) => t.dtype === "f64") || c.params?.dtype === "f32") continue;
        const single: Case = {
          ...c,
          inputs: c.inputs.map((t): Type => (t.dtype === "f64" ? { dtype: "f32", shape: t.shape } : t)),
        };
        if (!accepted(op, single.inputs, single.params ?? {})) continue;
        const data = inputsOf(single, next);
        const exact = evaluate(
          op,
          c,
          data.map((x, i) => (c.inputs[i].dtype === "f64" ? Float64Array.from(x) : x)),
        );
        evaluate(op, single, data).forEach((x, o) => {
          for (let i = 0; i < x.length; i++) {
            const wanted = exact[o][i];
            if (Object.is(x[i], wanted)) continue;
            const message = `${op.name} ${JSON.stringify(single)}: ${x[i]} against ${wanted}`;
            expect(Math.abs(x[i] - wanted), message).toBeLessThan(2e-4 * Math.max(1, Math.abs(wanted)));
          }
        });
      }
    });

    test("jvp agrees with finite differences and vjp with jvp", () => {
      const next = uniform(2);
      for (const c of casesOf(op)) {
        const floats = c.inputs.map((t) => t.dtype === "f64");
        if (!floats.includes(true)) continue;
        if (c.inputs.some((t) => t.dtype === "f32")) continue;
        const outputs = op.infer(c.inputs, c.params ?? {});
        const data = inputsOf(c, next);
        const tangents = c.inputs.map((t, i) => (floats[i] ? fill(t, next, [-1, 1]) : null));
        const forward = runJvp(op, c, data, tangents);
        const h = 1e-5;
        const shifted = (by: number) =>
          evaluate(
            op,
            c,
            data.map((x, i) => {
              const t = tangents[i];
              return t ? Float64Array.from(x, (v, j) => v + by * t[j]) : x;
            }),
          );
        const [up, down] = [shifted(h), shifted(-h)];
        outputs.forEach((type, o) => {
          if (type.dtype !== "f64" || constantByDecree.has(op.name)) return;
          for (let i = 0; i < sizeOf(type.shape); i++) {
            const slope = up[o][i] === down[o][i] ? 0 : (up[o][i] - down[o][i]) / (2 * h);
            const tangent = forward[o]?.[i] ?? 0;
            expect(
              Math.abs(tangent - slope),
              `${op.name} ${JSON.stringify(c)}: ${tangent} against ${slope}`,
            ).toBeLessThan(2e-6 * Math.max(1, Math.abs(slope), Math.min(Math.abs(up[o][i]), 1e12)));
          }
        });
        const cts = outputs.map((t) => (t.dtype === "f64" ? fill(t, next, [-1, 1]) : null));
        if (cts.every((ct) => ct === null)) continue;
        for (const guarded of [false, true]) {
          const back = runVjp(op, c, data, cts, guarded);
          let [left, right, scale] = [0, 0, 1];
          forward.forEach((t, i) => {
            if (!t || !cts[i]) return;
            left += dot(t, cts[i]);
            for (const v of t) scale += Math.abs(v);
          });
          back.forEach((ct, i) => {
            const t = tangents[i];
            if (ct && t) right += dot(ct, t);
          });
          expect(
            Math.abs(left - right),
            `${op.name} ${JSON.stringify(c)}: ${left} against ${right}`,
          ).toBeLessThan(1e-10 * scale);
        }
      }
    });

    test("vmap agrees with a loop", () => {
      const next = uniform(3);
      const size = 3;
      for (const c of casesOf(op)) {
        const n = c.inputs.length;
        for (let marks = n === 0 ? 0 : 1; marks < 2 ** n; marks++) {
          const batched = c.inputs.map((_, i) => ((marks >> i) & 1) === 1);
          const each = Array.from({ length: size }, () => inputsOf(c, next));
          for (let i = 0; i < n; i++) if (!batched[i]) each.forEach((d) => (d[i] = each[0][i]));
          const b = new Builder();
          const inputs = c.inputs.map((t, i) =>
            b.input(batched[i] ? { dtype: t.dtype, shape: [size, ...t.shape] } : t),
          );
          const { outputs, batched: out } = op.vmap(emitInto(b), inputs, batched, c.params ?? {}, size);
          const joined = c.inputs.map((t, i) => {
            if (!batched[i]) return each[0][i];
            const all = allocate({ dtype: t.dtype, shape: [size, ...t.shape] });
            each.forEach((d, s) => all.set(d[i], s * d[i].length));
            return all;
          });
          const results = interpret(b.finish(outputs), joined);
          const wanted = each.map((d) => evaluate(op, c, d));
          results.forEach((r, o) => {
            for (let s = 0; s < size; s++) {
              const got = out[o] ? r.slice(s * wanted[s][o].length, (s + 1) * wanted[s][o].length) : r;
              const message = `${op.name} ${JSON.stringify(c)} batched ${String(batched)}`;
              expect(got, message).toEqual(wanted[s][o]);
            }
          });
        }
      }
    });
  });
}
