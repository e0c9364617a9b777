// The behaviours of scripts as one program: run through every host by script-hosts.test.ts, with captures and without.
/* eslint-disable no-console -- what it prints is read by the test */
import { handlers, infer, jit, np as arrays, Predictive, type Tensor } from "sinter";
import { dist, np, sample, script, type Vector } from "sinter/script";
import { damp, RATE } from "./helper.js";

type Call = (...args: unknown[]) => Tensor;
const call = (f: unknown): Call => f as Call;
const K: number = 2;
const results: Record<string, unknown> = {};
const near = (a: number, b: number): boolean => Math.abs(a - b) < 1e-9 * (1 + Math.abs(b));
const message = (f: () => unknown): string => {
  try {
    f();
    return "no error";
  } catch (error) {
    return (error as Error).message;
  }
};

// J10: one compilation, both branches.
const sign = jit(
  call(
    script(
      (x: number): number => {
        if (x > 0) return x * K;
        return x - RATE;
      },
      /* captures */ { K, RATE },
    ),
  ),
);
results["J10"] = [sign(arrays.array(3)).item(), sign(arrays.array(-3)).item(), sign.explain().length];

// J11: while, with an if inside, an outer variable, and no iterations.
const count = jit(
  call(
    script(
      (x: number) => {
        let steps = 0;
        let y = x;
        while (y > 1) {
          if (y > 10) y = y / K;
          else y = y - 1;
          steps++;
        }
        return steps;
      },
      /* captures */ { K },
    ),
  ),
);
results["J11"] = [40, 1, -5].map((x) => count(arrays.array(x)).item());

// J12, J13: a chain is one site with a time axis, and its density that of the chain written out.
const chain = call(
  script(
    (T: number) => {
      let z = 1;
      for (let t = 0; t < T; t++) z = sample(`z_${t}`, dist.LogNormal(damp(Math.log(z)), RATE));
      return z;
    },
    /* captures */ { np, dist, sample, damp, RATE },
  ),
);
const drawn = handlers.trace(handlers.seed(chain, 1))(12).nodes["z"];
results["J12"] = [drawn.value.shape, new Predictive(chain, { numSamples: 3 })(9)["z"].shape];
const logs = (drawn.value.toArray() as number[]).map(Math.log);
results["J13"] = near(
  drawn.logProb.sum().item(),
  logs.reduce((s, v, t) => {
    const mu = t === 0 ? 0 : 0.5 * logs[t - 1];
    return s - 0.5 * ((v - mu) / 0.25) ** 2 - Math.log(0.25) - 0.5 * Math.log(2 * Math.PI) - v;
  }, 0),
);

// J14: two levels.
const nested = call(
  script(
    (T: number) => {
      let z = 0;
      for (let t = 0; t < T; t++) for (let k = 0; k < K; k++) z = sample(`z_${t}_${k}`, dist.Normal(z, 1));
    },
    /* captures */ { dist, sample, K },
  ),
);
results["J14"] = handlers.trace(handlers.seed(nested, 0))(5).nodes["z"].value.shape;

// J15: unlike arms.
const arms = call(
  script(
    () => {
      const g = sample("g", dist.Normal(0, 1));
      if (g > 0) sample("x", dist.Normal(0, 1));
      else sample("x", dist.Cauchy(0, 1));
    },
    /* captures */ { dist, sample },
  ),
);
results["J15"] = [1, -1].map((g) => infer.logDensity(arms, []).logDensity([g, 2]).toFixed(6));

// J16: no gradient through a loop without bound in reverse, but one in forward mode.
const open = call(
  script(
    () => {
      let x = sample("x", dist.Normal(0, 1));
      while (x > 1) x = x / K;
      sample("y", dist.Normal(x, 1), { obs: 0 });
    },
    /* captures */ { dist, sample, K },
  ),
);
const forwards = infer.logDensity(open, [], { forwardModeDifferentiation: true });
const slope = new Float64Array(1);
results["J16"] = [
  /a bound.*limit.*forwardModeDifferentiation/.test(message(() => infer.logDensity(open, []))),
  (forwards.logDensityGradient([0.4], slope) + 0.08).toFixed(6),
  // x = 2 becomes 1: y's part has half of the slope.
  (forwards.logDensityGradient([2], slope), slope[0] + 2).toFixed(6),
];

// J17, J19: a helper stays a loop, and the program does not grow with it.
const smooth = call(
  script(
    (y: Vector) => {
      let level = 0;
      for (let t = 0; t < y.length; t++) level = Math.tanh(damp(level) + y[t]);
      return level;
    },
    /* captures */ { damp },
  ),
);
const traced = jit((y: Tensor) => smooth(y).mul(2));
const graph = (n: number): string => String(traced.lower(arrays.arange(n).astype("f64")).graph);
results["J17"] = graph(10).includes("scan");
results["J19"] = graph(10).split("\n").length === graph(10_000).split("\n").length;

// J18: errors point at the source.
const wrong = call(
  script((x: number) => {
    const y = x + 1;
    return y | 3;
  }),
);
results["J18"] = message(() => jit(wrong)(arrays.array(1)));

// J45: what is random must be drawn.
const dice = call(script((x: number) => x * Math.random()));
results["J45"] = message(() => jit(dice)(arrays.array(1)));

// J65: a traced function that decides about a tensor is reported, with its line.
const warnings: string[] = [];
console.warn = (text: string) => void warnings.push(text);
jit((x: Tensor) => {
  const z = np.exp(x) as unknown as Tensor;
  return z ? z : x;
})(arrays.array(1));
setTimeout(() => {
  results["J65"] = warnings;
  console.log(JSON.stringify(results));
}, 300);
