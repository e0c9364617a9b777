// Log factors over enumerated variables and plates in; factors without those variables out, and a record to choose values by
// (tensor variable elimination: Obermeyer et al. 2019).
import { np, type Tensor } from "../../tensor/index.js";
import { add, reduce, type Named } from "./named.js";

/** One term of a log density; axes are names of variables and plates. */
export interface Factor extends Named {
  /** The site it came from, for errors. */
  readonly site: string;
  /** Names of the plates around it; each is one of its axes. */
  readonly plates: ReadonlySet<string>;
  /** The whole term counts so many times. */
  readonly scale: Tensor | number;
}

/** An enumerated variable and the plates around it. */
export interface Variable {
  readonly name: string;
  readonly plates: ReadonlySet<string>;
}

/** How one variable was summed out: everything that depends on it, added up. */
export interface Elimination {
  readonly variable: string;
  readonly joint: Named;
}

/** Chooses one variable's index, given those of the variables that its joint depends on; the numbers tell choices apart. */
export type Choose = (
  variable: string,
  joint: Named,
  indices: ReadonlyMap<string, Named>,
  choice: readonly (Tensor | number)[],
) => Named;

export type Sum = (x: Tensor, axes: number[]) => Tensor;
export const logSumExp: Sum = (x, axes) => np.logsumexp(x, axes);
export const maximum: Sum = (x, axes) => np.max(x, axes);

/**
 * Sums out `variables`; `free` ones stay as axes. Factors of one variable must have one scale. The plates of what remains are
 * kept; those around eliminated variables are taken as products of their elements.
 */
export function eliminate(
  factors: readonly Factor[],
  variables: readonly Variable[],
  free: readonly Variable[],
  sum: Sum,
): { readonly factors: readonly Factor[]; readonly steps: readonly Elimination[] } {
  const platesOf = new Map([...variables, ...free].map((v) => [v.name, v.plates]));
  const bound = new Set(variables.map((v) => v.name));
  const done: Factor[] = [];
  const steps: Elimination[] = [];
  let pool = [...factors];
  while (pool.length > 0) {
    // The innermost plates first: what is left of them is a factor of the plates around.
    const { plates } = pool.reduce((a, b) => (b.plates.size > a.plates.size ? b : a));
    let group = pool.filter((f) => sameSet(f.plates, plates));
    pool = pool.filter((f) => !group.includes(f));
    for (;;) {
      const next = cheapest(group, (name) => bound.has(name) && sameSet(platesOf.get(name)!, plates));
      if (next === null) break;
      const touching = group.filter((f) => f.axes.includes(next));
      const joint = add(touching);
      steps.push({ variable: next, joint });
      group = group.filter((f) => !touching.includes(f));
      group.push({
        ...reduce(joint, [next], sum),
        site: touching[0].site,
        plates,
        scale: oneScale(next, touching),
      });
    }
    for (const factor of group) {
      const left = factor.axes.filter((axis) => platesOf.has(axis));
      if (!left.some((axis) => bound.has(axis))) {
        done.push(factor);
        continue;
      }
      const parent = new Set(left.flatMap((axis) => [...platesOf.get(axis)!]));
      if (parent.size >= plates.size) mixed(factor, left);
      const inner = [...plates].filter((plate) => !parent.has(plate));
      const product = reduce(factor, inner, (x, axes) => np.sum(x, axes));
      pool.push({ ...factor, ...product, plates: parent });
    }
  }
  return { factors: done, steps };
}

/** The variable whose elimination leaves the fewest axes. */
function cheapest(group: readonly Factor[], local: (name: string) => boolean): string | null {
  const names = new Set(group.flatMap((f) => f.axes.filter(local)));
  let best: string | null = null;
  let least = Infinity;
  for (const name of names) {
    const axes = new Set(group.filter((f) => f.axes.includes(name)).flatMap((f) => f.axes));
    if (axes.size < least) [best, least] = [name, axes.size];
  }
  return best;
}

function oneScale(variable: string, factors: readonly Factor[]): Tensor | number {
  const [first] = factors;
  const other = factors.find((f) => f.scale !== first.scale);
  if (!other) return first.scale;
  throw new Error(
    `enumeration: sites "${first.site}" and "${other.site}" depend on "${variable}" but have different scales (${String(first.scale)} and ${String(other.scale)}), ` +
      "so that no sum over it is an unbiased estimate. Enumerate inside subsampled plates only, or see the whole plate.",
  );
}

function mixed(factor: Factor, variables: readonly string[]): never {
  throw new Error(
    `enumeration: site "${factor.site}" depends on ${variables.map((name) => `"${name}"`).join(" and ")}, of which the guide averages over one in each ` +
      "element of a plate and the model sums out another around it. Enumerate all of them in the model, or all in the guide.",
  );
}

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((x) => b.has(x));
