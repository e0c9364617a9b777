// Steps of a climb in; the normal distribution whose precision is the curvature seen along them, from which to draw, out.
import { dot, type Pair } from "../init/climb.js";
import { numbers } from "../../tensor/index.js";

/** One factor I - s w' of the root of the covariance. */
interface Turn {
  readonly s: Float64Array;
  readonly w: Float64Array;
  /** 1 - w's */
  readonly left: number;
}

/**
 * BFGS's update of an inverse Hessian H by a step s and a fall of the gradient y, with s'y > 0, is (I - s w') H (I - w s') with
 * w = y / s'y + inv(H) s / sqrt(s'y s' inv(H) s) (Brodlie, Gourlay and Greenstadt 1973): so a root of H is a product of such factors and
 * of the roots of a diagonal, and draws, densities and products cost a few inner products each.
 */
export class BentNormal {
  private readonly roots: Float64Array;
  private readonly turns: Turn[] = [];
  private readonly logRoot: number;

  constructor(variances: Float64Array, pairs: readonly Pair[]) {
    this.roots = variances.map(Math.sqrt);
    for (const { s, y, rho } of pairs) {
      const precise = this.unrootTransposed(this.unroot(s));
      const root = Math.sqrt(rho / dot(s, precise));
      const w = y.map((yi, i) => yi * rho + precise[i] * root);
      this.turns.push({ s, w, left: 1 - dot(w, s) });
    }
    const logs = [...this.roots, ...this.turns.map(({ left }) => Math.abs(left))].map(numbers.log);
    this.logRoot = logs.reduce((a, b) => a + b, 0);
  }

  /** F z, whose covariance is F F' where z is standard normal. */
  root(z: Float64Array): Float64Array {
    const x = z.map((zi, i) => zi * this.roots[i]);
    for (const { s, w } of this.turns) add(x, s, -dot(w, x));
    return x;
  }

  /** The covariance times a vector. */
  covariance(v: Float64Array): Float64Array {
    const x = v.slice();
    for (const { s, w } of [...this.turns].reverse()) add(x, w, -dot(s, x));
    return this.root(x.map((xi, i) => xi * this.roots[i]));
  }

  /** The log density at the mean plus F z. */
  logDensity(z: Float64Array): number {
    return -0.5 * (dot(z, z) + z.length * LOG_TWO_PI) - this.logRoot;
  }

  private unroot(x: Float64Array): Float64Array {
    const z = x.slice();
    for (const { s, w, left } of [...this.turns].reverse()) add(z, s, dot(w, z) / left);
    return z.map((zi, i) => zi / this.roots[i]);
  }

  private unrootTransposed(z: Float64Array): Float64Array {
    const x = z.map((zi, i) => zi / this.roots[i]);
    for (const { s, w, left } of this.turns) add(x, w, dot(s, x) / left);
    return x;
  }
}

const LOG_TWO_PI = 1.8378770664093453;

function add(to: Float64Array, from: Float64Array, times: number): void {
  for (let i = 0; i < to.length; i++) to[i] += times * from[i];
}
