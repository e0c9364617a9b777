// The README shows only what was run: its model is the example's code, and every command it names exists.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const readme = readFileSync("README.md", "utf8");

test("the model is examples/quickstart.ts", () => {
  const example = readFileSync("examples/quickstart.ts", "utf8").split("\n").slice(1).join("\n").trim();
  const shown = /<!-- examples\/quickstart\.ts -->\s*```ts\n([\s\S]*?)\n```/.exec(readme)?.[1];
  expect(shown).toBe(example);
});

test("commands and links lead somewhere", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
  for (const [, name] of readme.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(name);
  for (const [, path] of readme.matchAll(/\]\((?!http)([^)#]+)/g)) expect(existsSync(path), path).toBe(true);
});
