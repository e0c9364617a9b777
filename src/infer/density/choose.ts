// A model whose latent sites and parameters are decided from outside: by unconstrained blocks, or by constrained values.
import { biject } from "../../bijectors/index.js";
import { setValidation } from "../../dist/index.js";
import { handlers, type Message, type SiteTrace } from "../../handlers/index.js";
import { np, type Shape, type Tensor } from "../../tensor/index.js";
import { callModel, type Model } from "../model.js";

/** The unconstrained shape of a sample message's site. */
export function unconstrainedShape(msg: Readonly<Message>): Shape {
  const fn = msg.fn!;
  return biject(fn.support).inverseShape([...fn.batchShape, ...fn.eventShape]);
}

/** How a latent site gets its value; params are looked up by name. */
export interface Choice {
  latent(msg: Readonly<Message>): Tensor;
  param?(name: string): Tensor | undefined;
  /** Indices for a plate that would draw them; without it such a plate is an error. */
  plate?(name: string, size: number, seen: number): Tensor;
}

/** Runs the model once under the choices and records it. Sites that would draw at random throw, naming the site. */
export function runChosen(model: Model, args: readonly unknown[], choice: Choice): SiteTrace {
  const decide = (msg: Readonly<Message>): Tensor | undefined => {
    if (msg.value !== undefined) return undefined;
    if (msg.type === "param") return choice.param?.(msg.name);
    if (msg.type === "plate") {
      const [size, seen] = msg.args as readonly [number, number];
      if (seen === size) return undefined;
      return choice.plate ? choice.plate(msg.name, size, seen) : refuseSubsampling(msg.name, size, seen);
    }
    if (msg.fn!.isDiscrete) throw new DiscreteSite(msg);
    return choice.latent(msg);
  };
  return handlers.trace(handlers.substitute(() => callModel(model, args), decide))();
}

function refuseSubsampling(name: string, size: number, seen: number): never {
  throw new Error(
    `plate "${name}" draws ${seen} of its ${size} elements at random, so the log density would be a different one at every call. ` +
      "Use the whole plate here (drop the number in subsample), or give the indices with { subsample: indices }; SVI can subsample.",
  );
}

/** Thrown at a latent discrete site; `marked` when the model asks for the sum over its values. */
export class DiscreteSite extends Error {
  readonly marked: boolean;

  constructor({ name, fn, infer }: Readonly<Message>) {
    const listed = fn!.hasEnumerateSupport;
    super(
      `site "${name}" is latent and discrete (${fn!.name}, support ${fn!.support.name}): gradients cannot move it. ` +
        (listed
          ? 'Sum it out with handlers.collapse(model) or by marking it { infer: { enumerate: "parallel" } }, or observe it.'
          : "Its values have no finite list; sum over those that matter with np.logsumexp and factor, or observe it."),
    );
    this.name = "Error";
    this.marked = listed && infer["enumerate"] === "parallel";
  }
}

/** y = bijector(x) for a latent message, and log |dy/dx| summed over the site. */
export function constrained(msg: Readonly<Message>, x: Tensor): { value: Tensor; logJacobian: Tensor } {
  const bijector = biject(msg.fn!.support);
  const value = bijector.forward(x);
  return { value, logJacobian: np.sum(bijector.logAbsDetJacobian(x, value)) };
}

/** Runs the body without checks of parameters: inference visits points where a model is not defined, and must go on. */
export function unvalidated<T>(body: () => T): T {
  const before = setValidation(false);
  try {
    return body();
  } finally {
    setValidation(before);
  }
}
