// What a model is; the check that what it returned is not a promise; where in the model an error was thrown.
import { lastStatement } from "../handlers/index.js";
import { Tensor } from "../tensor/index.js";
import { checkSource } from "../trace/check-source.js";

/** A probabilistic program: an ordinary synchronous function that calls sample, param, plate, ... */
export type Model = (...args: never[]) => unknown;

/** Calls a model with arguments whose types only the model knows. */
export function callModel(model: Model, args: readonly unknown[], role = "model"): unknown {
  if (typeof model !== "function")
    throw new TypeError(
      `The ${role} must be a function that calls sample, got ${model === null ? "null" : typeof model}.`,
    );
  checkSource(model, args);
  const before = lastStatement().count;
  let result: unknown;
  try {
    result = (model as (...xs: readonly unknown[]) => unknown)(...args);
  } catch (error) {
    sayWhere(error, model, args, role, before);
    throw error;
  }
  if (typeof (result as { then?: unknown } | null | undefined)?.then === "function")
    throw new TypeError(
      `The ${role} ${model.name || "(anonymous)"} returned a promise. A ${role} runs synchronously, so that it can be traced: ` +
        "load data before, pass them as arguments, and remove async.",
    );
  if (typeof (result as { next?: unknown } | null | undefined)?.next === "function")
    throw new TypeError(
      `The ${role} ${model.name || "(anonymous)"} is a generator: none of its statements has run. Make it a plain function (remove the *).`,
    );
  return result;
}

/**
 * A distribution or an operation does not know for which site it is made; the last statement before it shows the line. Errors
 * that name a site already stay as they are.
 */
function sayWhere(
  error: unknown,
  model: Model,
  args: readonly unknown[],
  role: string,
  before: number,
): void {
  if (
    !(error instanceof Error) ||
    /\b(site|plate|param) "|\bThrown in the (model|guide) /.test(error.message)
  )
    return;
  const { count, name } = lastStatement();
  const place =
    count === before || name === null ? "before its first statement" : `after statement "${name}"`;
  error.message += ` (Thrown in the ${role} ${model.name || "(anonymous)"}, ${place}.${aboutArguments(error, model, args)})`;
}

/** Errors that JavaScript itself throws about a missing or a plain argument say nothing of arguments. */
function aboutArguments(error: Error, model: Model, args: readonly unknown[]): string {
  if (args.some((x) => x instanceof Tensor && x.dtype === "key"))
    return " An argument is a random key: models take none, and Predictive takes it as { seed: key }.";
  if (!(error instanceof TypeError) || !/^Cannot read prop| is not a function|undefined/.test(error.message))
    return "";
  if (args.length < model.length)
    return ` Arguments it takes: ${model.length}; arguments given: ${args.length}.`;
  const plain = args.findIndex((x) => Array.isArray(x));
  return plain < 0
    ? ""
    : ` Argument ${plain + 1} is a plain array, which has no shape and no methods of tensors: np.array(...) makes it one.`;
}
