// One node of a traced function -> what is wrong with it: JavaScript decides there about a tensor, which is always "true".
import { bare, part, type Syntax } from "./syntax.js";

export interface Fault {
  /** The expression to point at. */
  readonly node: Syntax;
  readonly kind: "condition" | "equality";
  readonly message: string;
}

const CHOOSE =
  "np.where(test, a, b) or np.cond(test, f, g), or wrap the function in script(fn), which keeps its control flow";

/** What stands in the way of the test of a statement or an operator. */
const TESTS: Readonly<Record<string, readonly [string, string]>> = {
  IfStatement: ["test", "if"],
  ConditionalExpression: ["test", "?:"],
  WhileStatement: ["test", "while"],
  DoWhileStatement: ["test", "do ... while"],
  ForStatement: ["test", "for"],
};

type Test = (n: Syntax) => boolean;

/** Faults of this node itself, not of the nodes inside it. */
export function faultsOf(node: Syntax, isTensor: Test, isOperand: Test = isTensor): Fault[] {
  const tested = TESTS[node.type];
  if (tested) {
    const [name, word] = tested;
    const test = part(node, name);
    // `!x`, `x && y` and comparisons inside the test are nodes of their own.
    return test && isTensor(test)
      ? [
          condition(
            test,
            `${word} (tensor) always takes the first branch: a tensor is an object, whatever it contains.`,
          ),
        ]
      : [];
  }
  if (node.type === "LogicalExpression" && node["operator"] !== "??") {
    const left = part(node, "left")!;
    const operator = node["operator"] as string;
    return isTensor(left)
      ? [
          condition(
            left,
            `tensor ${operator} x always gives ${operator === "&&" ? "x" : "the tensor"}: a tensor is an object, whatever it contains.`,
          ),
        ]
      : [];
  }
  if (node.type === "UnaryExpression" && node["operator"] === "!") {
    const argument = part(node, "argument")!;
    return isTensor(argument)
      ? [
          {
            node,
            kind: "condition",
            message:
              "!tensor is always false: a tensor is an object, whatever it contains. Use np.logicalNot(tensor).",
          },
        ]
      : [];
  }
  if (node.type === "BinaryExpression" && /^[!=]==?$/.test(node["operator"] as string)) {
    const [left, right] = [part(node, "left")!, part(node, "right")!];
    const operator = node["operator"] as string;
    // A number is never the same object as what was given; anything else may ask which of several it is.
    const found =
      [left, right].find(isTensor) ?? ([left, right].some(isNumber) && [left, right].find(isOperand));
    if (!found || [left, right].some(isNothing)) return [];
    const instead = operator.startsWith("!") ? "ne" : "eq";
    return [
      {
        node,
        kind: "equality",
        message: `${operator} compares which object a tensor is, not its numbers. Use a.${instead}(b), which gives a tensor, for a choice with ${CHOOSE}.`,
      },
    ];
  }
  return [];
}

const condition = (node: Syntax, what: string): Fault => ({
  node,
  kind: "condition",
  message: `${what} Use ${CHOOSE}.`,
});

const isNumber = (node: Syntax): boolean => typeof bare(node)["value"] === "number";

/** null and undefined: whether something was given at all is a fair question. */
function isNothing(node: Syntax): boolean {
  const at = bare(node);
  return (
    (at.type === "Literal" && at["value"] === null && at["raw"] === "null") ||
    (at.type === "Identifier" && at["name"] === "undefined")
  );
}
