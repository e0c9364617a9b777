// How distributions of a script were made, so that those made step by step can be made once more for all steps at once.
import type { Host } from "./host.js";
import type { Family, Recipe } from "./joint-run.js";
import { LaneDistribution } from "./lane-distribution.js";
import { lanesIn } from "./plain.js";

const recipes = new WeakMap<object, Recipe>();

export const GROWING: ReadonlySet<string> = new Set(["expand", "toEvent", "mask"]);

export function noteMade(made: object, family: Family, args: readonly unknown[]): void {
  recipes.set(made, { family, args, then: [] });
}

/** Notes that `made` is what a method of `from` gave. */
export function noteThen(made: object, from: object, method: string, args: readonly unknown[]): void {
  const recipe = recipes.get(from);
  if (recipe) recipes.set(made, { ...recipe, then: [...recipe.then, { method, args }] });
}

/** The values that a distribution was made of, as a tree that loops can carry out; null for one from outside of the script. */
export function ingredients(d: object): { values: unknown[]; recipe: Recipe } | null {
  const recipe = recipes.get(d);
  if (!recipe) return null;
  return { values: [recipe.args.map(encode), recipe.then.map((t) => t.args.map(encode))], recipe };
}

/** Distributions among the arguments (mixture components) are taken apart likewise. */
function encode(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const inner = recipes.get(value);
  return inner ? { inner: new Kept(inner), values: ingredients(value)!.values } : value;
}

/** A recipe inside a tree of values: an object that is not looked into. */
class Kept {
  constructor(readonly recipe: Recipe) {}
}

function decode(host: Host, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { inner, values } = value as { inner?: unknown; values?: unknown[] };
  return inner instanceof Kept ? remade(host, inner.recipe, values!) : value;
}

/** The distribution again, from values that may now differ between lanes. */
export function remade(host: Host, { family, then }: Recipe, values: readonly unknown[]): LaneDistribution {
  const [args, more] = values as [unknown[], unknown[][]];
  const given = args.map((a) => decode(host, a));
  let d =
    lanesIn(given).length > 0
      ? LaneDistribution.call(host, family, given)
      : LaneDistribution.same(host, family(...given));
  then.forEach(({ method }, i) => {
    d = (d.member(method) as (...xs: unknown[]) => LaneDistribution)(...more[i]!);
  });
  return d;
}
