// A model or guide in; the same with its discrete sites marked for enumeration out.
import { handlers } from "../handlers/index.js";

/**
 * Marks the latent sites of fn that have finitely many values with `{ infer: { enumerate: "parallel" } }`, unless they say
 * otherwise themselves.
 *
 * @example new SVI(infer.configEnumerate(model), guide, optim.adam(), infer.TraceEnumELBO())
 */
export function configEnumerate<A extends readonly unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
  return handlers.inferConfig(fn, (msg) => {
    const finite =
      msg.type === "sample" && !msg.isObserved && msg.fn!.isDiscrete && msg.fn!.hasEnumerateSupport;
    return finite && !("enumerate" in msg.infer) ? { enumerate: "parallel" } : null;
  });
}
