// Every constraint with a bijector: membership, inverse, shapes, and the log-Jacobian against the determinant of the Jacobian.
import { describe, expect, test } from "vitest";
import { np, random, type Tensor } from "../tensor/index.js";
import { jacobian } from "../trace/derivatives.js";
import { biject, constraints, type Constraint } from "./index.js";

interface Row {
  readonly constraint: Constraint;
  /** Unconstrained shape. */
  readonly shape: readonly number[];
  /** Which elements of y, row-major, are the coordinates of the set; all by default. */
  readonly free?: readonly number[];
}
const lower = (n: number, diagonal: boolean): number[] =>
  Array.from({ length: n * n }, (_, k) => k).filter((k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return diagonal ? j <= i : j < i;
  });

const rows: Row[] = [
  { constraint: constraints.real, shape: [] },
  { constraint: constraints.realVector, shape: [3] },
  { constraint: constraints.positive, shape: [] },
  { constraint: constraints.nonnegative, shape: [] },
  { constraint: constraints.softplusPositive, shape: [] },
  { constraint: constraints.greaterThan(-2), shape: [] },
  { constraint: constraints.greaterThan([1, 5, 9]), shape: [3] },
  { constraint: constraints.greaterThanEqual(3), shape: [] },
  { constraint: constraints.lessThan(4), shape: [] },
  { constraint: constraints.lessThanEqual(4), shape: [] },
  { constraint: constraints.unitInterval, shape: [] },
  { constraint: constraints.interval(-1, 7), shape: [] },
  { constraint: constraints.circular, shape: [] },
  { constraint: constraints.independent(constraints.positive, 2), shape: [2, 2] },
  { constraint: constraints.simplex, shape: [3], free: [0, 1, 2] },
  { constraint: constraints.simplex, shape: [1], free: [0] },
  { constraint: constraints.orderedVector, shape: [4] },
  { constraint: constraints.positiveOrderedVector, shape: [4] },
  { constraint: constraints.corrCholesky, shape: [1], free: lower(2, false) },
  { constraint: constraints.corrCholesky, shape: [6], free: lower(4, false) },
  { constraint: constraints.corrMatrix, shape: [6], free: lower(4, false) },
  { constraint: constraints.lowerCholesky, shape: [6], free: lower(3, true) },
  { constraint: constraints.positiveDefinite, shape: [6], free: lower(3, true) },
  { constraint: constraints.l1Ball, shape: [3] },
  { constraint: constraints.zeroSum(1), shape: [3] },
  { constraint: constraints.zeroSum(2), shape: [2, 3] },
];

/** log |det a| by elimination with pivots. */
function logDet(a: number[][]): number {
  const m = a.map((r) => [...r]);
  let total = 0;
  for (let k = 0; k < m.length; k++) {
    let best = k;
    for (let i = k; i < m.length; i++) if (Math.abs(m[i]![k]!) > Math.abs(m[best]![k]!)) best = i;
    [m[k], m[best]] = [m[best]!, m[k]!];
    const pivot = m[k]![k]!;
    total += Math.log(Math.abs(pivot));
    for (let i = k + 1; i < m.length; i++) {
      const by = m[i]![k]! / pivot;
      for (let j = k; j < m.length; j++) m[i]![j]! -= by * m[k]![j]!;
    }
  }
  return total;
}

/** log volume change: half the log determinant of J'J, which also serves maps into a plane. */
function logVolume(j: number[][]): number {
  const n = j[0]!.length;
  const gram = Array.from({ length: n }, (_, a) =>
    Array.from({ length: n }, (_, b) => j.reduce((s, row) => s + row[a]! * row[b]!, 0)),
  );
  return logDet(gram) / 2;
}

describe.each(rows.map((r): [string, Row] => [`${r.constraint.name} from [${r.shape.join()}]`, r]))(
  "%s",
  (_name, { constraint, shape, free }) => {
    const b = biject(constraint);
    const size = shape.reduce((n, d) => n * d, 1);
    const x = random.normal(random.key(size), shape);

    test("members, inverse and shapes", () => {
      const y = b.forward(x);
      expect(y.shape).toEqual(b.forwardShape(shape));
      expect(b.inverseShape(y.shape)).toEqual([...shape]);
      const ok = constraint.check(y);
      expect(np.all(ok).item()).toBe(1);
      expect(ok.shape).toEqual(y.shape.slice(0, y.ndim - constraint.eventDim));
      const back = b.inverse(y);
      expect(back.shape).toEqual([...shape]);
      Array.from(back.data()).forEach((v, i) => expect(v).toBeCloseTo(x.data()[i]!, 9));
    });

    test("log-Jacobian", () => {
      const y = b.forward(x);
      const flat = (t: Tensor): Tensor => b.forward(t.reshape(shape)).reshape([-1]);
      const all = jacobian(flat)(x.reshape([-1])) as Tensor;
      const rowsOf = all.toArray() as number[][];
      const own = free ? free.map((i) => rowsOf[i]!) : rowsOf;
      expect(np.sum(b.logAbsDetJacobian(x, y)).item()).toBeCloseTo(logVolume(own), 9);
    });

    test("batches are maps of each member", () => {
      const many = random.normal(random.key(5), [2, 3, ...shape]);
      const y = b.forward(many);
      expect(y.shape).toEqual([2, 3, ...b.forwardShape(shape)]);
      const jac = b.logAbsDetJacobian(many, y);
      expect(jac.shape).toEqual([2, 3, ...shape.slice(0, shape.length - b.domainDim)]);
      const one = b.forward(many.at(1, 2));
      Array.from(one.data()).forEach((v, i) => expect(y.at(1, 2).data()[i]).toBeCloseTo(v, 12));
      expect(jac.at(1, 2).data()[0]).toBeCloseTo(b.logAbsDetJacobian(many.at(1, 2), one).data()[0]!, 10);
      expect(b.inverse(y).shape).toEqual([2, 3, ...shape]);
    });
  },
);

describe("coordinates are Stan's", () => {
  const list = (t: Tensor): unknown => t.toArray();
  test("corrCholesky runs row by row below the diagonal through tanh", () => {
    const [a, b, c] = [0.3, -0.7, 1.1].map(Math.tanh) as [number, number, number];
    const got = biject(constraints.corrCholesky)
      .forward(np.array([0.3, -0.7, 1.1]))
      .toArray() as number[][];
    const want = [
      [1, 0, 0],
      [a, Math.sqrt(1 - a * a), 0],
      [b, c * Math.sqrt(1 - b * b), Math.sqrt((1 - b * b) * (1 - c * c))],
    ];
    want.forEach((row, i) => row.forEach((v, j) => expect(got[i]![j]).toBeCloseTo(v, 14)));
  });
  test("lowerCholesky runs row by row, the diagonal in place", () => {
    const got = biject(constraints.lowerCholesky).forward(np.array([0, 2, 0, 4, 5, 0]));
    expect(list(got)).toEqual([
      [1, 0, 0],
      [2, 1, 0],
      [4, 5, 1],
    ]);
  });
  test("the simplex of zeros is uniform, its first break is the logistic function", () => {
    const uniform = biject(constraints.simplex)
      .forward(np.zeros([3]))
      .toArray() as number[];
    uniform.forEach((p) => expect(p).toBeCloseTo(0.25, 14));
    const pair = biject(constraints.simplex)
      .forward(np.array([1.5]))
      .toArray() as number[];
    expect(pair[0]).toBeCloseTo(1 / (1 + Math.exp(-1.5)), 14);
  });
  test("ordered vectors start at the first coordinate", () => {
    const got = biject(constraints.orderedVector).forward(np.array([-2, 0, Math.log(3)]));
    expect((got.toArray() as number[]).map((v) => Math.round(v * 1e12) / 1e12)).toEqual([-2, -1, 2]);
  });
});

describe("far out", () => {
  test("interval and simplex Jacobians stay finite", () => {
    const far = np.array([-800, -40, 0, 40, 800]);
    const b = biject(constraints.unitInterval);
    const got = b.logAbsDetJacobian(far, b.forward(far)).toArray() as number[];
    expect(got[0]).toBe(-800);
    expect(got[4]).toBe(-800);
    expect(got[2]).toBeCloseTo(-2 * Math.log(2), 14);
    const s = biject(constraints.simplex);
    expect(Number.isFinite(s.logAbsDetJacobian(far, s.forward(far)).item())).toBe(true);
    const l = biject(constraints.corrCholesky);
    const x = np.array([-300, 20, 300]);
    expect(Number.isFinite(l.logAbsDetJacobian(x, l.forward(x)).item())).toBe(true);
  });
});

test.each([
  [constraints.real, NaN, false],
  [constraints.real, Infinity, false],
  [constraints.positive, 0, false],
  [constraints.nonnegative, 0, true],
  [constraints.unitInterval, 1, true],
  [constraints.unitInterval, 1.0001, false],
  [constraints.boolean, 1, true],
  [constraints.boolean, 0.5, false],
  [constraints.nonnegativeInteger, 3, true],
  [constraints.nonnegativeInteger, -1, false],
  [constraints.positiveInteger, 0, false],
  [constraints.integerInterval(0, 3), 3, true],
  [constraints.integerInterval(0, 3), 4, false],
  [constraints.integerInterval(0, 3), 1.5, false],
  [constraints.interval(-1, 2), 2, true],
  [constraints.interval(-1, 2), -1.5, false],
  [constraints.greaterThan(1), 1, false],
  [constraints.greaterThanEqual(1), 1, true],
  [constraints.lessThan(1), 0, true],
  [constraints.lessThanEqual(1), 1.5, false],
  [constraints.positive, Infinity, false],
  [constraints.positiveInteger, Infinity, false],
  [constraints.nonnegative, NaN, false],
  [constraints.simplex, [0.5, 0.4], false],
  [constraints.orderedVector, [1, 1], false],
  [constraints.sphere, [0.6, 0.8], true],
  [constraints.multinomial(3), [1, 2], true],
  [constraints.multinomial(3), [1, 1], false],
  [constraints.oneHot, [0, 1, 0], true],
  [
    constraints.corrMatrix,
    [
      [1, 0.2],
      [0.2, 1],
    ],
    true,
  ],
  [
    constraints.corrMatrix,
    [
      [1, 2],
      [2, 1],
    ],
    false,
  ],
  [
    constraints.positiveDefinite,
    [
      [1, 0.2],
      [0.3, 1],
    ],
    false,
  ],
  [
    constraints.lowerCholesky,
    [
      [1, 0.2],
      [0, 1],
    ],
    false,
  ],
])("check %#", (constraint, value, member) => {
  expect(constraint.check(np.array(value)).item()).toBe(member ? 1 : 0);
  if (constraint.element) expect(constraint.element(value as number)).toBe(member);
});

test("discrete sets have no bijector, and the error says so", () => {
  expect(() => biject(constraints.boolean)).toThrow("the constraint boolean has no bijector: it is discrete");
  expect(() => biject(constraints.independent(constraints.boolean, 1))).toThrow("independent(boolean, 1)");
  expect(() => biject(constraints.corrCholesky).forward(np.zeros([4]))).toThrow(
    "does not fill a lower triangle",
  );
});
