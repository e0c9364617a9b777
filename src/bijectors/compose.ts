// Two bijectors in, the map that applies one after the other out.
import type { Tensor } from "../tensor/index.js";
import { sumTrailing } from "./axes.js";
import type { Bijector } from "./constraint.js";

/** x -> second(first(x)). Where one acts on single elements and the other on whole events, the former's log-Jacobian is summed. */
export function compose(first: Bijector, second: Bijector): Bijector {
  const between = Math.max(first.codomainDim, second.domainDim);
  const [before, after] = [between - first.codomainDim, between - second.domainDim];
  return {
    name: `${second.name} after ${first.name}`,
    domainDim: first.domainDim + before,
    codomainDim: second.codomainDim + after,
    forward: (x) => second.forward(first.forward(x)),
    inverse: (y) => first.inverse(second.inverse(y)),
    logAbsDetJacobian(x, y): Tensor {
      const middle = first.forward(x);
      const [one, two] = [first.logAbsDetJacobian(x, middle), second.logAbsDetJacobian(middle, y)];
      return sumTrailing(one, before).add(sumTrailing(two, after));
    },
    forwardShape: (shape) => second.forwardShape(first.forwardShape(shape)),
    inverseShape: (shape) => first.inverseShape(second.inverseShape(shape)),
  };
}
