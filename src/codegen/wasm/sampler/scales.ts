// Points of warm-up with their gradients in, the scales of a diagonal metric out: variances of windows, shrunk as in Stan
// (Reference Manual, "HMC algorithm parameters"), or the roots of the ratio of spreads of draws and gradients, which is right
// for a normal posterior after few draws (Seyboldt, Carlson and Carpenter 2024, as in nutpie).
import type { PortableFunction } from "../portable-function.js";
import type { Local } from "../value.js";
import type { Code, SamplerContext } from "./context.js";
import { MOST_WINDOWS } from "./plan.js";
import type { At } from "./vectors.js";

const SHRINKAGE_DRAWS = 5;
const SHRINKAGE_VARIANCE = 1e-3;

/**
 * Part of the iterations that adapt the metric in which estimates are replaced often, and the draws that they live; later they live
 * for a part of all iterations so far, since the scales to sample with must not come from one visit to an odd region.
 */
const EARLY = 0.35;
const EARLY_DRAWS = 10;
const LATE_DRAWS = 80;
const LATE_PART = 1 / 3;
/** Draws without which an estimate is not used. */
const FEWEST = 3;
/** Variances outside are not believed. */
const RANGE = 1e20;

/** Adds a vector to a running mean and sum of squared deviations (Welford 1962). */
function accumulate(k: Code, x: number, mean: number, sums: number, count: Local): void {
  const { v } = k;
  const weight = v.splat(k.div(k.num(1), count));
  v.each((at) => {
    const value = v.load(x, at);
    const delta = v.sub(value, v.load(mean, at));
    const moved = v.add(v.load(mean, at), v.mul(delta, weight));
    v.store(mean, at, moved);
    v.store(sums, at, v.add(v.load(sums, at), v.mul(v.sub(value, moved), delta)));
  });
}

/** (): one draw of a window of its own. */
export const learnVariance = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.variance", [], [], (k) => {
    k.increase("draws", 1);
    accumulate(k, k.at("q"), k.at("mean"), k.at("sums"), k.variable("f64", k.get("draws")));
  });

/** () -> whether the iteration that was just done ends a window. */
export const endsWindow = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.ends", [], ["i32"], (k) => {
    const { f } = k;
    let any = f.constant("i32", 0) as Local | ReturnType<typeof f.constant>;
    for (let i = 0; i < MOST_WINDOWS; i++) {
      const end = f.load("f64.load", 0, cx.places.windowEnds + 8 * i);
      any = f.op("i32.or", any, f.op("f64.eq", end, k.get("iteration")));
    }
    f.return(any);
  });

/** (): the scales of a window, which begins anew. A coordinate that never moved keeps its scale. */
export const closeWindow = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.close", [], [], (k) => {
    const { v } = k;
    const n = k.variable("f64", k.get("draws"));
    const shrunk = k.variable("f64", k.div(k.num(1), k.add(n, k.num(SHRINKAGE_DRAWS))));
    const weight = v.splat(k.div(k.mul(n, shrunk), k.sub(n, k.num(1))));
    const ridge = v.splat(k.mul(shrunk, k.num(SHRINKAGE_DRAWS * SHRINKAGE_VARIANCE)));
    v.each((at) => {
      keepUsable(k, at, v.add(v.mul(v.load(k.at("sums"), at), weight), ridge));
      for (const name of ["mean", "sums"] as const) v.store(k.at(name), at, v.splat(0));
    });
    k.set("draws", 0);
  });

/** Writes the roots of those variances that are positive and finite. */
function keepUsable(k: Code, at: At, variance: Local): void {
  const { f, v } = k;
  const held = k.variable("v128", variance);
  const inside = f.op(
    "v128.and",
    f.op("f64x2.ge", held, v.splat(1 / RANGE)),
    f.op("f64x2.le", held, v.splat(RANGE)),
  );
  const before = v.load(k.at("scale"), at);
  v.store(k.at("scale"), at, f.op("v128.bitselect", f.op("f64x2.sqrt", held), before, inside));
}

/**
 * (): one draw and its gradient. Two estimates run: a young one takes the place of the older when it has seen enough, so that
 * the first iterations, far from the posterior, are forgotten; the scales are the older one's at every iteration.
 */
export const learnFromGradients = (cx: SamplerContext): PortableFunction =>
  cx.write("sampler.spreads", [], [], (k) => {
    const { f, v } = k;
    const young = [k.at("mean"), k.at("sums"), k.at("gradientMean"), k.at("gradientSums")];
    const older = [k.at("olderMean"), k.at("olderSums"), k.at("olderGradientMean"), k.at("olderGradientSums")]; // prettier-ignore
    const grow = (cell: "draws" | "olderDraws", [mean, sums, gradientMean, gradientSums]: number[]): void => {
      k.increase(cell, 1);
      const count = k.variable("f64", k.get(cell));
      accumulate(k, k.at("q"), mean!, sums!, count);
      accumulate(k, k.at("g"), gradientMean!, gradientSums!, count);
    };
    grow("draws", young);
    grow("olderDraws", older);
    const early = k.lt(k.get("iteration"), k.mul(k.get("windowStop"), k.num(EARLY)));
    const late = k.max(k.num(LATE_DRAWS), k.mul(k.get("iteration"), k.num(LATE_PART)));
    const life = k.select(early, k.num(EARLY_DRAWS), late);
    f.if(k.ge(k.get("draws"), life), () => {
      k.set("olderDraws", k.get("draws"));
      k.set("draws", 0);
      v.each((at) =>
        young.forEach((from, i) => {
          v.store(older[i]!, at, v.load(from, at));
          v.store(from, at, v.splat(0));
        }),
      );
    });
    f.if(k.ge(k.get("olderDraws"), k.num(FEWEST)), () =>
      v.each((at) => {
        const ratio = f.op("f64x2.div", v.load(older[1]!, at), v.load(older[3]!, at));
        keepUsable(k, at, f.op("f64x2.sqrt", ratio));
      }),
    );
  });
