// The ESLint plugin `sinter/eslint-plugin`: rules for what JavaScript cannot catch when a function is traced.
import type { ESLint, Linter, Rule } from "eslint";
import { factsAbout } from "./eslint-names.js";
import { faultsOf, type Fault } from "./faults.js";
import { bare, nameOf, part, type Syntax } from "./syntax.js";
import { publicName } from "./tensors.js";
import { placeOf } from "./traced-places.js";

const rule = (description: string, create: Rule.RuleModule["create"]): Rule.RuleModule => ({
  meta: { type: "problem", docs: { description }, schema: [] },
  create,
});

const report = (context: Rule.RuleContext, node: Syntax, message: string): void =>
  context.report({ node: node as never, message });

/** Faults of one kind, wherever no script keeps the control flow. */
const faults = (kind: Fault["kind"], types: readonly string[]): Rule.RuleModule["create"] => {
  return (context) => {
    const facts = factsAbout(context);
    const check = (node: unknown): void => {
      for (const fault of faultsOf(node as Syntax, facts.isTensor))
        if (fault.kind === kind && !placeOf(fault.node, facts).script)
          report(context, fault.node, fault.message);
    };
    return Object.fromEntries(types.map((type) => [type, check]));
  };
};

const AMBIENT: Readonly<Record<string, string>> = {
  "Math.random":
    "Draw with sample(name, dist.Uniform(0, 1)), or with random.uniform(key) and a key that is an argument.",
  "Date.now": "Pass the time as an argument.",
  "performance.now": "Pass the time as an argument.",
  "crypto.getRandomValues":
    "Draw with random.bits(key) or another function of random, and a key that is an argument.",
};

const noAmbientRandomness: Rule.RuleModule["create"] = (context) => {
  const facts = factsAbout(context);
  const check = (node: Syntax, what: string, advice: string): void => {
    if (placeOf(node, facts).traced)
      report(
        context,
        node,
        `${what} is read once, while the function is traced, and baked into the program. ${advice}`,
      );
  };
  const isGlobal = (identifier: Syntax): boolean => (facts.variableOf(identifier)?.defs.length ?? 0) === 0;
  return {
    CallExpression(call) {
      const callee = bare(part(call as unknown as Syntax, "callee")!);
      const object = callee.type === "MemberExpression" ? part(callee, "object")! : null;
      if (!object || object.type !== "Identifier" || !isGlobal(object)) return;
      const name = `${nameOf(object)}.${nameOf(part(callee, "property"))}`;
      const advice = AMBIENT[name];
      if (advice) check(call as unknown as Syntax, `${name}()`, advice);
    },
    NewExpression(made) {
      const node = made as unknown as Syntax;
      const callee = part(node, "callee")!;
      if (nameOf(callee) === "Date" && isGlobal(callee) && (node["arguments"] as unknown[]).length === 0)
        check(node, "new Date()", AMBIENT["Date.now"]);
    },
  };
};

const noCapturedKey: Rule.RuleModule["create"] = (context) => {
  const facts = factsAbout(context);
  const makesKey = (node: Syntax): boolean => {
    const at = bare(node);
    if (at.type !== "CallExpression") return false;
    const callee = bare(part(at, "callee")!);
    const name = publicName(callee, facts.names);
    if (name !== null) return /^random\.(key|split|foldIn)$/.test(name);
    // One of several: random.split(key, 2).at(0).
    if (callee.type !== "MemberExpression" || nameOf(part(callee, "property")) !== "at") return false;
    const of = bare(part(callee, "object")!);
    const meaning = of.type === "Identifier" ? facts.names.meaning(of) : null;
    return (
      makesKey(of) ||
      (meaning !== null && "values" in meaning && meaning.values.length > 0 && meaning.values.every(makesKey))
    );
  };
  return {
    Identifier(identifier) {
      const node = identifier as unknown as Syntax;
      const variable = facts.variableOf(node);
      if (!variable?.references.some((r) => (r.identifier as unknown) === node && r.isRead())) return;
      const meaning = facts.names.meaning(node);
      if (
        !meaning ||
        !("values" in meaning) ||
        meaning.values.length === 0 ||
        !meaning.values.every(makesKey)
      )
        return;
      const { traced } = placeOf(node, facts);
      if (!traced) return;
      const [definition] = variable.defs;
      const [from, to] = traced["range"] as [number, number];
      const at = (definition!.name as unknown as Syntax)["range"] as [number, number];
      if (at[0] >= from && at[1] <= to) return;
      report(
        context,
        node,
        `the random key ${variable.name} comes from outside of a traced function, so that every call would give the same draws. Pass it as an argument, or draw with sample(...).`,
      );
    },
  };
};

const TESTED = [
  "IfStatement",
  "ConditionalExpression",
  "WhileStatement",
  "DoWhileStatement",
  "ForStatement",
  "LogicalExpression",
  "UnaryExpression",
];

const rules = {
  "no-tensor-condition": rule(
    "disallow tensors as conditions: if, ?:, while, &&, || and !",
    faults("condition", TESTED),
  ),
  "no-tensor-equality": rule(
    "disallow ==, ===, != and !== on tensors",
    faults("equality", ["BinaryExpression"]),
  ),
  "no-ambient-randomness": rule(
    "disallow Math.random, Date.now and their kin in traced functions",
    noAmbientRandomness,
  ),
  "no-captured-key": rule("disallow random keys from outside in traced functions", noCapturedKey),
} satisfies Record<string, Rule.RuleModule>;

/** The plugin: `plugins: { sinter }`, or `sinter.configs.recommended` as a whole. */
const plugin: ESLint.Plugin & {
  readonly rules: typeof rules;
  readonly configs: { recommended: Linter.Config };
} = {
  meta: { name: "sinter" },
  rules,
  configs: { recommended: {} },
};
plugin.configs.recommended = {
  name: "sinter/recommended",
  plugins: { sinter: plugin },
  rules: Object.fromEntries(Object.keys(rules).map((name) => [`sinter/${name}`, "error" as const])),
};

export default plugin;
