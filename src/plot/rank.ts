// A fit in; for every entry and chain how the chain's draws rank among all, as bars, out, as an SVG.
import { Ranks } from "../trace/draw-loops.js";
import { entriesOf, type Entry, type PlotOptions, type Source } from "./entries.js";
import { chainColour, draw, QUIET, type Panel } from "./sheet.js";

const BINS = 20;

/**
 * Per entry and chain: a histogram of the ranks of the chain's draws among the draws of all chains. Chains that agree have
 * even bars, near the line (Vehtari et al. 2021, section 4.2). `source` is a fit or draws (chains, draws, ...shape) by name.
 *
 * @example writeFileSync("rank.svg", await plot.rank(fit, { names: ["tau"] }));
 */
export async function rank(source: Source, { names, width = 900 }: PlotOptions = {}): Promise<string> {
  const { shown, note } = entriesOf("plot.rank", source, names, 12);
  return draw({ rows: shown.map(bars), width, height: 110, notes: [note] });
}

function bars({ name, chains }: Entry): Panel[] {
  const total = chains.length * chains[0].length;
  const ranks = new Float64Array(total);
  new Ranks(chains).order.forEach((at, position) => (ranks[at] = position));
  const counts = chains.map((chain, c) => {
    const out = new Array<number>(BINS).fill(0);
    for (let i = 0; i < chain.length; i++) out[Math.floor((ranks[c * chain.length + i] * BINS) / total)]++;
    return out;
  });
  const most = Math.max(...counts.flat());
  return counts.map((heights, c) => ({
    title: `${name}, chain ${c + 1}`,
    chart: (plot) => ({
      x: { label: "rank", domain: [0, total], ticks: 4 },
      y: { label: null, domain: [0, most] },
      marks: [
        plot.rectY(
          heights.map((y, i) => ({ y, x1: (i * total) / BINS, x2: ((i + 1) * total) / BINS })),
          {
            x1: "x1",
            x2: "x2",
            y: "y",
            fill: chainColour(c),
            fillOpacity: 0.8,
            insetLeft: 0.5,
            insetRight: 0.5,
          },
        ),
        plot.ruleY([chains[c].length / BINS], { stroke: QUIET, strokeDasharray: "4 3" }),
      ],
    }),
  }));
}
