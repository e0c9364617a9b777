import { describe, expect, test } from "vitest";
import type { SummaryRow } from "../diagnostics/summary.js";
import { createProgress, type ProgressStream } from "./progress.js";
import { renderTable } from "./table.js";
import { samplingWarnings } from "./warnings.js";

const good: SummaryRow = {
  name: "mu",
  mean: 4.4123,
  sd: 3.3071,
  q5: -1.0401,
  q50: 4.44,
  q95: 9.81,
  mcse: 0.0541,
  essBulk: 3712.4,
  essTail: 2801.9,
  rHat: 1.0004,
};

describe("table", () => {
  test("shows three digits of the sd, whole effective sizes and three decimals of R-hat", () => {
    const large = {
      ...good,
      name: "theta[0,1]",
      mean: 1234.5,
      sd: 210.3,
      q5: 900.2,
      q50: 1230.1,
      q95: 1600.4,
      mcse: 3.21,
    };
    expect(renderTable([good, large], { chains: 4, draws: 1000 })).toBe(
      [
        "4 chains of 1000 draws",
        "               mean      sd      5%      50%      95%   mcse  ess bulk  ess tail  r-hat",
        "mu             4.41    3.31   -1.04     4.44     9.81  0.054      3712      2802  1.000",
        "theta[0,1]  1235     210     900     1230     1600     3.2        3712      2802  1.000",
      ].join("\n"),
    );
  });

  test("copes with NaN, infinities, constants and very large or small numbers", () => {
    const odd = [
      {
        ...good,
        name: "nan",
        mean: NaN,
        sd: NaN,
        q5: NaN,
        q50: NaN,
        q95: NaN,
        mcse: NaN,
        essBulk: NaN,
        essTail: NaN,
        rHat: NaN,
      },
      { ...good, name: "constant", mean: 3, sd: 0, q5: 3, q50: 3, q95: 3, mcse: 0, rHat: NaN },
      { ...good, name: "huge", mean: 1e12, sd: 1e10, q95: Infinity },
      { ...good, name: "tiny", mean: -2e-9, sd: 1e-9, mcse: 1e-11 },
      { ...good, name: "apart", rHat: Infinity },
    ];
    const lines = renderTable(odd, { chains: 4 }).split("\n");
    expect(lines[1]).toMatch(/^nan +NaN( +NaN){8}$/);
    expect(lines[2]).toMatch(/^constant +3\.000 +0\.000 +3\.000 .* NaN$/);
    expect(lines[3]).toMatch(/1\.000e\+12 +1\.000e\+10 .* inf /);
    expect(lines[4]).toMatch(/-2\.000e-9 +1\.000e-9/);
    expect(lines[5]).toMatch(/ inf$/);
  });

  test("says how many rows it leaves out, and warns about them all the same", () => {
    const rows = Array.from({ length: 5 }, (_, i) => ({ ...good, name: `x[${i}]`, rHat: i === 4 ? 1.2 : 1 }));
    const text = renderTable(rows, { chains: 4, maxRows: 2 });
    expect(text).toContain("... 3 more rows; set maxRows to see them");
    expect(text).toContain("R-hat is above 1.01 for x[4]:");
  });

  test("breaks warnings at the width", () => {
    const text = renderTable([{ ...good, rHat: 1.3 }], { chains: 4, width: 60 });
    const warning = text.slice(text.indexOf("warning")).split("\n");
    expect(warning.length).toBeGreaterThan(2);
    for (const line of warning) expect(line.length).toBeLessThanOrEqual(60);
  });

  test("has something to say without rows", () => {
    expect(renderTable([], { chains: 4 })).toBe("no parameters");
  });
});

describe("warnings", () => {
  test("none when all is well", () => {
    const stats = { divergent: [[0, 0]], energy: [[1, 3, 2, 5, 1]], treeDepth: [[3, 4]], maxTreeDepth: 10 };
    expect(samplingWarnings([good], 4, stats)).toEqual([]);
  });

  test.each([
    [
      "divergences",
      {
        divergent: [
          [false, true],
          [true, false],
        ] as boolean[][],
      },
      /2 of 4 draws \(50%\).*raise targetAccept to 0.95/,
    ],
    ["divergences at 0.9", { divergent: [[1, 0]], targetAccept: 0.9 }, /targetAccept from 0.9 to 0.95/],
    [
      "tree depth",
      { treeDepth: [[9, 10, 10]], maxTreeDepth: 10 },
      /2 of 3 draws \(67%\) reached the tree depth limit of 10.*denseMass/,
    ],
    [
      "energy",
      {
        energy: [
          [0, 1, 2, 3, 4, 5],
          [0, 5, 1, 4, 0, 5],
        ],
      },
      /E-BFMI is below 0.3 \(chain 0: 0\.29\).*reparameterise/,
    ],
  ])("%s", (_, stats, message) => {
    const warnings = samplingWarnings([good], 4, stats);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(message);
  });

  test("R-hat, effective sizes, one chain and NaN draws", () => {
    expect(
      samplingWarnings(
        [
          { ...good, rHat: 1.011 },
          { ...good, name: "tau", rHat: 1.5 },
        ],
        4,
      )[0],
    ).toMatch(/for tau, mu: the chains/);
    expect(samplingWarnings([{ ...good, essTail: 120 }], 4)[0]).toMatch(
      /below 400 .* for mu:.*about 4 times/,
    );
    expect(samplingWarnings([{ ...good, rHat: NaN }], 1)).toEqual([expect.stringMatching(/run 4 chains/)]);
    expect(samplingWarnings([{ ...good, mean: NaN }], 4)[0]).toMatch(/draws of mu hold NaN/);
  });
});

describe("progress", () => {
  function record(isTTY: boolean): ProgressStream & { text: string; writes: number } {
    return {
      isTTY,
      columns: 100,
      text: "",
      writes: 0,
      write(part: string) {
        this.text += part;
        this.writes++;
      },
    };
  }

  test("is silent and inactive when off", () => {
    const terminal = record(true);
    const silent = createProgress({ chains: 2, warmup: 5, samples: 5, stream: terminal, progress: false });
    expect(silent.active).toBe(false);
    silent.update(0, { phase: "sampling" });
    silent.finish();
    expect(terminal.text).toBe("");
  });

  test.each([
    [
      [{ phase: "done", iteration: 200, stepSize: 0.5, ess: 120.4 }, { phase: "done", iteration: 200, stepSize: 0.5, ess: 80, divergences: 1 }], // prettier-ignore
      "2 chains of 200 iterations  step 0.500  1 divergence  ess 200\n",
    ],
    [
      [{ phase: "done", iteration: 150, stepSize: 1.5 }, { phase: "done", iteration: 150, stepSize: 0.25, ess: 9 }], // prettier-ignore
      "2 chains of 200 iterations  enough at 150  step 0.250 to 1.50\n",
    ],
    [
      [
        { phase: "done", iteration: 200 },
        { phase: "warm-up", iteration: 31 },
      ],
      "2 chains of 200 iterations  stopped at 31 to 200\n",
    ],
    [[{ phase: "compiling" }], ""],
  ] as const)("where there is no terminal one line closes the run: %#", (changes, wanted) => {
    const pipe = record(false);
    const progress = createProgress({ chains: 2, warmup: 100, samples: 100, stream: pipe });
    for (const phase of ["warm-up", "sampling"] as const) progress.update(0, { phase });
    changes.forEach((change, chain) => progress.update(chain, change));
    expect(pipe.text).toBe("");
    progress.finish();
    progress.finish();
    expect(pipe.text).toBe(wanted);
  });

  test("a function is told every new phase, other changes once an interval, and the end", () => {
    let time = 0;
    const heard: string[] = [];
    const progress = createProgress({
      chains: 2,
      warmup: 5,
      samples: 5,
      now: () => time,
      progress: (chains) => heard.push(chains.map((c) => `${c.phase} ${c.iteration}`).join(", ")),
    });
    progress.update(1, { phase: "warm-up", iteration: 1 });
    progress.update(1, { iteration: 2 });
    time = 100;
    progress.update(0, { iteration: 3 });
    progress.update(0, { iteration: 4 });
    progress.finish();
    expect(heard).toEqual(["waiting 0, warm-up 1", "waiting 3, warm-up 2", "waiting 4, warm-up 2"]);
  });

  test("paints a line a chain, in place, at most once an interval but for a new phase", () => {
    let time = 0;
    const stream = record(true);
    const progress = createProgress({ chains: 2, warmup: 100, samples: 100, stream, now: () => time });
    progress.update(0, { phase: "warm-up", iteration: 10 });
    for (let i = 0; i < 1000; i++) progress.update(0, { iteration: 10 + i / 100 });
    expect(stream.writes).toBe(1);
    progress.update(0, { phase: "sampling", iteration: 150, stepSize: 0.41234, divergences: 1 });
    expect(stream.writes).toBe(2);
    time = 101;
    progress.update(1, { iteration: 3 });
    expect(stream.writes).toBe(3);
    progress.finish();
    progress.update(1, { phase: "done" });
    expect(stream.writes).toBe(4);
    const last = stream.text.split("\u001b[2A").at(-1);
    expect(last?.replaceAll("\u001b[2K", "")).toBe(
      "chain 1  sampling   [=================>      ] 150/200  step 0.412  1 divergence\n" +
        "chain 2  waiting    [                        ]   3/200\n",
    );
  });

  test("keeps lines shorter than the terminal", () => {
    const stream = { ...record(true), columns: 30 };
    const progress = createProgress({ chains: 1, warmup: 10, samples: 10, stream });
    progress.update(0, { phase: "sampling" });
    expect(stream.text.replaceAll("\u001b[2K", "")).toMatch(/^.{29}\n$/);
  });

  test("can be forced, as bars or as plain lines for a log", () => {
    const [bars, lines] = [record(false), record(false)];
    createProgress({ chains: 1, warmup: 1, samples: 1, stream: bars, progress: "bars" }).update(0, {
      phase: "compiling",
    });
    expect(bars.text).toContain("compiling");
    const plain = createProgress({ chains: 1, warmup: 1, samples: 1, stream: lines, progress: "lines" });
    plain.update(0, { phase: "compiling" });
    plain.update(0, { iteration: 1 });
    plain.update(0, { phase: "done", iteration: 2 });
    plain.finish();
    expect(lines.writes).toBe(2);
    expect(lines.text).not.toContain("\u001b");
  });

  test("an unknown chain is an error", () => {
    const progress = createProgress({ chains: 2, warmup: 1, samples: 1, stream: record(true) });
    expect(() => progress.update(2, {})).toThrow(/no chain 2; chains are numbered 0 to 1/);
  });
});
