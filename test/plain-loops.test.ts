// The build's loops by index: the same results as the loops of the source, and left alone where the operand is no array.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transformSync } from "esbuild";
import ts from "typescript";
import { afterAll, expect, test } from "vitest";

const { withPlainLoops } = (await import("../scripts/plain-loops.mjs" as string)) as {
  withPlainLoops: (file: ts.SourceFile, checker: ts.TypeChecker) => string;
};

const folder = mkdtempSync(join(tmpdir(), "plain-loops-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Case = readonly [name: string, code: string];
const inFunction = ([name, body]: Case): Case => [name, `export function run(): unknown { ${body} }`];

const changed: readonly Case[] = [
  [
    "a block",
    "const out: number[] = []; for (const x of [1, 2, 3]) { if (x === 2) continue; out.push(x); } return out;",
  ],
  ["one statement", "let sum = 0; for (const x of Float64Array.of(1, 2)) sum += x; return sum;"],
  [
    "a label",
    "const out: string[] = []; outer: for (const a of ['x', 'y']) for (const b of ['p', 'q']) { if (b === 'q') continue outer; out.push(a + b); } return out;",
  ],
  ["an array that grows", "const xs = [1]; for (const x of xs) if (x < 5) xs.push(x + 1); return xs;"],
  [
    "closures, each with its own value",
    "const fs: (() => number)[] = []; for (const x of [1, 2]) fs.push(() => x); return fs.map((f) => f());",
  ],
  [
    "a name that is assigned",
    "const out: number[] = []; for (let x of [1, 2]) { x *= 2; out.push(x); } return out;",
  ],
  [
    "pairs, one with a hole",
    "let s = ''; const p: [string, number][] = [['a', 1], ['b', 2]]; for (const [k, v] of p) s += k + v; for (const [, v] of p) s += v; return s;",
  ],
  [
    "entries of a map",
    "let s = ''; for (const [k, [a, b]] of new Map([['x', [1, 2]]])) s += k + a + b; return s;",
  ],
  ["parts of objects", "let s = 0; for (const { a, b: [c] } of [{ a: 1, b: [2] }]) s += a + c; return s;"],
  [
    "an operand that is evaluated once",
    "let n = 0; const make = () => (n++, [1, 2, 3]); for (const x of make()) n += 10 * x; return n;",
  ],
  [
    "parts of an array",
    "const xs = [1, [2, 3]] as [number, [number, number]]; const [a, [b, c]] = xs; return [c, b, a];",
  ],
  [
    "several names at once",
    "let n = 0; const next = () => ++n; const [a, , c] = [next(), next(), next()], [p, q] = [next(), next()]; return [a, c, p, q];",
  ],
];

const kept: readonly Case[] = [
  [
    "a set that grows",
    "const xs = new Set([1]); for (const x of xs) if (x < 5) xs.add(x + 1); return [...xs];",
  ],
  ["a string", "let s = ''; for (const c of 'a\\u{1F600}') s += `${c},`; return s;"],
  ["an array or a set", "let s = 0; for (const x of [1, 2] as number[] | Set<number>) s += x; return s;"],
  ["a generator", "function* g() { yield 1; yield 2; } const [a, b] = g(); return [a, b];"],
  [
    "defaults and a rest",
    "const [a = 3, ...rest] = [undefined, 1, 2] as (number | undefined)[]; return [a, rest];",
  ],
];

const exported: Case = [
  "exported names",
  "export const [a, b] = [1, 2]; export const run = (): number => a + b;",
];

const all = [...changed.map(inFunction), ...kept.map(inFunction), exported];
const paths = all.map((_, i) => join(folder, `case${i}.ts`));
all.forEach(([, code], i) => writeFileSync(paths[i]!, code));
const program = ts.createProgram(paths, { target: ts.ScriptTarget.ES2022, strict: true, types: [] });

const run = (source: string): unknown => {
  const { code } = transformSync(source, { loader: "ts", format: "cjs" });

  return new Function("module", `${code}; return module.exports.run();`)({ exports: {} }) as unknown;
};

test.each(all.map(([name], i) => [name, i] as const))("%s: the same result", (_, i) => {
  const file = program.getSourceFile(paths[i]!)!;
  expect(ts.getPreEmitDiagnostics(program, file).map((d) => d.messageText)).toEqual([]);
  const text = withPlainLoops(file, program.getTypeChecker()).split("\n//#")[0]!;
  expect(run(text)).toEqual(run(file.text));
  if (i < changed.length) expect(text).toContain("$1");
  else expect(text).toBe(file.text);
});
