// A model and its arguments in; particles that are weighted and chosen anew at every observation, out: sequential Monte Carlo.
import { handlers, within, type Message, type SiteTrace } from "../../handlers/index.js";
import { random, type Tensor } from "../../tensor/index.js";
import { checkOptions, wholeNumber } from "../known-options.js";
import { callModel, type Model } from "../model.js";
import { systematic, WeightedDraws } from "./weighted-draws.js";

/** Options of `infer.smc`. */
export interface SmcOptions {
  /** How many particles. Default 1000. */
  readonly numParticles?: number;
  /** Particles are chosen anew where fewer than this part of them is effective. Default 0.5. */
  readonly threshold?: number;
  /** A whole number or a random key. Default 0. */
  readonly seed?: number | Tensor;
}

/** Thrown to leave a run behind the observation that the particles have come to. */
class Arrived extends Error {}

/** One particle: the run so far, and what the last observation added. */
interface Step {
  readonly record: SiteTrace;
  readonly increment: number;
  readonly finished: boolean;
}

/**
 * Sequential Monte Carlo with proposals from the prior (the bootstrap filter of Gordon et al. 1993), for models whose observations are
 * statements of their own. Runs are repeated up to each next observation, with the draws that they have made, so that which sites
 * there are may depend on draws; the cost grows with the square of the number of observations. Eager.
 *
 * @example infer.smc(model, [y], { numParticles: 2000 }).logEvidence
 */
export function smc(model: Model, args: readonly unknown[] = [], options: SmcOptions = {}): WeightedDraws {
  const label = `infer.smc(${model.name || "model"})`;
  checkOptions(label, options, ["numParticles", "threshold", "seed"]);
  const { threshold = 0.5, seed = 0 } = options;
  const count = wholeNumber(label, "numParticles", options.numParticles ?? 1000, 1);
  const root = typeof seed === "number" ? random.key(seed) : seed;
  let particles: (SiteTrace | null)[] = new Array<null>(count).fill(null);
  let logWeights = new Float64Array(count);
  let offset = 0;
  for (let stage = 1; ; stage++) {
    const keys = random.foldIn(root, stage);
    const steps = particles.map((before, i) => advance(model, args, before, stage, random.foldIn(keys, i)));
    steps.forEach((s, i) => (logWeights[i] += s.increment));
    particles = steps.map((s) => s.record);
    if (steps.every((s) => s.finished))
      return new WeightedDraws(label, particles as SiteTrace[], logWeights, offset);
    const now = new WeightedDraws(label, particles as SiteTrace[], logWeights, offset);
    if (now.ess >= threshold * count) continue;
    const u = random.uniform(random.foldIn(keys, count), []).item();
    const chosen = systematic(now.weights, count, u);
    offset = now.logEvidence;
    particles = chosen.map((i) => particles[i]);
    logWeights = new Float64Array(count);
  }
}

/** The run from its beginning to observation `stage`, on the draws of the run before; finished when there are not so many. */
function advance(
  model: Model,
  args: readonly unknown[],
  before: SiteTrace | null,
  stage: number,
  key: Tensor,
): Step {
  const latent = Object.entries(before?.nodes ?? {}).filter(([, n]) => n.type === "sample" && !n.isObserved);
  const run = handlers.replay(() => callModel(model, args), { nodes: Object.fromEntries(latent) });
  let met = 0;
  /** Hears every statement on its way out: the one after the observation that was waited for ends the run. */
  const listen = (msg: Message): void => {
    if (met === stage) throw new Arrived();
    if (msg.type === "sample" && msg.isObserved) met++;
  };
  const record = handlers.trace(() => {
    try {
      within({ name: "smc", guard: [], before: listen }, handlers.seed(run, key));
    } catch (error) {
      if (!(error instanceof Arrived)) throw error;
    }
  })();
  const observed = Object.values(record.nodes).filter((n) => n.type === "sample" && n.isObserved);
  if (met < stage) return { record, increment: 0, finished: true };
  return { record, increment: observed[stage - 1].logProbSum.item(), finished: false };
}
