// Eight schools (Rubin 1981): a model goes in; its graph, its posterior by NUTS and by SVI, and what compiling buys come out.
// Run it with `npm run demo`.
import {
  deterministic,
  dist,
  guides,
  infer,
  MCMC,
  np,
  NUTS,
  optim,
  plate,
  sample,
  SVI,
  type Tensor,
} from "sinter";

/** Effects of coaching on test scores in eight schools, and their standard errors, in points. */
const data = {
  effect: np.array([28, 8, -3, 7, -1, 1, 18, 12]),
  error: np.array([15, 10, 16, 11, 9, 11, 10, 18]),
};

/** Non-centred: schools differ by tau from a common effect mu. */
function eightSchools({ effect, error }: typeof data): void {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  plate("schools", 8, () => {
    const z = sample("z", dist.Normal(0, 1));
    const theta = deterministic("theta", mu.add(tau.mul(z)));
    sample("y", dist.Normal(theta, error), { obs: effect });
  });
}

const say = (text = ""): void => console.log(text);
const title = (text: string): void => say(`\n${text}\n${"-".repeat(text.length)}`);

/** The first and the last lines of a text. */
function shortened(text: string, head: number, tail: number): string {
  const lines = text.trimEnd().split("\n");
  if (lines.length <= head + tail + 1) return lines.join("\n");
  const left = lines.length - head - tail;
  return [...lines.slice(0, head), `  ... ${left} more lines ...`, ...lines.slice(-tail)].join("\n");
}

// 1. From the model to one wasm function: log density and gradient over ten unconstrained coordinates.
const density = infer.logDensity(eightSchools, [data]);
const { lowered } = density;
title("The log density and its gradient as a graph");
say(`as traced and differentiated: ${lowered.graph.equations.length} equations`);
say(shortened(lowered.passes[0]?.before ?? "", 6, 3));
say(`\nafter the passes: ${lowered.optimized.equations.length} equations`);
say(shortened(lowered.passes.at(-1)?.after ?? "", 10, 4));
say("\nfused into these loops:");
say(shortened(String(lowered.kernels), 14, 4));

// 2. The posterior.
const mcmc = new MCMC(new NUTS(eightSchools, { targetAccept: 0.9 }), {
  warmup: 1000,
  samples: 1000,
  chains: 4,
  seed: 1,
});
const fit = await mcmc.run(data);
title("The posterior by NUTS");
fit.print();
const { compile, warmup, sampling } = fit.seconds;
const ms = (seconds: number): string => `${(1000 * seconds).toFixed(0)} ms`;
say(
  `\ncompile ${ms(compile)}, warm-up ${ms(warmup)}, sampling ${ms(sampling)}; printed ${performance.now().toFixed(0)} ms after the process began`,
);

// 3. The same by variational inference, beside it.
const svi = new SVI(
  eightSchools,
  guides.AutoNormal(eightSchools),
  optim.clippedAdam({ lr: 0.02, lrd: 0.9995 }),
  infer.TraceELBO({ particles: 4 }),
);
const began = performance.now();
const { losses } = await svi.run(3000, data);
const sviMs = performance.now() - began;
const guide = svi.guide as ReturnType<typeof guides.AutoNormal>;
const median = guide.median(data);
const rows = new Map(fit.summary().map((row) => [row.name, row]));
title(
  `SVI with AutoNormal: ${losses.length} steps in ${sviMs.toFixed(0)} ms, loss ${losses[0].toFixed(1)} -> ${losses
    .slice(-200)
    .reduce((a, b) => a + b / 200, 0)
    .toFixed(1)}`,
);
say("             NUTS median   SVI median");
const line = (name: string, x: number): void =>
  say(
    `${name.padEnd(10)}${(rows.get(name)?.q50 ?? NaN).toFixed(2).padStart(14)}${x.toFixed(2).padStart(13)}`,
  );
line("mu", median["mu"].item());
line("tau", median["tau"].item());
(median["theta"] as Tensor).data().forEach((x, i) => line(`theta[${i}]`, x));

// 4. What compiling buys, measured here and now.
/** Microseconds per call: the fastest of several rounds, because the machine's other work only ever adds time. */
function microseconds(call: () => void, rounds: number, perRound: number): number {
  let best = Infinity;
  for (let r = 0; r < rounds; r++) {
    const start = performance.now();
    for (let i = 0; i < perRound; i++) call();
    best = Math.min(best, performance.now() - start);
  }
  return (1000 * best) / perRound;
}

const eager = infer.logDensity(eightSchools, [data], { jit: false });
const q = new Float64Array(density.dim).fill(0.1);
const p = new Float64Array(density.dim).fill(0.5);
const g = new Float64Array(density.dim);
const gradientOf = (d: typeof density) => (): void => void d.logDensityGradient(q, g);
/** One step forth or back of the integrator inside HMC. */
const leapfrogOf = (d: typeof density): (() => void) => {
  let epsilon = 0.05;
  d.logDensityGradient(q, g);
  return () => {
    for (let i = 0; i < p.length; i++) p[i] += 0.5 * epsilon * g[i];
    for (let i = 0; i < q.length; i++) q[i] += epsilon * p[i];
    d.logDensityGradient(q, g);
    for (let i = 0; i < p.length; i++) p[i] += 0.5 * epsilon * g[i];
    epsilon = -epsilon;
  };
};
const sviOf = (jit: boolean): SVI =>
  new SVI(eightSchools, guides.AutoNormal(eightSchools), optim.adam({ lr: 0.001 }), infer.TraceELBO(), {
    jit,
  });
const stepOf = (s: SVI) => (): void => void s.step(data);
const steps = { eager: sviOf(false), compiled: sviOf(true) };
steps.eager.step(data);
steps.compiled.step(data);

/** A step of the compiled run is timed inside `run`, as it is used. */
const runSteps = 20_000;
await steps.compiled.run(2000, data);
const runStart = performance.now();
await steps.compiled.run(runSteps, data);
const compiledStep = (1000 * (performance.now() - runStart)) / runSteps;

const table = [
  ["gradient", microseconds(gradientOf(eager), 5, 40), microseconds(gradientOf(density), 20, 20_000)],
  ["leapfrog step", microseconds(leapfrogOf(eager), 5, 40), microseconds(leapfrogOf(density), 20, 20_000)],
  ["SVI step", microseconds(stepOf(steps.eager), 5, 20), compiledStep],
] as const;
title("What compiling buys (microseconds, measured now)");
say("                     eager     compiled    speed-up");
for (const [name, slow, fast] of table)
  say(
    `${name.padEnd(14)}${slow.toFixed(1).padStart(12)}${fast.toFixed(3).padStart(13)}${`${(slow / fast).toFixed(0)}x`.padStart(12)}`,
  );

const again = infer.logDensity(eightSchools, [data]);
const { memory } = again.lowered;
say(
  `\ncompiling: ${density.compileMs.toFixed(1)} ms the first time, ${again.compileMs.toFixed(1)} ms when warm; ${lowered.wasm.length} bytes of wasm`,
);
say(
  `memory: arena ${memory.arenaBytes} bytes (${memory.naiveBytes} with a buffer per value), constants ${memory.constantBytes} bytes`,
);
