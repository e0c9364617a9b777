// Runs of a model and their log weights -> draws by site, evidence, effective number, equally weighted draws.
import type { SiteTrace } from "../../handlers/index.js";
import { np, numbers, random, type Shape, type Tensor } from "../../tensor/index.js";

/** What importance sampling and SMC give: runs of the model, each with a weight. */
export class WeightedDraws {
  constructor(
    private readonly label: string,
    readonly traces: readonly SiteTrace[],
    /** Log weights, not normalised; `logEvidence` is taken from them together with `offset`. */
    readonly logWeights: Float64Array,
    private readonly offset = 0,
  ) {}

  /** The weights, which sum to one. */
  get weights(): Float64Array {
    if (largestOf(this.logWeights) === -Infinity)
      throw new Error(
        `${this.label}: every draw has weight zero: no draw agrees with the observations. Draw more, or give a guide that is nearer to the posterior.`,
      );
    const relative = relativeWeights(this.logWeights);
    const total = relative.reduce((a, b) => a + b, 0);
    return relative.map((w) => w / total);
  }

  /** An estimate of the log of the observations' probability; exp of it is unbiased. */
  get logEvidence(): number {
    const largest = largestOf(this.logWeights);
    if (largest === -Infinity) return -Infinity;
    const sum = relativeWeights(this.logWeights).reduce((s, w) => s + w, 0);
    return this.offset + largest + numbers.log(sum / this.logWeights.length);
  }

  /** How many equally weighted draws these are worth: 1 / sum of squared weights (Kong 1992). */
  get ess(): number {
    return 1 / this.weights.reduce((s, w) => s + w * w, 0);
  }

  /** The values of a site or a deterministic, [draws, ...shape]; NaN in draws whose run did not make it. */
  samples(name: string): Tensor {
    const values = this.traces.map((t) => t.nodes[name]?.value);
    return stackDraws(this.label, name, values);
  }

  /** The weighted mean of a site over the draws that made it. */
  mean(name: string): Tensor {
    const { weights } = this;
    const made = this.traces.flatMap((t, i) =>
      t.nodes[name] ? [[t.nodes[name].value, weights[i]] as const] : [],
    );
    const total = made.reduce((s, [, w]) => s + w, 0);
    if (total === 0) throw new Error(`${this.label}: no draw with any weight makes the site "${name}".`);
    return made.map(([x, w]) => np.multiply(x, w / total)).reduce((a, b) => np.add(a, b));
  }

  /** `count` runs drawn by their weights (systematic resampling), of equal weight from then on. */
  resample(count: number, seed: number | Tensor = 0): WeightedDraws {
    const key = typeof seed === "number" ? random.key(seed) : seed;
    const chosen = systematic(this.weights, count, random.uniform(key, []).item());
    const traces = chosen.map((i) => this.traces[i]);
    return new WeightedDraws(this.label, traces, new Float64Array(count), this.logEvidence);
  }
}

const largestOf = (logWeights: Float64Array): number =>
  logWeights.reduce((a, b) => Math.max(a, b), -Infinity);

/** Weights as parts of the largest, from their logs. */
export function relativeWeights(logWeights: Float64Array): Float64Array {
  const largest = largestOf(logWeights);
  return logWeights.map((w) => numbers.exp(w - largest));
}

/** Positions in the cumulated weights at even distances, from one uniform number. */
export function systematic(weights: ArrayLike<number>, count: number, u: number): number[] {
  const out: number[] = [];
  let [i, sum] = [0, weights[0]];
  for (let k = 0; k < count; k++) {
    const at = (k + u) / count;
    while (sum < at && i < weights.length - 1) sum += weights[++i];
    out.push(i);
  }
  return out;
}

/** Draws of one site along a new first axis; NaN where a run did not make it. */
export function stackDraws(label: string, name: string, values: readonly (Tensor | undefined)[]): Tensor {
  const shapes = new Map(values.flatMap((v): [string, Shape][] => (v ? [[v.shape.join(), v.shape]] : [])));
  if (shapes.size !== 1)
    throw new Error(
      shapes.size === 0
        ? `${label}: no draw has a site "${name}".`
        : `${label}: the site "${name}" has unlike shapes in different draws: ${[...shapes.keys()].map((s) => `[${s}]`).join(", ")}. Look at the traces one by one.`,
    );
  const [shape] = shapes.values();
  const absent = np.broadcastTo(np.array(NaN), shape);
  return np.stack(
    values.map((v) => (v ? np.array(v, { dtype: "f64" }) : absent)),
    0,
  );
}
