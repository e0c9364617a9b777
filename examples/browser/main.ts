// A web page in; eight schools, fitted in it by NUTS in workers, with progress, a table and a way to stop, out.
// Bundle it with any bundler, or see it in the tests (test/browser.test.ts); nothing of it needs a server beyond static files.
import { deterministic, dist, MCMC, np, NUTS, plate, sample, type ChainProgress, type Fit } from "sinter";

const effect = np.array([28, 8, -3, 7, -1, 1, 18, 12]);
const error = np.array([15, 10, 16, 11, 9, 11, 10, 18]);

function schools(): void {
  const mu = sample("mu", dist.Normal(0, 5));
  const tau = sample("tau", dist.HalfCauchy(5));
  const z = plate("schools", 8, () => sample("z", dist.Normal(0, 1)));
  const theta = deterministic("theta", mu.add(tau.mul(z)));
  plate("data", 8, () => sample("y", dist.Normal(theta, error), { obs: effect }));
}

const element = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
const [run, stop] = [element<HTMLButtonElement>("run"), element<HTMLButtonElement>("stop")];
const table = element<HTMLTableElement>("summary");

const PLAN = { warmup: 1000, samples: 1000, chains: 4, seed: 1 };

function showProgress(chains: readonly ChainProgress[]): void {
  const line = ({ phase, iteration, stepSize, divergences, ess }: ChainProgress, i: number): string => {
    const parts = [
      `chain ${i + 1}`,
      phase.padEnd(9),
      `${iteration}/${PLAN.warmup + PLAN.samples}`.padStart(9),
    ];
    if (stepSize !== undefined) parts.push(`step ${stepSize.toPrecision(3)}`);
    if (divergences) parts.push(`divergences ${divergences}`);
    if (ess !== undefined) parts.push(`ess ${Math.round(ess)}`);
    return parts.join("  ");
  };
  element("progress").textContent = chains.map(line).join("\n");
}

function showFit(fit: Fit): void {
  const columns = ["mean", "sd", "q5", "q50", "q95", "essBulk", "rHat"] as const;
  const digits = { essBulk: 0, rHat: 3 } as const;
  const row = (tag: "th" | "td", cells: readonly string[]): HTMLTableRowElement => {
    const line = document.createElement("tr");
    for (const text of cells) line.append(Object.assign(document.createElement(tag), { textContent: text }));
    return line;
  };
  const rows = fit
    .summary()
    .map((r) =>
      row("td", [r.name, ...columns.map((c) => r[c].toFixed(digits[c as keyof typeof digits] ?? 2))]),
    );
  table.replaceChildren(row("th", ["", ...columns]), ...rows);
  table.hidden = false;
}

run.addEventListener("click", () => {
  const stopping = new AbortController();
  stop.onclick = () => stopping.abort(new Error("stopped"));
  [run.disabled, stop.disabled] = [true, false];
  new MCMC(new NUTS(schools), { ...PLAN, workers: "auto", progress: showProgress, signal: stopping.signal })
    .run()
    .then(showFit, (reason: Error) => (element("progress").textContent += `\n${reason.message}`))
    .finally(() => ([run.disabled, stop.disabled] = [false, true]));
});
