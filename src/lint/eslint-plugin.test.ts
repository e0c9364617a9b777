// The rules on code that must pass and code that must not, with types and without (behaviours J45, J65).
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RuleTester } from "eslint";
import tseslint from "typescript-eslint";
import { afterAll, describe, it } from "vitest";
import plugin from "./eslint-plugin.js";

Object.assign(RuleTester, { afterAll, describe, it, itOnly: it.only });

const head = 'import { sample, dist, np, jit, grad, random, param, factor, script } from "sinter";\n';
const code = (text: string): string => head + text;
const untyped = new RuleTester({ languageOptions: { ecmaVersion: 2022, sourceType: "module" } });

const model = (body: string): string =>
  code(`const model = (y, flag) => {\nconst x = sample("x", dist.Normal(0, 1));\n${body}\n};`);
const at = (line: number, column: number, message: RegExp) => ({ line, column, message });

untyped.run("no-tensor-condition", plugin.rules["no-tensor-condition"], {
  valid: [
    model("if (flag) return 1;"),
    model("if (x.item() > 0) return 1;"),
    model("if (x.shape.length) return 1;"),
    model("let z; if (flag) z = sample('z', dist.Normal(0, 1)); if (z) factor('f', z);"),
    model("const w = flag ? x : null; if (w) factor('f', w);"),
    code(
      'const m = script((y) => { const x = sample("x", dist.Normal(0, 1)); if (x > 0) factor("f", 1); });',
    ),
    'import { sample } from "elsewhere"; const m = () => { const x = sample("x"); if (x) return 1; };',
    model("const z = y ?? x;"),
  ],
  invalid: [
    {
      code: model("if (x) return 1;"),
      errors: [at(4, 5, /^if \(tensor\) always takes the first branch.*np\.where/)],
    },
    { code: model("if (x.gt(0)) return 1;"), errors: [at(4, 5, /^if \(tensor\)/)] },
    { code: model("return x.gt(0) ? 1 : 2;"), errors: [at(4, 8, /^\?: \(tensor\)/)] },
    { code: model("const z = x.exp(); while (z) {}"), errors: [at(4, 27, /^while \(tensor\)/)] },
    { code: model("return np.less(x, 1) && y;"), errors: [at(4, 8, /^tensor && x always gives x/)] },
    { code: model("return x || y;"), errors: [at(4, 8, /^tensor \|\| x always gives the tensor/)] },
    { code: model("if (!x) return 1;"), errors: [at(4, 5, /^!tensor is always false.*np\.logicalNot/)] },
    {
      code: code("const g = grad((x) => { if (x) return x; return x.mul(2); });"),
      errors: [at(2, 29, /^if \(tensor\)/)],
    },
    {
      code: 'import * as s from "sinter"; const { Normal } = s.dist; const m = () => { const x = Normal(0, 1).logProb(1); const { np: n } = s; if (n.exp(x)) return 1; };',
      errors: 1,
    },
  ],
});

untyped.run("no-tensor-equality", plugin.rules["no-tensor-equality"], {
  valid: [
    model("if (x === null || x !== undefined) return 1;"),
    model("return y === 1;"),
    model("return x.shape.length === 1;"),
  ],
  invalid: [
    {
      code: model("return x === 1;"),
      errors: [at(4, 8, /^=== compares which object a tensor is.*a\.eq\(b\)/)],
    },
    { code: model("return 0 != x.mul(2);"), errors: [at(4, 8, /^!= compares.*a\.ne\(b\)/)] },
  ],
});

untyped.run("no-ambient-randomness", plugin.rules["no-ambient-randomness"], {
  valid: [
    "const x = Math.random();",
    model("const Math = { random: () => 1 }; return Math.random();"),
    code("const plain = () => Math.random();"),
    model("return Math.sqrt(2);"),
  ],
  invalid: [
    {
      code: model("return Math.random();"),
      errors: [at(4, 8, /^Math\.random\(\) is read once.*dist\.Uniform/)],
    },
    { code: model("return [1, 2].map(() => Date.now());"), errors: [at(4, 25, /^Date\.now\(\)/)] },
    { code: model("return new Date();"), errors: [at(4, 8, /^new Date\(\)/)] },
    {
      code: code("const f = (x) => x.mul(Math.random());\nconst g = jit(f);"),
      errors: [at(2, 24, /^Math\.random/)],
    },
    { code: code("const f = script((x) => x * Math.random());"), errors: 1 },
  ],
});

untyped.run("no-captured-key", plugin.rules["no-captured-key"], {
  valid: [
    code("const f = jit((key, x) => random.normal(key, [2]).add(x));"),
    code("const f = jit((x) => { const key = random.key(0); return random.normal(key, [2]); });"),
    code("const key = random.key(0); random.normal(key, [2]);"),
  ],
  invalid: [
    {
      code: code("const key = random.key(0);\nconst f = jit((x) => random.normal(key, [2]).add(x));"),
      errors: [at(3, 36, /^the random key key comes from outside of a traced function/)],
    },
    {
      code: code(
        "const keys = random.split(random.key(0), 2);\nconst k = keys.at(0);\nconst f = jit((x) => random.normal(k, [2]));",
      ),
      errors: [at(4, 36, /^the random key k /)],
    },
  ],
});

// Types: a parameter is a tensor by its annotation alone, and a tensor or nothing may be tested.
const folder = mkdtempSync(join(tmpdir(), "sinter-lint-"));
const typed = new RuleTester({
  languageOptions: {
    parser: tseslint.parser as never,
    parserOptions: { projectService: { allowDefaultProject: ["*.ts"] }, tsconfigRootDir: folder },
  },
});
const withTypes = (body: string): { code: string; filename: string } => ({
  code:
    "interface Tensor { dtype: string; shape: number[]; toArray(): number[]; gt(x: number): Tensor }\n" +
    `export const f = (x: Tensor, y: Tensor | null): unknown => {\n${body}\n};`,
  filename: join(folder, "example.ts"),
});

typed.run("no-tensor-condition, typed", plugin.rules["no-tensor-condition"], {
  valid: [withTypes("return y ? 1 : 2;"), withTypes("return x.shape.length > 0 && y;")],
  invalid: [
    { ...withTypes("return x ? 1 : 2;"), errors: [at(3, 8, /^\?: \(tensor\)/)] },
    { ...withTypes("return x.gt(0) && y;"), errors: [at(3, 8, /^tensor && x/)] },
  ],
});
