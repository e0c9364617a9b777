// A constraint on each element, read as one on whole arrays: n more axes belong to the event.
import { allTrailing, sumTrailing } from "./axes.js";
import { biject, membership, type Bijector, type Constraint } from "./constraint.js";

/** The members are arrays whose last n further axes hold members of `base`. */
export function independent(base: Constraint, n: number): Constraint {
  if (!Number.isInteger(n) || n < 0)
    throw new Error(`independent(${base.name}, ${n}): the number of axes must be a whole number, 0 or more.`);
  if (n === 0) return base;
  const constraint: Constraint = {
    name: `independent(${base.name}, ${n})`,
    eventDim: base.eventDim + n,
    isDiscrete: base.isDiscrete,
    check: membership((x) => allTrailing(base.check(x), n)),
    ...(base.element ? { element: base.element } : {}),
  };
  return base.bijector ? { ...constraint, bijector: () => independentBijector(biject(base), n) } : constraint;
}

/** The same map, with n more axes of the log-Jacobian summed. */
export function independentBijector(base: Bijector, n: number): Bijector {
  return {
    ...base,
    domainDim: base.domainDim + n,
    codomainDim: base.codomainDim + n,
    logAbsDetJacobian: (x, y) => sumTrailing(base.logAbsDetJacobian(x, y), n),
  };
}
