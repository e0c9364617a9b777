import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, test } from "vitest";
import { dist, MCMC, np, NUTS, sample, type Fit, type Tensor } from "../index.js";
import { plot } from "../plot.js";
import { density } from "./density.js";
import { absent } from "./libraries.js";

let fit: Fit;

beforeAll(async () => {
  const effects = np.array([28, 8, -3, 7, -1, 1, 18, 12]);
  const model = (y: Tensor) => {
    const mu = sample("mu", dist.Normal(0, 5));
    const tau = sample("tau", dist.HalfCauchy(5));
    const theta = sample("theta", dist.Normal(mu, tau).expand([8]).toEvent(1));
    sample("y", dist.Normal(theta, 10).toEvent(1), { obs: y });
  };
  const mcmc = new MCMC(new NUTS(model, { targetAccept: 0.5 }), {
    chains: 2,
    warmup: 200,
    samples: 200,
    seed: 1,
    progress: false,
  });
  fit = await mcmc.run(effects);
});

/** What stands in a sheet: its texts outside axes, and what each kind of mark holds. */
function structure(svg: string): string[] {
  const { document } = parseHTML(svg);
  const sheet = document.querySelector("svg")!;
  const texts = [...sheet.children]
    .filter((e) => e.tagName.toLowerCase() === "text")
    .map((e) => e.textContent);
  const charts = [...sheet.children].filter((e) => e.tagName.toLowerCase() === "svg");
  const marks = charts.map((chart) =>
    [...chart.querySelectorAll("g[aria-label]")]
      .filter((group) => !group.getAttribute("aria-label")!.includes("axis"))
      .map((group) => `${group.getAttribute("aria-label")} ${group.children.length}`)
      .join(", "),
  );
  return [...texts, ...marks] as string[];
}

describe("what a sheet holds", () => {
  const divergent = (): number => fit.stats.divergent.flat().reduce((a, b) => a + b, 0);

  test("trace", async () => {
    expect(divergent()).toBeGreaterThan(0);
    expect(structure(await plot.trace(fit, { names: ["mu", "theta[3]"] }))).toEqual([
      ...["chain 1", "chain 2", `${divergent()} divergent`],
      ...["mu", "mu, draw by draw", "theta[3]", "theta[3], draw by draw"],
      ...Array.from({ length: 2 }, () => ["line 1, line 1", `line 1, line 1, tick ${divergent()}`]).flat(),
    ]);
  });

  test("rank: bars add up to the draws of a chain, over all ranks", async () => {
    const svg = await plot.rank(fit, { names: ["tau"] });
    expect(structure(svg)).toEqual(["tau, chain 1", "tau, chain 2", "rect 20, rule 1", "rect 20, rule 1"]);
    const { document } = parseHTML(svg);
    const heights = [...document.querySelectorAll("g[aria-label=rect]")].map((group) =>
      [...group.children].reduce((sum, bar) => sum + Number(bar.getAttribute("height")), 0),
    );
    // Equal numbers of draws are bars of equal height in all.
    expect(heights[0]).toBeCloseTo(heights[1], 6);
  });

  test("pair: clouds below the diagonal", async () => {
    const lines = structure(await plot.pair(fit, { names: ["mu", "tau"] }));
    expect(lines.slice(0, 4)).toEqual([`${divergent()} divergent`, "mu", "tau over mu", "tau"]);
    expect(lines[4]).toMatch(/^rect [12]\d|3\d$/);
    expect(lines[5]).toBe(`dot ${400 - divergent()}, dot ${divergent()}`);
  });

  test("energy", async () => {
    const [first, second, title, note, marks] = structure(await plot.energy(fit));
    expect([first, second, title]).toEqual(["energies", "changes between draws", "energy, less its mean"]);
    expect(note).toMatch(/^E-BFMI, chain 1: \d\.\d\d, chain 2: \d\.\d\d$/);
    expect(marks).toBe("area 1, area 1, line 1, line 1");
  });

  test("autocorrelation: three to a row", async () => {
    const lines = structure(
      await plot.autocorrelation(fit, { names: ["mu", "tau", "theta[0]", "theta[1]"] }),
    );
    expect(lines.slice(2, 6)).toEqual(["mu", "tau", "theta[0]", "theta[1]"]);
    expect(lines.slice(6)).toEqual(Array(4).fill("rule 1, line 1, line 1"));
  });

  test("forest: a line for each entry of a site", async () => {
    const lines = structure(await plot.forest(fit, { names: ["theta"] }));
    expect(lines).toEqual(["median, 50% and 94% intervals", expect.stringMatching(/rule 8, rule 8, dot 8$/)]);
  });

  test("calibration: a bar for every five ranks", async () => {
    const ranks = Array.from({ length: 500 }, (_, i) => i % 100);
    const svg = await plot.calibration({ mu: ranks }, { draws: 99 });
    expect(structure(svg)).toEqual([
      "mu",
      "grey: 99% of the bars of a calibrated sampler lie here",
      "rect 1, rect 20, rule 1",
    ]);
  });

  test("draws by name serve as well as a fit, and what does not fit is said", async () => {
    const wide = Array.from({ length: 2 }, () =>
      Array.from({ length: 50 }, (_, i) => Array(30).fill(Math.sin(i))),
    );
    const lines = structure(await plot.trace({ x: wide }));
    expect(lines).toContain("12 of 30 entries; ask for others with { names: [...] }");
    expect(lines.filter((line) => line.startsWith("x[")).length).toBe(24);
  });
});

test("a sheet is one SVG, with names escaped and nothing drawn outside it", async () => {
  const draws = [[1, 2, 3, 4, 5]];
  const svg = await plot.trace({ "a<b>&": draws });
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="900" height="\d+"/);
  expect(svg).toContain("a&lt;b&gt;&amp;");
  expect(svg).not.toContain("NaN");
  expect(svg.match(/<svg/g)!.length).toBe(svg.match(/<\/svg>/g)!.length);
});

test("a density adds up to one, and constant draws are a spike", () => {
  const draws = Float64Array.from(np.special.ndtri(np.arange(2000).add(0.5).div(2000)).data());
  const points = density(draws);
  const width = points[1].x - points[0].x;
  const area = points.reduce((sum, { y }) => sum + y * width, 0);
  expect(area).toBeGreaterThan(0.9);
  expect(area).toBeLessThan(1.02);
  expect(density(Float64Array.of(2, 2, 2)).map(({ x }) => x)).toEqual([2, 2, 2]);
});

describe("what is said", () => {
  test("of an unknown name", async () => {
    await expect(plot.trace(fit, { names: ["sigma"] })).rejects.toThrow(
      'plot.trace: there is no "sigma"; the sites are "mu", "tau", "theta", and entries are written as "theta[0]".',
    );
  });
  test("of draws without chains", async () => {
    await expect(plot.rank({ mu: [1, 2, 3] })).rejects.toThrow(
      'plot.rank: "mu" must have shape (chains, draws, ...shape), got (3,); wrap one chain: [draws].',
    );
  });
  test("of nothing", async () => {
    await expect(plot.forest({})).rejects.toThrow("plot.forest: there are no draws to plot.");
    await expect(plot.forest({ mu: [[1, 2]] }, { names: [] })).rejects.toThrow(
      "plot.forest: names is empty; name a site, or leave it out.",
    );
  });
  test("of ranks that cannot be", async () => {
    await expect(plot.calibration({ mu: [100] }, { draws: 99 })).rejects.toThrow(
      'plot.calibration: "mu" has the rank 100; ranks are whole numbers from 0 to 99.',
    );
    await expect(plot.calibration({ mu: [1] }, { draws: 98 })).rejects.toThrow(
      "plot.calibration: bins (20) must divide draws + 1 (99), or bars would differ by the ranks they hold.",
    );
  });
  test("of one draw's energy", async () => {
    await expect(plot.energy({ stats: { divergent: [[0]], energy: [[1]] } })).rejects.toThrow(
      "plot.energy: the fit has fewer than two draws, so there is no change of energy to show.",
    );
  });
  test("of a library that is not installed", () => {
    const cause = new Error("Cannot find package 'linkedom'");
    expect(() => absent("linkedom")(cause)).toThrow(
      'sinter/plot draws with @observablehq/plot and, outside browsers, linkedom, which it does not install; "linkedom" could not be loaded. Run `npm install @observablehq/plot linkedom`.',
    );
  });
});
