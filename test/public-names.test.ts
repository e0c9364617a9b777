// The exports of the package's entries, name by name, against test/public-names.golden.txt.
// After a change that is meant: `npm run names:update`, read the difference, commit it with the change.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as sinter from "../src/index.js";
import * as plots from "../src/plot.js";
import * as runtime from "../src/runtime.js";

const golden = fileURLToPath(new URL("public-names.golden.txt", import.meta.url));

/** Objects whose members are public names too; the inner ones are looked for inside the outer ones. */
const namespaces = new Set([
  ...["np", "np.linalg", "np.special", "np.ode", "random"],
  ...["dist", "constraints", "bijectors", "handlers"],
  "plot",
  ...["infer", "guides", "optim", "diagnostics", "reparam"],
]);

/** `prefix.name` for every member, and for the members of members that are namespaces. */
function namesOf(members: object, path: string, prefix: string): string[] {
  return Object.entries(members).flatMap(([name, member]: [string, unknown]) => {
    const full = path === "" ? name : `${path}.${name}`;
    const inner = namespaces.has(full) && isObject(member) ? namesOf(member, full, prefix) : [];
    return [`${prefix} ${full}`, ...inner];
  });
}

const isObject = (x: unknown): x is object =>
  (typeof x === "object" && x !== null) || typeof x === "function";

/** The methods of Tensor are as public as the functions of np. */
function methodsOf(exports: Readonly<Record<string, unknown>>): string[] {
  const { Tensor } = exports;
  if (typeof Tensor !== "function") return [];
  const names = Object.getOwnPropertyNames(Tensor.prototype as object).filter((n) => n !== "constructor");
  return names.map((name) => `sinter Tensor#${name}`);
}

test("the public names are those of the golden list", () => {
  const names = [
    ...namesOf(sinter, "", "sinter"),
    ...methodsOf(sinter as Readonly<Record<string, unknown>>),
    ...namesOf(runtime, "", "sinter/runtime"),
    ...namesOf(plots, "", "sinter/plot"),
  ].sort();
  const actual = names.map((name) => `${name}\n`).join("");
  if (process.env["UPDATE_NAMES"] === "1") writeFileSync(golden, actual);
  expect(actual, "public names changed: if that is meant, run `npm run names:update`").toBe(
    readFileSync(golden, "utf8"),
  );
});
