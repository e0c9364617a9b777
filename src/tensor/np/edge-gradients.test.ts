// Derivatives where they are one-sided or limits: JAX's (scripts/golden/edge_gradients.py), eager and compiled, but for what is listed here.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { vjp } from "../../trace/derivatives.js";
import { jit } from "../../trace/lazy-jit.js";
import * as np from "../np.js";
import type { Tensor } from "../tensor.js";

type Written = number | string | readonly Written[];
interface Row {
  readonly name: string;
  readonly args: readonly Written[];
  readonly value: Written;
  readonly grads: readonly Written[];
}

const rows = JSON.parse(readFileSync(new URL("edge-gradients.json", import.meta.url), "utf8")) as Row[];
type Nested = number | Nested[];
const read = (x: Written): Nested =>
  typeof x === "number"
    ? x
    : typeof x === "string"
      ? x === "nan"
        ? NaN
        : x === "inf"
          ? Infinity
          : -Infinity
      : x.map(read);

const s = np.special;
const functions: Readonly<Record<string, (...x: Tensor[]) => Tensor>> = {
  xlogy: s.xlogy,
  xlog1py: s.xlog1py,
  power: np.power,
  "square root": np.sqrt,
  absolute: np.absolute,
  sign: np.sign,
  relu: (x) => np.maximum(x, 0),
  maximum: np.maximum,
  minimum: np.minimum,
  max: (x) => np.max(x),
  min: (x) => np.min(x),
  norm: (x) => np.linalg.norm(x),
  hypot: np.hypot,
  arctan2: np.arctan2,
  log: np.log,
  log1p: np.log1p,
  logaddexp: np.logaddexp,
  logsumexp: (x) => np.logsumexp(x),
  softmax: (x) => np.softmax(x),
  logSoftmax: (x) => np.logSoftmax(x),
  softplus: s.softplus,
  sigmoid: np.sigmoid,
  logSigmoid: s.logExpit,
  logit: s.logit,
  entr: s.entr,
  clip: (x) => np.clip(x, -1, 1),
  cumprod: (x) => np.cumprod(x),
  prod: (x) => np.prod(x),
  cumsum: (x) => np.cumsum(x),
  cummax: (x) => np.cummax(x),
  cumlogsumexp: (x) => np.logcumsumexp(x),
  std: (x) => np.std(x),
  var: (x) => np.var(x),
  sort: (x) => np.sort(x),
  median: (x) => np.median(x),
  interp: (x) => np.interp(x, np.array([0, 1, 3]), np.array([0, 2, 1])),
  ...Object.fromEntries(
    [
      [2, 3],
      [1, 1],
      [1, 3],
      [0.5, 0.5],
    ].map(([a, b]) => [`betainc ${a} ${b}`, (x: Tensor) => s.betainc(a, b, x)]),
  ),
  gammainc: s.gammainc,
  arcsin: np.arcsin,
  arccosh: np.arccosh,
  arctanh: np.arctanh,
  ndtri: s.ndtri,
  logNdtr: s.logNdtr,
  erfinv: s.erfinv,
  gammaln: s.gammaln,
  "where, not taken": (x) => np.where(x.gt(0), np.log(x), 0),
  "where, root not taken": (x) => np.where(x.gt(0), np.sqrt(x), 0),
  "where, division not taken": (x) => np.where(x.eq(0), 1, np.sin(x).div(x)),
  "where, double": (x) => np.where(x.gt(0), np.log(np.where(x.gt(0), x, 1)), 0),
  remainder: np.mod,
  round: (x) => np.round(x),
  reciprocal: np.reciprocal,
  divide: np.divide,
  tanh: np.tanh,
  diff: (x) => np.diff(x),
};

/** The key of a row. */
const titleOf = (row: Row): string => `${row.name}(${row.args.map((a) => JSON.stringify(a)).join(", ")})`;

/** Where the gradient is another one, and why. */
const reasons: Readonly<Record<string, Readonly<Record<string, readonly Written[]>>>> = {
  "a factor of 0 leaves 0 where JAX has 0 * infinity": {
    "xlogy(0, 0)": ["-inf", 0],
    "xlog1py(0, -1)": ["-inf", 0],
    "power(0, 0)": [0, 0],
    "power(-2, 2)": [-4, 0],
    "power(-2, 3)": [12, 0],
    "power(0, -1)": ["-inf", 0],
  },
  "0 where every direction is as good as another": {
    "absolute(0)": [0],
    "norm([0,0])": [[0, 0]],
    "hypot(0, 0)": [0, 0],
    "arctan2(0, 0)": [0, 0],
    "std([1,1,1])": [[0, 0, 0]],
    'logsumexp(["-inf","-inf"])': [[0, 0]],
    'cumlogsumexp(["-inf",1,2])': [[0, 2.8068242641099848, 2.1931757358900144]],
  },
  "equal infinities share, as equal numbers do": {
    'logaddexp("-inf", "-inf")': [0.5, 0.5],
    'logaddexp("inf", "inf")': [0.5, 0.5],
  },
  "of equal maxima of a run the first is the one": {
    "cummax([1,1,0])": [[6, 0, 0]],
    "cummax([1,2,2])": [[1, 5, 0]],
  },
  "the limit, where JAX has NaN or 0": {
    "betainc 1 1(0)": [1],
    "betainc 1 1(1)": [1],
    "betainc 1 3(0)": [3],
    "gammainc(1, 0)": [0, 1],
    'gammainc(2, "inf")': [0, 0],
    "ndtri(0)": ["inf"],
    "ndtri(1)": ["inf"],
    'logNdtr("-inf")': ["inf"],
    "gammaln(0)": ["-inf"],
  },
  "JAX's series ends too early": { "logNdtr(-40)": [40.02496884720726] },
  "an arm of where that is not taken has no gradient": {
    "where, not taken(0)": [0],
    "where, root not taken(0)": [0],
    "where, root not taken(-1)": [0],
    "where, division not taken(0)": [0],
  },
};
const ours = Object.assign({}, ...Object.values(reasons)) as Readonly<Record<string, readonly Written[]>>;

describe("gradients at edges", () => {
  test("every exception is a row, and differs from it", () => {
    const known = new Map(rows.map((row) => [titleOf(row), JSON.stringify(row.grads)]));
    expect(
      Object.entries(ours).filter(
        ([title, grads]) => (known.get(title) ?? JSON.stringify(grads)) === JSON.stringify(grads),
      ),
    ).toEqual([]);
  });
  test.each(rows.map((row): [string, Row] => [titleOf(row), row]))("%s", (title, row) => {
    const f = functions[row.name];
    const args = row.args.map((a) => np.array(read(a)));
    const total = (...x: Tensor[]): Tensor => {
      const y = f(...x);
      return y.size > 1 ? y.mul(np.arange(1, y.size + 1)).sum() : y.reshape([]);
    };
    const gradient = (...x: Tensor[]) => vjp(total, ...x)[1](np.array(1)) as unknown as Tensor[];
    const close = (what: string, got: Tensor, want: Written): void => {
      const [g, w] = [[Array.from(got.data())].flat(3), [read(want)].flat(3)] as [number[], number[]];
      const same = w.every(
        (v, i) => Object.is(g[i], v) || g[i] === v || Math.abs(g[i] - v) <= 1e-12 * Math.abs(v),
      );
      if (!same)
        expect.fail(
          `${what} of ${title}: got ${JSON.stringify(g.map(String))}, expected ${JSON.stringify(w.map(String))}`,
        );
    };
    close("the value", f(...args), row.value);
    const want = ours[title] ?? row.grads;
    const eager = gradient(...args);
    const compiled = jit(gradient)(...args);
    want.forEach((w, i) => {
      close(`gradient ${i}`, eager[i], w);
      close(`compiled gradient ${i}`, compiled[i], w);
    });
  });
});
