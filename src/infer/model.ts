// What a model is, and the check that what it returned is not a promise.

/** A probabilistic program: an ordinary synchronous function that calls sample, param, plate, ... */
export type Model = (...args: never[]) => unknown;

/** Calls a model with arguments whose types only the model knows. */
export function callModel(model: Model, args: readonly unknown[], role = "model"): unknown {
  const result = (model as (...xs: readonly unknown[]) => unknown)(...args);
  if (typeof (result as { then?: unknown } | null | undefined)?.then === "function")
    throw new TypeError(
      `The ${role} ${model.name || "(anonymous)"} returned a promise. A ${role} runs synchronously, so that it can be traced: ` +
        "load data before, pass them as arguments, and remove async.",
    );
  return result;
}
