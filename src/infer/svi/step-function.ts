// Model, guide, optimiser and the names of the parameters in; one step of variational inference as a pure function out.
import { biject } from "../../bijectors/index.js";
import { getParamStore, handlers } from "../../handlers/index.js";
import { random, unflatten, flatten, type Tensor, type TreeDef } from "../../tensor/index.js";
import { valueAndGrad } from "../../trace/grad.js";
import type { ELBO } from "../elbo/elbo.js";
import type { Model } from "../model.js";
import type { Named, Optimizer, OptimizerState } from "../optim/optimizer.js";

export interface StepParts {
  readonly model: Model;
  readonly guide: Model;
  readonly optimizer: Optimizer;
  readonly elbo: ELBO;
  /** Parameters that exist when the step is built. */
  readonly names: readonly string[];
  /** The structure of the optimiser's state. */
  readonly state: TreeDef;
}

/** [key, ...parameters, ...state] -> [loss, next key, ...parameters, ...state], for given arguments. */
export function sviStep(
  parts: StepParts,
  free: readonly Tensor[],
  args: readonly unknown[],
): readonly Tensor[] {
  const { names, optimizer } = parts;
  const [key, ...rest] = free;
  const params: Named = Object.fromEntries(names.map((name, i) => [name, rest[i]]));
  const state = unflatten(parts.state, rest.slice(names.length)) as OptimizerState;
  const keys = random.split(key, 2);
  const objective = (xs: Named): [Tensor, Tensor] => {
    const evaluated = evaluateWith(parts, xs, args, keys.at(0));
    return [evaluated.objective, evaluated.loss];
  };
  const [[, loss], gradients]: [[Tensor, Tensor], Named] = valueAndGrad(objective, { hasAux: true })(params);
  const next = optimizer.update(gradients, state, params);
  return [loss, keys.at(1), ...names.map((name) => next.params[name]), ...flatten(next.state).leaves];
}

/** The ELBO with unconstrained parameter values in place of the store's. */
export function evaluateWith(
  parts: Pick<StepParts, "model" | "guide" | "elbo">,
  params: Named,
  args: readonly unknown[],
  key: Tensor,
): { readonly loss: Tensor; readonly objective: Tensor } {
  const constrained = new Map<string, Tensor>();
  const place = (fn: Model): Model =>
    handlers.substitute(fn as (...xs: unknown[]) => unknown, ({ type, name }) => {
      if (type !== "param") return undefined;
      if (!Object.hasOwn(params, name)) return unknownParam(name, Object.keys(params));
      let value = constrained.get(name);
      if (!value) {
        value = biject(getParamStore().constraint(name)).forward(params[name]);
        constrained.set(name, value);
      }
      return value;
    });
  return parts.elbo.evaluate(place(parts.model), place(parts.guide), args, key);
}

function unknownParam(name: string, known: readonly string[]): never {
  throw new Error(
    `SVI: the parameter "${name}" appeared after the step was set up (it knows ${known.map((n) => `"${n}"`).join(", ")}). ` +
      "Which parameters are read must depend on the arguments' structure and plain values only, not on state outside the model.",
  );
}
