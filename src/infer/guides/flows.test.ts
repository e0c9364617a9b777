// Guides of flows: posteriors known exactly, bent ones that no normal fits, inverses, determinants, eager against compiled, states kept.
import { afterEach, describe, expect, test } from "vitest";
import { dist } from "../../dist/index.js";
import { clearParamStore, handlers, sample } from "../../handlers/index.js";
import { np, random, type Tensor } from "../../tensor/index.js";
import { jacobian as jacobianOf } from "../../trace/derivatives.js";
import { TraceELBO } from "../elbo/trace-elbo.js";
import { adam, linearDecay } from "../optim/index.js";
import { SVI } from "../svi.js";
import type { AutoGuide } from "./auto-guide.js";
import type { FlowDistribution } from "./flow-family.js";
import { AutoBNAFNormal, AutoIAFNormal, AutoMultivariateNormal } from "./index.js";

afterEach(clearParamStore);

/** x + z observed with noise 1/2: variances 5/9, covariance -4/9, means 4/9; log evidence that of 1 under N(0, 9/4). */
const line = (): void => {
  const x = sample("x", dist.Normal(0, 1));
  const z = sample("z", dist.Normal(0, 1));
  sample("s", dist.Normal(x.add(z), 0.5), { obs: 1 });
};

/** A banana: b given a has mean a^2. Its log evidence is 0. */
const banana = (): void => {
  const a = sample("a", dist.Normal(0, 1));
  sample("b", dist.Normal(a.mul(a), 0.3));
};

const kinds = [
  ["AutoIAFNormal", AutoIAFNormal],
  ["AutoBNAFNormal", AutoBNAFNormal],
] as const;

async function fit(model: () => void, guide: AutoGuide, steps: number): Promise<number> {
  const svi = new SVI(
    model,
    guide,
    adam({ lr: linearDecay({ lr: 0.02, steps }) }),
    TraceELBO({ particles: 16 }),
  );
  const { losses } = await svi.run(steps);
  const last = [...losses.slice(-200)];
  return last.reduce((a, b) => a + b) / last.length;
}

describe.each(kinds)("%s", (name, make) => {
  test("a normal posterior: its moments and its evidence", async () => {
    const guide = make(line);
    const loss = await fit(line, guide, 1000);
    const evidence = -0.5 * Math.log(2 * Math.PI * 2.25) - 0.5 / 2.25;
    expect(loss).toBeLessThan(-evidence + 0.05);
    expect(loss).toBeGreaterThan(-evidence - 0.05);
    const draws = guide.samplePosterior(random.key(1), 1000);
    const [x, z] = ["x", "z"].map((site) => draws[site].sub(draws[site].mean()));
    expect(Math.abs(draws["x"].mean().item() - 4 / 9)).toBeLessThan(0.1);
    expect(Math.abs(x.mul(x).mean().item() - 5 / 9)).toBeLessThan(0.1);
    expect(Math.abs(x.mul(z).mean().item() + 4 / 9)).toBeLessThan(0.1);
  });

  test("a bent posterior: far closer than a normal", async () => {
    const normal = await fit(banana, AutoMultivariateNormal(banana), 800);
    clearParamStore();
    const loss = await fit(banana, make(banana), 2000);
    expect(normal).toBeGreaterThan(0.5);
    expect(loss).toBeLessThan(normal / 2);
    expect(loss).toBeGreaterThan(-0.05);
  });

  test("densities are those of a change of variables", () => {
    const guide = make(banana, { prefix: "g" });
    const joint = handlers.trace(handlers.seed(guide, 4))().nodes["g_latent"].fn as FlowDistribution;
    const flow = joint["flow"];
    const z = np.array([0.3, -1.1]);
    const { x, logDet } = flow.forward(z);
    const jacobian = jacobianOf((v: Tensor) => flow.forward(v).x)(z) as Tensor;
    expect(logDet.item()).toBeCloseTo(np.log(np.abs(np.linalg.det(jacobian))).item(), 10);
    const many = flow.forward(np.stack([z, z.mul(2)]));
    expect(many.x.at(0).toArray()).toEqual(x.toArray());
    if (flow.inverse) expect(np.abs(flow.inverse(x).sub(z)).max().item()).toBeLessThan(1e-12);
    const drawn = joint.sample(random.key(3), 2);
    expect(joint.logProb(drawn).shape).toEqual([2]);
    const again = drawn.mul(1);
    if (flow.inverse)
      expect(
        np
          .abs(joint.logProb(again).sub(joint.logProb(drawn)))
          .max()
          .item(),
      ).toBeLessThan(1e-10);
    else
      expect(() => joint.logProb(again)).toThrow(
        `guides.${name}: its flow has no inverse in closed form, so only its own draws have a density. Use guides.AutoIAFNormal where other values are scored.`,
      );
  });

  const start = (jit = true) =>
    new SVI(banana, make(banana), adam({ lr: 0.01 }), TraceELBO({ particles: 2 }), { jit, seed: 3 });

  test("eager and compiled steps agree", async () => {
    const compiled = await start().run(5);
    clearParamStore();
    const eager = await start(false).run(5);
    compiled.losses.forEach((x, i) => expect(eager.losses[i]).toBeCloseTo(x, 9));
  });

  test("a state that was kept goes on", async () => {
    const whole = start();
    await whole.run(3);
    const kept = JSON.parse(JSON.stringify(whole.getState())) as ReturnType<typeof whole.getState>;
    const rest = await whole.run(4);
    clearParamStore();
    const again = start();
    again.setState(kept);
    expect((await again.run(4)).losses).toEqual(rest.losses);
  });

  test("there are no quantiles, and options are checked", () => {
    const guide = make(banana);
    new SVI(banana, guide, adam(), TraceELBO()).step();
    expect(() => guide.median()).toThrow(
      `guides.${name}: medians and quantiles of a flow have no closed form; take them from draws, as in np.quantile(guide.samplePosterior(key, 1000)["x"], 0.5, 0).`,
    );
    expect(() => make(banana, { numFlows: 0 })).toThrow(
      `guides.${name}: numFlows must be a whole number, 1 or more; got 0.`,
    );
  });
});
