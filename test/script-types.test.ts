// Scripted code under stock tsc: programs that must pass, and programs that must not, with what the compiler says of them.
import { resolve } from "node:path";
import ts from "typescript";
import { beforeAll, expect, test } from "vitest";

const head = `import { dist, factor, np, param, plate, sample, script, type Matrix, type Vector } from "sinter/script";\n`;

/** Operators, indices and loops on the script's own value types. */
const good: Readonly<Record<string, string>> = {
  "arithmetic on vectors and numbers": `script((x: Vector, p: number) => 2 * x + p ** 2 - x / 3);`,
  "compound assignment": `script((x: Vector) => { let s = 0; s += x[0]; s *= 2; s **= 2; s++; return -s; });`,
  "comparison and choice": `script((x: Vector, p: number) => (x[0] > p ? x[1] : p <= 0 ? 0 : 1));`,
  "elements and rows": `script((m: Matrix) => { m[0][1] = 3; m[1] = m[0]; return m[1][0] + m.shape[0] + m.length; });`,
  "loops and exits": `script((x: Vector) => { let s = 0; for (const v of x) { if (v > 3) break; s += v; } while (s > 1) s /= 2; return s; });`,
  destructuring: `script((x: Vector) => { const [a, b] = x; const { u, v } = { u: a, v: [b] }; return u + v[0]; });`,
  sites: `script((y: Vector) => { const mu = sample("mu", dist.Normal(0, 1)); for (let i = 0; i < y.length; i++) sample(\`y_\${i}\`, dist.Normal(mu, 1), { obs: y[i] }); });`,
  "vector sites": `script((K: number) => { const b = sample("b", dist.Normal(0, 1).expand([K]).toEvent(1)); const w = sample("w", dist.Dirichlet([1, 1])); return b[0] * w[1]; });`,
  "param, plate and factor": `script((n: number) => { const a = param("a", 1); plate("n", n, (i) => sample("z", dist.Normal(a + i, 1))); factor("f", -a); });`,
  "np on values": `script((x: Vector) => np.sum(x) + np.exp(x)[0] + np.zeros([3])[1] + np.zeros([2, 2])[0][1]);`,
  "reductions along an axis": `script((m: Matrix) => np.sum(m, 0)[1] + np.logsumexp(m) + np.max(m, 1)[0]);`,
  "Math on values": `script((x: Vector) => Math.exp(x[0]) + Math.max(x[1], 0));`,
  "calls among scripts, outside types": `import { np as outer } from "sinter"; const f = script((x: Vector, k: number) => x[0] * k); const y = f(outer.array([1, 2]), 3); y.item();`,
  "arrays, closures and callbacks": `script((p: number) => [1, 2, 3].map((v) => v * p).reduce((a, b) => a + b, 0));`,
};

/** [program, what tsc says]. */
const bad: Readonly<Record<string, readonly [string, RegExp]>> = {
  "a name that is missing": [`script((x: Vector) => x[0] + missing);`, /Cannot find name 'missing'/],
  "a distribution in arithmetic": [`script(() => dist.Normal(0, 1) + 1);`, /Operator '\+' cannot be applied/],
  "a distribution that there is not": [
    `script(() => sample("x", dist.Nromal(0, 1)));`,
    /Property 'Nromal' does not exist/,
  ],
  "a site without a name": [`script(() => sample(dist.Normal(0, 1)));`, /Expected 2-3 arguments/],
  "a number for a name": [
    `script(() => sample(3, dist.Normal(0, 1)));`,
    /not assignable to parameter of type 'string'/,
  ],
  "an np function that there is not": [
    `script((x: Vector) => np.summ(x));`,
    /Property 'summ' does not exist/,
  ],
  "an index too many": [
    `script((x: Vector) => { const v: number = x[0]; return v[0][1]; });`,
    /can't be used to index type|implicitly has an 'any'/,
  ],
  "a text as an element": [`script((x: Vector) => { x[0] = "one"; });`, /not assignable to type 'number'/],
  "an assigned constant": [
    `script((p: number) => { const a = p; a += 1; return a; });`,
    /Cannot assign to 'a' because it is a constant/,
  ],
  "a vector where the rows are": [
    `script((m: Matrix) => { const r: Vector = m[0][0]; return r; });`,
    /Type 'number' is not assignable to type 'Vector'/,
  ],
  "too few arguments from outside": [
    `const f = script((x: Vector, k: number) => x[0] * k); f(1);`,
    /Expected 2 arguments, but got 1/,
  ],
  "a text from outside": [`const f = script((x: Vector) => x[0]); f("no");`, /not assignable/],
  "a factor without a weight": [`script(() => factor("f"));`, /Expected 2 arguments/],
};

let messages: ReadonlyMap<string, readonly string[]>;

beforeAll(() => {
  const root = resolve(import.meta.dirname, "..");
  const files = new Map<string, string>();
  const path = (kind: string, i: number): string => resolve(root, `test/of-types-${kind}-${i}.ts`);
  Object.values(good).forEach((text, i) => files.set(path("good", i), head + text));
  Object.values(bad).forEach(([text], i) => files.set(path("bad", i), head + text));
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: [],
    paths: {
      sinter: [resolve(root, "src/index.ts")],
      "sinter/script": [resolve(root, "src/script-language.d.ts")],
    },
  };
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.readFile = (name) => files.get(name) ?? readFile(name);
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.getSourceFile = (name, version) => {
    const text = files.get(name);
    return text === undefined ? getSourceFile(name, version) : ts.createSourceFile(name, text, version);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  messages = new Map(
    [...files.keys()].map((name) => [
      name,
      program
        .getSemanticDiagnostics(program.getSourceFile(name))
        .map((d) => ts.flattenDiagnosticMessageText(d.messageText, "\n"))
        .filter((text) => !/is declared but/.test(text)),
    ]),
  );
}, 120_000);

const found = (kind: string, i: number): readonly string[] =>
  messages.get(resolve(import.meta.dirname, `of-types-${kind}-${i}.ts`))!;

test.each(Object.keys(good).map((name, i) => [name, i] as const))("passes: %s", (_, i) =>
  expect(found("good", i)).toEqual([]),
);

test.each(Object.entries(bad).map(([name, [, says]], i) => [name, i, says] as const))(
  "refused: %s",
  (_, i, says) => expect(found("bad", i).join("\n")).toMatch(says),
);
