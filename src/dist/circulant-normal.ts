// CirculantNormal(loc, { covarianceRow | covarianceRfft }): Gaussian vectors on a ring, whose covariance depends on the distance alone.
import { constraints } from "../bijectors/index.js";
import { np, random, type DType, type Tensor } from "../tensor/index.js";
import { family } from "./family.js";
import { stretch } from "./shapes.js";
import { LOG_SQRT_2PI } from "./standardise.js";
import { applyMatrix } from "./triangular.js";

interface Parameters {
  readonly loc: Tensor;
  readonly covarianceRow?: Tensor;
  readonly covarianceRfft?: Tensor;
}

const lengthOf = (p: Parameters): number => p.loc.shape.at(-1)!;

/** 2 pi i j / n for frequencies i and places j, by the remainder of i j, so that large products lose nothing. */
const angles = (rows: readonly number[], n: number, dtype: DType): Tensor =>
  np.array(
    rows.map((i) => Array.from({ length: n }, (_, j) => (2 * Math.PI * ((i * j) % n)) / n)),
    { dtype: dtype as "f64" },
  );

/** The frequency of each row of the real orthonormal Fourier matrix: cosines of 0, 1, ... and the sines between them. */
const frequencies = (n: number): number[] =>
  Array.from({ length: n }, (_, row) => (row <= n / 2 ? row : row - Math.floor(n / 2)));

/** Orthonormal: its rows diagonalise every circulant matrix. */
function fourier(n: number, dtype: DType): Tensor {
  const rows = frequencies(n);
  const at = angles(rows, n, dtype);
  const column = (f: (k: number, row: number) => number): Tensor =>
    np.array(
      rows.map((k, row) => [f(k, row)]),
      { dtype: dtype as "f64" },
    );
  const isCosine = column((_, row) => Number(row <= n / 2)).eq(1);
  const size = column((k) => Math.sqrt((k === 0 || 2 * k === n ? 1 : 2) / n));
  return np.where(isCosine, np.cos(at), np.sin(at)).mul(size);
}

/** The variance along each row of the Fourier matrix. */
function spectrum(p: Parameters): Tensor {
  const n = lengthOf(p);
  const some = Array.from({ length: Math.floor(n / 2) + 1 }, (_, k) => k);
  const half =
    p.covarianceRfft ?? applyMatrix(np.cos(angles(some, n, p.covarianceRow!.dtype)), p.covarianceRow!);
  return np.take(half, np.array(frequencies(n), { dtype: "i32" }), -1);
}

/** CirculantNormal(loc, { covarianceRow | covarianceRfft }): Gaussian vectors on a ring, whose covariance depends on the distance alone. */
export const CirculantNormal = family("CirculantNormal", {
  parameters: { loc: { constraint: constraints.realVector } },
  oneOf: {
    covarianceRow: { constraint: constraints.realVector },
    covarianceRfft: { constraint: constraints.independent(constraints.positive, 1) },
  },
  hasRsample: true,
  eventShape: ({ loc }) => loc.shape.slice(-1),
  check(p) {
    const n = lengthOf(p);
    const [name, given, wanted] = p.covarianceRow
      ? (["covarianceRow", p.covarianceRow, n] as const)
      : (["covarianceRfft", p.covarianceRfft!, Math.floor(n / 2) + 1] as const);
    if (given.shape.at(-1) !== wanted)
      throw new Error(
        `CirculantNormal: loc has length ${n}, so ${name} must have length ${wanted}, got ${given.shape.at(-1)}.`,
      );
    if (given.link) return;
    const least = np.min(spectrum(p)).item();
    if (!(least > 0))
      throw new RangeError(
        `CirculantNormal: ${name} is not the first row of a positive definite circulant matrix; its least eigenvalue is ${least}.`,
      );
    if (!p.covarianceRow) return;
    const mirrored = np.roll(np.flip(p.covarianceRow, -1), 1, -1);
    if (np.allclose(p.covarianceRow, mirrored).item() === 0)
      throw new RangeError(
        "CirculantNormal: covarianceRow must be symmetric, element j equal to element n - j.",
      );
  },
  support: () => constraints.realVector,
  draw(p, key, shape) {
    const n = lengthOf(p);
    const z = random.normal(key, [...shape, n]).mul(np.sqrt(spectrum(p)));
    return applyMatrix(np.transpose(fourier(n, p.loc.dtype)), z).add(p.loc);
  },
  logDensity(p, x) {
    const n = lengthOf(p);
    const variances = spectrum(p);
    const waves = applyMatrix(fourier(n, x.dtype), x.sub(p.loc));
    return np
      .sum(np.square(waves).div(variances).add(np.log(variances)), -1)
      .mul(-0.5)
      .sub(n * LOG_SQRT_2PI);
  },
  mean: (p) => p.loc,
  variance: (p) => stretch(np.mean(spectrum(p), -1, { keepdims: true }), [...spectrum(p).shape]),
  entropy: (p) =>
    np
      .sum(np.log(spectrum(p)), -1)
      .mul(0.5)
      .add(lengthOf(p) * (LOG_SQRT_2PI + 0.5)),
});
