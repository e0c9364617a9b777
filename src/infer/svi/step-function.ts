// Model, guide, optimiser and the names of the parameters in; one step of variational inference as a pure function out.
import { biject } from "../../bijectors/index.js";
import { getParamStore, heldBy, within, type Message } from "../../handlers/index.js";
import { np, random, unflatten, flatten, type Tensor, type TreeDef } from "../../tensor/index.js";
import { valueAndGrad } from "../../trace/grad.js";
import { forwardGradient } from "../density/forward-gradient.js";
import type { ELBO } from "../elbo/elbo.js";
import type { Model } from "../model.js";
import { mapNamed, type Named, type Optimizer, type OptimizerState } from "../optim/optimizer.js";

export interface StepParts {
  readonly model: Model;
  readonly guide: Model;
  readonly optimizer: Optimizer;
  readonly elbo: ELBO;
  /** Parameters that exist when the step is built. */
  readonly names: readonly string[];
  /** Names of the `mutable` statements. */
  readonly mutables: readonly string[];
  /** The structure of the optimiser's state. */
  readonly state: TreeDef;
  /** Leave everything as it is when the loss or a gradient is not finite. */
  readonly stable: boolean;
  /** Gradients in forward mode. */
  readonly forwards: boolean;
}

/** [key, ...parameters, ...mutables, ...state] -> [loss, next key, ...parameters, ...mutables, ...state], for given arguments. */
export function sviStep(
  parts: StepParts,
  free: readonly Tensor[],
  args: readonly unknown[],
): readonly Tensor[] {
  const { names, mutables, optimizer } = parts;
  const [key, ...rest] = free;
  const params = named(names, rest);
  const before = named(mutables, rest.slice(names.length));
  const leaves = rest.slice(names.length + mutables.length);
  const keys = random.split(key, 2);
  const objective = (xs: Named): [Tensor, readonly [Tensor, Named]] => {
    const evaluated = evaluateWith(parts, xs, before, args, keys.at(0));
    return [evaluated.objective, [evaluated.loss, evaluated.mutables]];
  };
  type Evaluated = [[Tensor, readonly [Tensor, Named]], Named];
  const [[, [loss, after]], gradients]: Evaluated = parts.forwards
    ? forwards(objective, params, names)
    : valueAndGrad(objective, { hasAux: true })(params);
  const next = optimizer.update(gradients, unflatten(parts.state, leaves) as OptimizerState, params);
  const moved = [
    ...names.map((name) => next.params[name]),
    ...mutables.map((name) => after[name]),
    ...flatten(next.state).leaves,
  ];
  if (!parts.stable) return [loss, keys.at(1), ...moved];
  const fine = Object.values(gradients)
    .map((g) => np.all(np.isfinite(g)))
    .reduce((a, b) => np.logicalAnd(a, b), np.isfinite(loss));
  return [loss, keys.at(1), ...moved.map((x, i) => np.where(fine, x, rest[i]))];
}

/** As valueAndGrad, in forward mode. */
function forwards<T>(
  objective: (xs: Named) => [Tensor, T],
  params: Named,
  names: readonly string[],
): [[Tensor, T], Named] {
  const values = names.map((name) => params[name]);
  const [, gradient] = forwardGradient((xs) => objective(named(names, xs))[0], values);
  return [objective(params), named(names, gradient)];
}

const named = (names: readonly string[], values: readonly Tensor[]): Named =>
  Object.fromEntries(names.map((name, i) => [name, values[i]]));

/** The ELBO with unconstrained parameter values, and values of mutables, in place of the store's. */
export function evaluateWith(
  parts: Pick<StepParts, "model" | "guide" | "elbo">,
  params: Named,
  mutables: Named,
  args: readonly unknown[],
  key: Tensor,
): { readonly loss: Tensor; readonly objective: Tensor; readonly mutables: Named } {
  // Made here, not where they are first read: that may be inside the trace of one particle.
  const constrained = Object.fromEntries(
    Object.entries(params).map(([name, x]) => [name, biject(getParamStore().constraint(name)).forward(x)]),
  );
  const last = new Map<string, () => Tensor>();
  const before = (msg: Message): void => {
    if (msg.type === "mutable") msg.value = known(mutables, msg.name, "mutable");
    if (msg.type === "param") msg.value = known(constrained, msg.name, "parameter");
  };
  const after = (msg: Message): void => {
    if (msg.type === "mutable") last.set(msg.name, () => heldBy(msg));
  };
  const { model, guide, elbo } = parts;
  const evaluated = within({ name: "SVI", guard: [], before, after }, () =>
    elbo.evaluate(model, guide, args, key),
  );
  const changed = Object.fromEntries([...last].map(([name, value]) => [name, value()]));
  return { ...evaluated, mutables: { ...mutables, ...changed } };
}

function known(values: Named, name: string, what: string): Tensor {
  if (Object.hasOwn(values, name)) return values[name];
  const names = Object.keys(values).map((n) => `"${n}"`);
  throw new Error(
    `SVI: the ${what} "${name}" appeared after the step was set up (it knows ${names.join(", ") || "none"}). ` +
      "Which parameters are read must depend on the arguments' structure and plain values only, not on state outside the model.",
  );
}

/** Stands in for an optimiser where only the loss is wanted; the gradient is then not computed. */
export const still: Optimizer = {
  name: "none",
  init: () => ({}),
  update: (_gradients, state, params) => ({ params: mapNamed((x) => x, params), state }),
};
