// Log factors, loops of them and variables in; factors without the variables, and a record to choose values by, out.
import type { Chain } from "./chain.js";
import { ChainElimination } from "./chain.js";
import {
  eliminate,
  type Choose,
  type Elimination,
  type Factor,
  type Sum,
  type Variable,
} from "./eliminate.js";
import type { Named } from "./named.js";

/** As `eliminate`, around loops: each takes all that is known of what it begins with when its turn comes. */
export function eliminateChains(
  factors: readonly Factor[],
  variables: readonly Variable[],
  free: readonly Variable[],
  sum: Sum,
  chains: readonly Chain[],
): { readonly factors: readonly Factor[]; readonly steps: readonly (Elimination | ChainElimination)[] } {
  const names = new Set([...variables, ...free].map((v) => v.name));
  let pool = factors;
  const steps: (Elimination | ChainElimination)[] = [];
  chains.forEach((chain, i) => {
    const wanted = new Set(chains.slice(i).flatMap((c) => c.touches(names)));
    const [kept, bound] = split(variables, (v) => wanted.has(v.name));
    const left = eliminate(pool, bound, [...free, ...kept], sum);
    const [start, others] = split(left.factors, (f) => f.axes.some((axis) => chain.before.includes(axis)));
    const outside = [...free, ...kept].filter((v) => !chain.before.includes(v.name));
    const { factors: made, elimination } = chain.run(start, outside, sum);
    steps.push(...left.steps, elimination);
    pool = [...others, ...made];
  });
  const last = eliminate(pool, variables, free, sum);
  return { factors: last.factors, steps: [...steps, ...last.steps] };
}

const split = <T>(all: readonly T[], test: (x: T) => boolean): readonly [T[], T[]] => [
  all.filter(test),
  all.filter((x) => !test(x)),
];

/** Back through the steps: the index of every variable's value, each chosen by `choose` where those that it depends on are known. */
export function chooseIndices(
  steps: readonly (Elimination | ChainElimination)[],
  choose: Choose,
): ReadonlyMap<string, Named> {
  const indices = new Map<string, Named>();
  // The last variable summed out depends on none; going back, each depends on those that are known by then.
  [...steps].reverse().forEach((step, i) => {
    if (step instanceof ChainElimination) step.choose(indices, choose, i);
    else indices.set(step.variable, choose(step.variable, step.joint, indices, [i]));
  });
  return indices;
}
