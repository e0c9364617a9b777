// LKJCholesky(dim, concentration): Cholesky factors of correlation matrices, density of the matrix ~ det^(concentration - 1)
// (Lewandowski, Kurowicka, Joe 2009).
import { constraints } from "../bijectors/index.js";
import { np, numbers, random, type Tensor, type TensorLike } from "../tensor/index.js";
import { type Family, family, type FamilyDistribution } from "./family.js";

const { lgamma } = np.special;

/** log of the integral of prod_k L_kk^(n - k + 2 (eta - 1)): the product over rows of LKJ (2009), eq. 17. */
export function lkjLogNormaliser(n: number, eta: Tensor): Tensor {
  const alpha = eta.add((n - 1) / 2);
  let total = lgamma(alpha)
    .mul(1 - n)
    .add(((n - 1) / 2) * numbers.log(Math.PI));
  // log of the multivariate gamma function of dimension n - 1 at alpha - 1/2.
  total = total.add(((n - 1) * (n - 2) * numbers.log(Math.PI)) / 4);
  for (let j = 0; j < n - 1; j++) total = total.add(lgamma(alpha.sub((j + 1) / 2)));
  return total;
}

function ofSize(n: number): Family<"concentration", never> {
  return family("LKJCholesky", {
    parameters: { concentration: { constraint: constraints.positive, default: 1 } },
    hasRsample: false,
    eventShape: () => [n, n],
    support: () => constraints.corrCholesky,
    // The onion: row k is a direction in k dimensions times the root of a Beta(k/2, eta + (n - 1 - k)/2).
    draw({ concentration }, key, shape) {
      const keys = random.split(key, 2 * n);
      const rows: Tensor[] = [];
      for (let k = 0; k < n; k++) {
        const zeros = np.zeros([...shape, n - 1 - k]);
        if (k === 0) {
          rows.push(np.concatenate([np.ones([...shape, 1]), zeros], -1));
          continue;
        }
        const share = random.beta(keys.at(2 * k), np.array(k / 2), concentration.add((n - 1 - k) / 2), shape);
        const direction = random.normal(keys.at(2 * k + 1), [...shape, k]);
        const length = np.sqrt(np.sum(direction.mul(direction), -1));
        const scaled = direction.mul(
          np
            .sqrt(share)
            .div(length)
            .reshape([...shape, 1]),
        );
        rows.push(np.concatenate([scaled, np.sqrt(np.subtract(1, share)).reshape([...shape, 1]), zeros], -1));
      }
      return np.stack(rows, -2);
    },
    logDensity({ concentration }, x) {
      const powers = np.array(
        Float64Array.from({ length: n }, (_, k) => (k === 0 ? 0 : n - 1 - k)),
        { dtype: x.dtype },
      );
      const counted = np.array(
        Float64Array.from({ length: n }, (_, k) => (k === 0 ? 0 : 1)),
        { dtype: x.dtype },
      );
      const logs = np.log(np.diagonal(x, 0, -2, -1));
      const fixed = np.sum(logs.mul(powers), -1);
      const tilted = np.sum(logs.mul(counted), -1);
      return fixed.add(tilted.mul(concentration.sub(1).mul(2))).sub(lkjLogNormaliser(n, concentration));
    },
    mean: ({ concentration }) => np.full([...concentration.shape, n, n], NaN),
    variance: ({ concentration }) => np.full([...concentration.shape, n, n], NaN),
  });
}

/** The size under NumPyro's name or the short one. */
export interface NamedLKJ {
  readonly dimension?: number;
  readonly dim?: number;
  readonly concentration?: TensorLike;
}

/** dim is a plain number, 2 or more; also as { dimension, concentration }. */
export function LKJCholesky(
  dim: number | NamedLKJ,
  concentration: TensorLike = 1,
): FamilyDistribution<"concentration", never> {
  if (typeof dim === "object") return LKJCholesky((dim.dimension ?? dim.dim)!, dim.concentration);
  if (!Number.isInteger(dim) || dim < 2)
    throw new RangeError(`LKJCholesky: dim must be a whole number, 2 or more, got ${String(dim)}.`);
  return ofSize(dim)({ concentration });
}
