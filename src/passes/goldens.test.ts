// Every rule, alone, on its golden block of rules.golden.txt: the text before gives the text after, and both mean the same.
// UPDATE_GOLDENS=1 rewrites the file from the rules; read the difference before committing it.
import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { difference, randomFrom, randomInputs } from "../../test/differential/random-data.js";
import { interpret } from "../ir/interpret.js";
import { parse } from "../ir/parse.js";
import { print } from "../ir/print.js";
import { verify } from "../ir/verify.js";
import { opTable } from "../ops/index.js";
import { RuleSet, rewrite } from "./rewrite.js";
import { allRules, expansionRules, gatheringRules, sharpenRules, simplifyRules } from "./rules/index.js";

const file = new URL("rules.golden.txt", import.meta.url);
const blocks = new Map(
  readFileSync(file, "utf8")
    .split(/^## /m)
    .slice(1)
    .map((block) => {
      const [name] = block.split("\n", 1);
      const [before, after] = block.slice(name.length).split("\n->");
      return [name, { before: before.trim() + "\n", after: after.trim() + "\n" }] as const;
    }),
);
const written = new Map<string, string>();
const updating = process.env.UPDATE_GOLDENS === "1";

describe.each(allRules.map((rule) => [rule.name, rule] as const))("%s", (name, rule) => {
  const run = () => {
    const block = blocks.get(name);
    if (!block)
      throw new Error(
        `rules.golden.txt has no block "## ${name}"; add a graph before and run with UPDATE_GOLDENS=1.`,
      );
    const before = parse(block.before, opTable);
    const fired: string[] = [];
    return { block, before, fired, after: rewrite(before, new RuleSet([rule]), (r) => fired.push(r)) };
  };

  test("gives its golden text", () => {
    const { block, before, after, fired } = run();
    expect(fired).toContain(name);
    verify(before);
    verify(after);
    written.set(name, `## ${name}\n${print(before)}->\n${print(after)}`);
    if (!updating) expect(print(after)).toBe(print(parse(block.after, opTable)));
  });

  test("means the same before and after", () => {
    const { before, after } = run();
    const random = randomFrom(name.length * 7919);
    const exact = rule.class === "exact";
    for (let round = 0; round < 40; round++) {
      // Exact rules are held to the same bits on wild numbers, the others to a tolerance on moderate ones.
      const inputs = randomInputs(before, random, exact);
      const results = [interpret(before, inputs), interpret(after, inputs)] as const;
      expect(difference(...results, exact ? 0 : 1e-12, exact && !rule.keepsNegativeZero)).toBeNull();
    }
    if (rule.class !== "sharpens") return;
    // Sharper is never less defined: where the original is a number, so is the result.
    for (let round = 0; round < 40; round++) {
      const inputs = randomInputs(before, random, true);
      const [naive, sharp] = [interpret(before, inputs), interpret(after, inputs)];
      naive.forEach((x, k) =>
        x.forEach((v, i) => {
          if (Number.isFinite(v)) expect(sharp[k][i], `${String(inputs[0])}`).toSatisfy(Number.isFinite);
        }),
      );
    }
  });
});

test("a rule applies over no other operands than it says", () => {
  for (const rules of [simplifyRules, sharpenRules, expansionRules, gatheringRules]) {
    const [told, plain] = [new RuleSet(rules), new RuleSet(rules.map((r) => ({ ...r, over: undefined })))];
    for (const { before } of blocks.values()) {
      const graph = parse(before, opTable);
      const fired: [string[], string[]] = [[], []];
      const after = [told, plain].map((set, i) => print(rewrite(graph, set, (r) => fired[i].push(r))));
      expect([after[0], fired[0]]).toEqual([after[1], fired[1]]);
    }
  }
});

test("the golden file has no block without a rule, and no rule is listed twice", () => {
  const names = allRules.map((r) => r.name);
  expect(new Set(names).size).toBe(names.length);
  expect([...blocks.keys()].filter((name) => !names.includes(name))).toEqual([]);
});

afterAll(() => {
  if (updating) writeFileSync(file, [...written.values()].join("\n"));
});
