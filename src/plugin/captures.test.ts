// What the build plugin writes: the names that a script uses, read when it runs, and its own text and place.
import { expect, test } from "vitest";
import { captureNames } from "./captures.js";

const of = (code: string): string | null => captureNames(code, { file: "m.js" })?.code ?? null;
const head = 'import { script as s, np } from "sinter";\n';

test("names of the module, of the functions around, and of imports; not the script's own, nor globals", () => {
  const code = of(
    `${head}import { f } from "./f.js";\nconst K = 1;\nfunction make(n) { return s((x, i) => { const y = x; return np.exp(y * K + n + f(i) + Math.PI); }); }`,
  )!;
  const names = [...code.matchAll(/get (\w+)\(\)/g)].map((m) => m[1]!).sort();
  expect(names).toEqual(["K", "f", "n", "np"]);
  expect(code).toContain('__sinterOrigin: {"file":"m.js","line":4,"column":');
});

test("captures that are given stay, and count more", () => {
  expect(of(`${head}const K = 1;\ns((x) => x * K, { K: 2 });`)).toMatch(
    /s\(\(x\) => x \* K, \{ get K\(\) .*\.\.\.\(\{ K: 2 \}\) \}\);$/,
  );
});

test("functions that are named, trailing commas, namespaces", () => {
  expect(of(`${head}const K = 1;\nconst g = (x) => x * K;\ns(g,);`)).toMatch(/s\(g, ?\{ get K/);
  expect(of('import * as lib from "sinter/script";\nlib.script((x) => x);')).toContain("__sinterOrigin");
});

test("other modules are left alone", () => {
  expect(of('import { script } from "elsewhere";\nscript((x) => x);')).toBeNull();
  expect(of(`${head}const f = 1;`)).toBeNull();
  expect(of(`${head}s(given);`)).toBeNull();
});
