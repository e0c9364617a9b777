// Draws of warm-up with their gradients in, a few directions and the variances along them out.
// In units of the scales, x + g = (I - inv(S)) x for a normal posterior with covariance S: nothing, where a coordinate has the scale it
// is given and depends on no other. So the directions to look at are those along which x + g is large; within them the metric is what
// it is for a whole one, the geometric mean of the covariance of draws and the inverse of that of gradients (covariance.ts). Seyboldt,
// Carlson and Carpenter (2024, section 4) choose directions from the draws and the gradients one by one.
import { Elements, upTo } from "../routines/loops.js";
import { jacobi } from "../routines/factorisations.js";
import type { PortableFunction } from "../portable-function.js";
import type { Local, Operand } from "../value.js";
import type { Code, SamplerContext } from "./context.js";
import { address, meet } from "./geometric-mean.js";
import type { FormMetric, Places } from "./places.js";
import { keptDraws } from "./plan.js";

/** Draws below which nothing is estimated. */
const FEWEST = 10;
/** Multiplications with the covariance of x + g, each of which turns the directions further to its largest variances. */
const ROUNDS = 4;
/** Variances are taken towards 1 by this part of rank / draws^2. */
const RIDGE = 0.1;
/** What is left of a vector when its parts along others are gone is rounding, below this part of its square. */
const ROUNDING = 1e-18;

interface At extends NonNullable<Places["directions"]> {
  readonly rank: number;
  readonly cutoff: number;
  readonly kept: number;
  readonly draws: number;
  readonly gradients: number;
  readonly directions: number;
}

function placesOf({ form, places }: SamplerContext): At {
  const { estimate, gradientEstimate, work, directions } = places;
  const { rank, cutoff } = form.metric as Extract<FormMetric, { kind: "lowRank" }>;
  return {
    ...{ rank, cutoff, kept: keptDraws(rank) },
    ...{ draws: estimate, gradients: gradientEstimate, directions: work },
    ...directions!,
  };
}

/** (): one draw and its gradient, of which a window longer than the memory keeps every so manyth. */
export const keepDraw = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.keep", [], [], (k) => {
    const { f, v } = k;
    const { kept, draws, gradients } = placesOf(cx);
    const count = k.variable("i32", k.whole("windowDraws"));
    k.increase("windowDraws", 1);
    const every = k.variable("i32", f.op("i32.add", f.op("i32.div_s", f.op("i32.sub", k.whole("windowLength"), 1), kept), 1)); // prettier-ignore
    f.if(f.op("i32.rem_u", count, every), () => f.return());
    const row = k.variable("i32", f.op("i32.rem_u", f.op("i32.div_u", count, every), kept));
    const at = k.variable("i32", f.op("i32.mul", row, cx.places.stride));
    v.copy(k.variable("i32", f.op("i32.add", at, draws)), k.at("q"));
    v.copy(k.variable("i32", f.op("i32.add", at, gradients)), k.at("g"));
    k.set("windowRows", k.min(k.num(kept), k.add(k.get("windowRows"), k.num(1))));
  });

/** () -> whether the metric changed. The window begins anew, unless it has too few draws. */
export const closeDirections = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.directions", [], ["i32"], (k) => {
    const { f } = k;
    const at = placesOf(cx);
    const rows = k.variable("i32", k.whole("windowRows"));
    f.if(f.op("i32.lt_s", rows, FEWEST), () => f.return(0));
    standardise(k, rows, at);
    k.set("windowDraws", 0);
    k.set("windowRows", 0);
    const before = k.variable("i32", k.on("whole"));
    const count = k.variable("i32", k.result(k.fn(span), rows));
    f.if(f.op("i32.eqz", count), () => {
      k.set("whole", 0);
      f.return(before);
    });
    const [a, b, inverseA, inverseB] = at.matrices as [number, number, number, number];
    f.call(k.fn(covariance), [a, at.draws, count, rows]);
    f.call(k.fn(covariance), [b, at.gradients, count, rows]);
    f.if(f.op("i32.eqz", k.result(k.fn(meet), a, b, inverseA, inverseB, count)), () => f.return(0));
    f.call(k.routine(jacobi("f64")), [a, at.values, at.vectors, at.scratch, count]);
    const found = k.variable("i32", k.result(k.fn(choose), count));
    k.set("whole", f.op("f64.convert_i32_s", found));
    f.return(f.op("i32.or", before, f.op("i32.gt_s", found, 0)));
  });

/** Rows to their distances from the mean, in units of the scales. */
function standardise(k: Code, rows: Local, { draws, gradients }: At): void {
  const { f, v, cx } = k;
  const over = v.splat(k.div(k.num(1), f.op("f64.convert_i32_s", rows)));
  const end = k.variable("i32", f.op("i32.mul", rows, cx.places.stride));
  const each = (base: number, body: (row: Local) => void): void =>
    upTo(f, base, f.op("i32.add", end, base), body, cx.places.stride);
  for (const [base, mean, divides] of [
    [draws, k.at("windowMean"), true],
    [gradients, k.at("windowGradientMean"), false],
  ] as const) {
    v.each((at) => v.store(mean, at, v.splat(0)));
    each(base, (row) => f.call(k.fn(addTo), [mean, row, 1]));
    v.each((at) => v.store(mean, at, v.mul(v.load(mean, at), over)));
    each(base, (row) =>
      v.each((at) => {
        const apart = v.sub(v.load(row, at), v.load(mean, at));
        const scale = v.load(k.at("scale"), at);
        v.store(row, at, f.op(divides ? "f64x2.div" : "f64x2.mul", apart, scale));
      }),
    );
  }
}

/** (to, from, times): adds so many times a vector to another. */
const addTo = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.addTo", ["i32", "i32", "f64"], [], ({ v }, to, from, times) => {
    const weight = v.splat(times);
    v.each((at) => v.store(to, at, v.add(v.load(to, at), v.mul(weight, v.load(from, at)))));
  });

/** (a, b) -> their inner product. */
const dot = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.dot", ["i32", "i32"], ["f64"], ({ f, v }, a, b) => {
    const sum = v.accumulator();
    v.each((at) => v.accumulate(sum, v.load(a, at), v.load(b, at)));
    f.return(v.total(sum));
  });

/** (rows) -> the number of orthonormal directions found, at most one for two rows, along which x + g is largest. */
const span = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.span", ["i32"], ["i32"], (k, rows) => {
    const { f, v } = k;
    const { stride } = cx.places;
    const { most, draws, gradients, directions, next } = placesOf(cx);
    const vector = (base: number, i: Operand): Local =>
      k.variable("i32", f.op("i32.add", f.op("i32.mul", i, stride), base));
    const half = k.variable("i32", f.op("i32.shr_u", rows, 1));
    const count = k.variable("i32", f.select(f.op("i32.lt_s", half, most), half, f.constant("i32", most)));
    // x + g takes the place of g, and the first directions are some of them.
    upTo(f, 0, rows, (i) => f.call(k.fn(addTo), [vector(gradients, i), vector(draws, i), 1]));
    upTo(f, 0, count, (j) => {
      const row = f.op("i32.div_u", f.op("i32.mul", j, rows), count);
      v.copy(vector(directions, j), vector(gradients, row));
    });
    f.set(count, k.result(k.fn(orthonormal), count));
    upTo(f, 0, ROUNDS, () => {
      upTo(f, 0, count, (j) => {
        const [from, to] = [vector(directions, j), vector(next, j)];
        v.each((at) => v.store(to, at, v.splat(0)));
        upTo(f, 0, rows, (i) => {
          const row = vector(gradients, i);
          f.call(k.fn(addTo), [to, row, k.result(k.fn(dot), from, row)]);
        });
      });
      f.memoryCopy(directions, next, f.op("i32.mul", count, stride));
      f.set(count, k.result(k.fn(orthonormal), count));
    });
    upTo(f, 0, rows, (i) => f.call(k.fn(addTo), [vector(gradients, i), vector(draws, i), -1]));
    f.return(count);
  });

/** (count) -> how many directions are left when each has no part along those before it, and length 1. */
const orthonormal = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.orthonormal", ["i32"], ["i32"], (k, count) => {
    const { f, v } = k;
    const { stride } = cx.places;
    const { directions } = placesOf(cx);
    const left = k.variable("i32", 0);
    upTo(f, 0, count, (j) => {
      const place = (i: Operand): Local =>
        k.variable("i32", f.op("i32.add", f.op("i32.mul", i, stride), directions));
      const row = place(left);
      v.copy(row, place(j));
      const before = k.variable("f64", k.result(k.fn(dot), row, row));
      // Twice is enough (Kahan and Parlett).
      upTo(f, 0, 2, () =>
        upTo(f, 0, left, (i) => {
          const other = place(i);
          f.call(k.fn(addTo), [row, other, k.neg(k.result(k.fn(dot), row, other))]);
        }),
      );
      const square = k.variable("f64", k.result(k.fn(dot), row, row));
      f.if(k.gt(square, k.mul(before, k.num(ROUNDING))), () => {
        const over = v.splat(k.div(k.num(1), k.sqrt(square)));
        v.each((at) => v.store(row, at, v.mul(v.load(row, at), over)));
        f.set(left, f.op("i32.add", left, 1));
      });
    });
    f.return(left);
  });

/** (to, rows, count, number of rows): the covariance of rows along the directions, a little shrunk. */
const covariance = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.along", ["i32", "i32", "i32", "i32"], [], (k, to, from, count, rows) => {
    const { f } = k;
    const { stride } = cx.places;
    const { directions, parts, kept } = placesOf(cx);
    const e = new Elements(f, "f64");
    upTo(f, 0, count, (j) => {
      const direction = k.variable("i32", f.op("i32.add", f.op("i32.mul", j, stride), directions));
      const part = address(k, parts, j, kept);
      upTo(f, 0, rows, (i) =>
        e.put(part, i, k.result(k.fn(dot), direction, f.op("i32.add", from, f.op("i32.mul", i, stride)))),
      );
    });
    const n = k.variable("f64", f.op("f64.convert_i32_s", rows));
    const ridge = k.div(k.mul(k.num(RIDGE), f.op("f64.convert_i32_s", count)), k.mul(n, n));
    const held = k.variable("f64", ridge);
    const weight = k.variable("f64", k.div(k.sub(k.num(1), held), k.sub(n, k.num(1))));
    upTo(f, 0, count, (j) =>
      upTo(f, 0, count, (l) => {
        const [mine, other] = [address(k, parts, j, kept), address(k, parts, l, kept)];
        const sum = k.variable("f64", 0);
        upTo(f, 0, rows, (i) => f.set(sum, k.add(sum, k.mul(e.get(mine, i), e.get(other, i)))));
        const one = k.select(f.op("i32.eq", j, l), held, k.num(0));
        e.put(address(k, to, j, count), l, k.add(k.mul(sum, weight), one));
      }),
    );
  });

/** (count) -> how many of so many principal axes have variances that are worth correcting; they become the factors. */
const choose = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.choose", ["i32"], ["i32"], (k, count) => {
    const { f, v } = k;
    const { stride, factors } = cx.places;
    const { rank, cutoff, values, vectors, directions } = placesOf(cx);
    const e = new Elements(f, "f64");
    const found = k.variable("i32", 0);
    upTo(f, 0, count, (j) => {
      const variance = k.variable("f64", e.get(values, j));
      const small = k.lt(variance, k.num(1 / cutoff)) as Local;
      const large = k.gt(variance, k.num(cutoff)) as Local;
      f.if(f.op("i32.or", small, large), () => {
        const to = k.variable("i32", f.op("i32.add", f.op("i32.mul", found, stride), factors + 8 * rank)); // prettier-ignore
        v.each((at) => v.store(to, at, v.splat(0)));
        upTo(f, 0, count, (i) => {
          const from = f.op("i32.add", f.op("i32.mul", i, stride), directions);
          f.call(k.fn(addTo), [to, from, e.get(address(k, vectors, i, count), j)]);
        });
        e.put(factors, found, k.sub(k.sqrt(variance), k.num(1)));
        f.set(found, f.op("i32.add", found, 1));
      });
    });
    f.return(found);
  });
