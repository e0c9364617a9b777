// Data of a model (its own, or a JSON file) in; the arguments that the model is called with out.
import { np } from "sinter";
import { InputError } from "./input-error.js";
import { parametersOf } from "./parameters.js";

/**
 * Arrays of numbers become tensors, except where the model's own data have a plain array in the same place: a model that reads
 * `y.length` keeps what it was written for.
 */
export function withTensors(x: unknown, like: unknown, place: string): unknown {
  if (Array.isArray(x)) {
    const holes = firstHole(x, place);
    if (holes !== null)
      throw new InputError(`the data hold null at ${holes}; a missing value has no meaning there.`);
    if (Array.isArray(like))
      return x.map((item, i) => withTensors(item, (like as unknown[])[i], `${place}[${i}]`));
    return isNumeric(x) ? np.array(x) : x.map((item, i) => withTensors(item, undefined, `${place}[${i}]`));
  }
  if (typeof x !== "object" || x === null) return x;
  const own = (typeof like === "object" && like !== null ? like : {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(x).map(([key, item]) => [
      key,
      withTensors(item, own[key], place === "" ? key : `${place}.${key}`),
    ]),
  );
}

type Numbers = number | Numbers[];

/** Rectangular and made of numbers or booleans. */
function isNumeric(x: unknown[]): x is Numbers[] {
  const shape = (v: unknown): string | null => {
    if (typeof v === "number" || typeof v === "boolean") return "";
    if (!Array.isArray(v)) return null;
    const inner = v.map(shape);
    return inner.every((s) => s !== null && s === inner[0]) ? `${v.length},${inner[0] ?? ""}` : null;
  };
  return x.length > 0 && shape(x) !== null;
}

function firstHole(x: unknown[], place: string): string | null {
  for (const [i, item] of x.entries()) {
    if (item === null) return `${place}[${i}]`;
    const inner = Array.isArray(item) ? firstHole(item, `${place}[${i}]`) : null;
    if (inner !== null) return inner;
  }
  return null;
}

type Model = (...args: unknown[]) => unknown;

/**
 * The model and its arguments. A model whose parameters are found in the data by name takes them as one object: so a file that is
 * written of it takes data by name too.
 */
export function modelWithData(model: Model, data: unknown): { model: Model; args: readonly unknown[] } {
  const args = argumentsFor(model, data);
  const names = parametersOf(model).map((p) => p.name);
  const byName = !Array.isArray(data) && args.some((arg) => arg !== data) && !names.includes(null);
  if (!byName) return { model, args };
  const named = (of: Readonly<Record<string, unknown>>): unknown => model(...names.map((name) => of[name!]));
  Object.defineProperty(named, "name", { value: model.name });
  const given = names.flatMap((name, i) => (args[i] === undefined ? [] : [[name, args[i]] as const]));
  return { model: named as Model, args: [Object.fromEntries(given)] };
}

/**
 * An object whose keys hold all of the model's parameter names is taken by name; an array of as many entries as there are
 * parameters is taken in order; anything else is the model's one argument.
 */
function argumentsFor(model: Model, data: unknown): unknown[] {
  const parameters = parametersOf(model);
  if (data === undefined) {
    const needed = parameters.filter((p) => !p.optional);
    if (needed.length === 0) return [];
    const names = needed.map((p) => p.name ?? "data").join(", ");
    throw new InputError(`the model needs data (${names}): give --data FILE, or export \`data\` beside it.`);
  }
  if (Array.isArray(data)) {
    const one = parameters.length === 1 && typeof data[0] !== "object";
    if (data.length === parameters.length && !one) return data;
    if (parameters.length === 1) return [data];
    throw new InputError(
      `the data are an array of ${data.length}, but the model takes ${parameters.length} arguments.`,
    );
  }
  if (typeof data === "object" && data !== null && "shape" in data === false) {
    const named = data as Readonly<Record<string, unknown>>;
    const needed = parameters.filter((p) => !p.optional);
    const byName = parameters.some((p) => p.name !== null && Object.hasOwn(named, p.name));
    const missing = needed.filter((p) => p.name === null || !Object.hasOwn(named, p.name));
    if (byName && missing.length === 0)
      return parameters.map((p) => (p.name === null ? undefined : named[p.name]));
    if (parameters.length > 1)
      throw new InputError(
        `the data have no ${missing.map((p) => `"${p.name ?? "?"}"`).join(", ")}, which the model takes; they have ${Object.keys(named).join(", ") || "nothing"}.`,
      );
  }
  return parameters.length === 0 ? [] : [data];
}
