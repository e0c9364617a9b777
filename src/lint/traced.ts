// A function in a file -> whether it is traced: a model (it makes statements), or given to jit, grad, NUTS and their kin.
import { isFunction, childrenOf, part, type Syntax } from "./syntax.js";
import { publicName, type Names } from "./tensors.js";

/** Statements of models. */
const STATEMENTS = new Set(["sample", "param", "factor", "plate", "deterministic", "subsample"]);

/** Who traces a function that is an argument: which arguments. */
const TRACERS: Readonly<Record<string, readonly number[]>> = {
  jit: [0],
  LazyJIT: [0],
  makeGraph: [0],
  checkTrace: [0],
  grad: [0],
  valueAndGrad: [0],
  jvp: [0],
  vjp: [0],
  vmap: [0],
  jacobian: [0],
  hessian: [0],
  NUTS: [0],
  HMC: [0],
  SVI: [0, 1],
  Predictive: [0],
  "infer.logDensity": [0],
  "np.scan": [0],
  "np.fori": [2],
  "np.whileLoop": [0, 1],
  "np.cond": [1, 2],
};

/** Those that call the function with tensors only. */
const TENSORS_ONLY = new Set([
  "grad",
  "valueAndGrad",
  "vmap",
  "jacobian",
  "hessian",
  "np.scan",
  "np.fori",
  "np.whileLoop",
]);

export interface Use {
  /** By whom the call is made. */
  readonly tracer: string;
  readonly tensorsOnly: boolean;
}

/** The tracer that a call gives its argument to, if it is one. `script` is one that keeps control flow. */
export function useOf(call: Syntax, argument: Syntax, names: Names): Use | null {
  if (call.type !== "CallExpression" && call.type !== "NewExpression") return null;
  const name = publicName(part(call, "callee")!, names);
  if (name === null) return null;
  const at = (call["arguments"] as readonly Syntax[]).indexOf(argument);
  if (name === "script" && at === 0) return { tracer: "script", tensorsOnly: false };
  return TRACERS[name]?.includes(at) ? { tracer: name, tensorsOnly: TENSORS_ONLY.has(name) } : null;
}

/** Whether the function makes statements itself, outside of the functions inside it. */
export function isModel(fn: Syntax, names: Names): boolean {
  const visit = (node: Syntax): boolean => {
    if (isFunction(node)) return false;
    if (node.type === "CallExpression" && STATEMENTS.has(publicName(part(node, "callee")!, names) ?? ""))
      return true;
    return childrenOf(node).some(visit);
  };
  return childrenOf(fn).some(visit);
}
