// Draws of warm-up with their gradients in, the factor of a metric that is not diagonal out.
// Of a normal posterior with covariance S the gradients have covariance inv(S), so that S is what lies half way between the
// covariance A of the draws and the inverse of that of the gradients, B: their geometric mean. It is exact as soon as there are more
// draws than coordinates, and what noise there is A and inv(B) share between them (Seyboldt, Carlson and Carpenter 2024).
import { Elements, upTo } from "../routines/loops.js";
import type { PortableFunction } from "../portable-function.js";
import type { Local, Operand } from "../value.js";
import type { Code, SamplerContext } from "./context.js";
import { address, meet } from "./geometric-mean.js";
import type { FormBlock, FormMetric, Places } from "./places.js";

/** Of the correlations is taken this part of dim / draws^2: singular estimates become usable, good ones stay. */
const RIDGE = 0.1;

type Dense = Extract<FormMetric, { kind: "dense" }>;
type BlockPlaces = Places["blocks"][number];

const denseOf = (cx: SamplerContext): Dense => cx.form.metric as Dense;

/** Where the numbers of a block stand side by side: in the vector, or in `into`, which they are copied to. */
function gathered(k: Code, block: FormBlock, { first }: BlockPlaces, vector: number, into: number): Operand {
  if (block === "neighbours") return k.f.op("i32.add", first, vector);
  block.forEach((at, i) => k.f.store("f64.store", 0, k.f.load("f64.load", 0, vector + 8 * at), into + 8 * i));
  return into;
}

/** Calls with every block and its places. */
function eachBlock(cx: SamplerContext, body: (block: FormBlock, places: BlockPlaces) => void): void {
  denseOf(cx).blocks.forEach((block, i) => body(block, cx.places.blocks[i]!));
}

/** (): one draw and its gradient. */
export const learnCovariances = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.covariances", [], [], (k) => {
    const { v } = k;
    k.increase("windowDraws", 1);
    const count = k.variable("f64", k.get("windowDraws"));
    const over = k.variable("f64", k.div(k.num(1), count));
    // With deltas from the mean before, the sums grow by (n - 1) / n of their products (Welford 1962).
    const weight = k.variable("f64", k.mul(k.sub(count, k.num(1)), over));
    const pairs = [
      ["q", "windowMean", "delta", "estimate"],
      ["g", "windowGradientMean", "gradientDelta", "gradientEstimate"],
    ] as const;
    for (const [x, mean, delta, sums] of pairs) {
      const spread = v.splat(over);
      v.each((at) => {
        const difference = v.sub(v.load(k.at(x), at), v.load(k.at(mean), at));
        v.store(k.at(delta), at, difference);
        v.store(k.at(mean), at, v.add(v.load(k.at(mean), at), v.mul(difference, spread)));
      });
      eachBlock(cx, (block, places) => {
        const base = gathered(k, block, places, k.at(delta), k.at("gathered"));
        k.f.call(k.fn(addProducts), [places[sums], base, places.length, weight]);
      });
    }
  });

/** (sums, delta, n, weight): adds the products of deltas to the lower triangle. */
const addProducts = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.products", ["i32", "i32", "i32", "f64"], [], (k, sums, delta, n, weight) => {
    const { f, v } = k;
    const e = new Elements(f, "f64");
    upTo(f, 0, n, (i) => {
      const row = address(k, sums, i, n);
      const x = k.variable("f64", k.mul(weight, e.get(delta, i)));
      const both = v.splat(x);
      const end = k.variable("i32", f.op("i32.shl", i, 3));
      upTo(f, 0, end, (at) => v.store(row, at, v.add(v.load(row, at), v.mul(both, v.load(delta, at)))), 16);
      // Of an odd number of coordinates up to the diagonal, one is left.
      f.if(f.op("i32.eqz", f.op("i32.and", i, 1)), () =>
        e.put(row, i, k.add(e.get(row, i), k.mul(x, e.get(delta, i)))),
      );
    });
  });

/** () -> whether the metric changed. A window begins anew, unless it has no more draws than coordinates. */
export const closeCovariances = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.metric", [], ["i32"], (k) => {
    const { f, v } = k;
    const { factorBytes, estimate, gradientEstimate, largest } = cx.places;
    const fewest = f.op("f64.convert_i32_s", f.constant("i32", largest + 1));
    f.if(k.lt(k.get("windowDraws"), fewest), () => f.return(0));
    const changed = k.variable("i32", 0);
    eachBlock(cx, (block, places) => {
      const scale = gathered(k, block, places, k.at("scale"), k.at("gathered"));
      const matrices = [places.estimate, places.gradientEstimate, places.factor] as const;
      f.set(changed, f.op("i32.or", changed, k.result(k.fn(factor), ...matrices, scale, places.length)));
    });
    f.memoryFill(estimate, 0, factorBytes);
    f.memoryFill(gradientEstimate, 0, factorBytes);
    for (const name of ["windowMean", "windowGradientMean"] as const)
      v.each((at) => v.store(k.at(name), at, v.splat(0)));
    k.set("windowDraws", 0);
    f.return(changed);
  });

/**
 * (sums of draws, of gradients, factor, scales, n) -> whether the factor, and so the metric, changed. Matrices are taken in units of the
 * scales, in which the metric of uncorrelated coordinates is the identity. Where nothing can be made of the sums the factor stays.
 */
const factor = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.factor", ["i32", "i32", "i32", "i32", "i32"], ["i32"], (k, a, b, into, scale, n) => {
    const { f } = k;
    const e = new Elements(f, "f64");
    const [inverseA, inverseB] = [cx.places.work, cx.places.inverse];
    standardise(k, a, b, scale, n);
    f.if(f.op("i32.eqz", k.result(k.fn(meet), a, b, inverseA, inverseB, n)), () => f.return(0));
    // How much of a variance goes when the other coordinates are known: the inflation factor 1 / (1 - R^2).
    const inflation = k.variable("f64", 0);
    upTo(f, 0, n, (i) => {
      const at = k.variable("i32", f.op("i32.mul", i, f.op("i32.add", n, 1)));
      f.set(inflation, k.max(inflation, k.mul(e.get(a, at), e.get(b, at))));
    });
    const before = k.variable("i32", k.on("whole"));
    f.if(k.not(k.gt(inflation, k.num(denseOf(cx).gradients?.above ?? 0))), () => {
      k.set("whole", 0);
      f.return(before);
    });
    f.if(f.op("i32.eqz", k.result(k.fn(decompose), a, n)), () => f.return(0));
    f.memoryCopy(into, a, f.op("i32.shl", f.op("i32.mul", n, n), 3));
    k.set("whole", 1);
    f.return(1);
  });

/** Sums of products to covariances in units of the scales, both triangles, correlations a little shrunk. */
function standardise(k: Code, a: Local, b: Local, scale: Local, n: Local): void {
  const { f } = k;
  const e = new Elements(f, "f64");
  const draws = k.variable("f64", k.get("windowDraws"));
  const over = k.variable("f64", k.div(k.num(1), k.sub(draws, k.num(1))));
  const ridge = k.div(k.mul(k.num(RIDGE), f.op("f64.convert_i32_s", n)), k.mul(draws, draws));
  const kept = k.variable("f64", k.mul(over, k.sub(k.num(1), ridge)));
  upTo(f, 0, n, (i) =>
    upTo(f, 0, f.op("i32.add", i, 1), (j) => {
      const unit = k.variable("f64", k.mul(e.get(scale, i), e.get(scale, j)));
      const weight = k.variable("f64", k.select(f.op("i32.eq", i, j), over, kept));
      const below = k.variable("i32", f.op("i32.add", f.op("i32.mul", i, n), j));
      const above = k.variable("i32", f.op("i32.add", f.op("i32.mul", j, n), i));
      const x = k.variable("f64", k.div(k.mul(e.get(a, below), weight), unit));
      const y = k.variable("f64", k.mul(k.mul(e.get(b, below), weight), unit));
      for (const at of [below, above]) {
        e.put(a, at, x);
        e.put(b, at, y);
      }
    }),
  );
}

/** (matrix, n) -> whether it is positive definite: Cholesky's lower factor in the place of its lower triangle. */
const decompose = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.cholesky", ["i32", "i32"], ["i32"], (k, matrix, n) => {
    const { f } = k;
    const e = new Elements(f, "f64");
    upTo(f, 0, n, (i) => {
      const row = address(k, matrix, i, n);
      upTo(f, 0, i, (j) => {
        const other = address(k, matrix, j, n);
        const sum = k.variable("f64", e.get(row, j));
        upTo(f, 0, j, (t) => f.set(sum, k.sub(sum, k.mul(e.get(row, t), e.get(other, t)))));
        e.put(row, j, k.div(sum, e.get(other, j)));
      });
      const square = k.variable("f64", e.get(row, i));
      upTo(f, 0, i, (t) => f.set(square, k.sub(square, k.mul(e.get(row, t), e.get(row, t)))));
      const fine = k.and(k.gt(square, k.num(0)), k.lt(square, k.num(Infinity)));
      f.if(k.not(fine), () => f.return(0));
      e.put(row, i, k.sqrt(square));
    });
    f.return(1);
  });
