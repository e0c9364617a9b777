// Ranks of simulation-based calibration in; a histogram of each beside what uniform ranks would give out, as an SVG.
import { draw, chainColour, QUIET, type Panel } from "./sheet.js";

export interface CalibrationOptions {
  /** Ranks are 0 to draws: that many posterior draws were ranked among. */
  readonly draws: number;
  readonly bins?: number;
  readonly width?: number;
}

const COLUMNS = 4;

/**
 * Per quantity: how often each rank of the true value among posterior draws came up (Talts et al. 2018), with the band in which
 * 99% of the bars of a calibrated sampler lie. `ranks` are lists of whole numbers from 0 to draws, by name.
 *
 * @example writeFileSync("sbc.svg", await plot.calibration({ mu: ranks }, { draws: 99 }));
 */
export async function calibration(
  ranks: Readonly<Record<string, readonly number[]>>,
  { draws, bins = 20, width = 900 }: CalibrationOptions,
): Promise<string> {
  if (!((draws + 1) % bins === 0))
    throw new RangeError(
      `plot.calibration: bins (${bins}) must divide draws + 1 (${draws + 1}), or bars would differ by the ranks they hold.`,
    );
  const panels = Object.entries(ranks).map(([name, list]) => panel(name, list, draws, bins));
  const columns = Math.min(COLUMNS, panels.length);
  const rows = Array.from({ length: Math.ceil(panels.length / columns) }, (_, r) =>
    Array.from({ length: columns }, (__, c) => panels[r * columns + c] ?? null),
  );
  return draw({
    rows,
    width,
    height: 120,
    notes: ["grey: 99% of the bars of a calibrated sampler lie here"],
  });
}

function panel(name: string, ranks: readonly number[], draws: number, bins: number): Panel {
  const counts = new Array<number>(bins).fill(0);
  for (const rank of ranks) {
    if (!(Number.isInteger(rank) && rank >= 0 && rank <= draws))
      throw new RangeError(
        `plot.calibration: "${name}" has the rank ${rank}; ranks are whole numbers from 0 to ${draws}.`,
      );
    counts[Math.floor((rank * bins) / (draws + 1))]++;
  }
  const expected = ranks.length / bins;
  // Counts are binomial; 2.576 is the normal's 99.5% point.
  const reach = 2.576 * Math.sqrt(expected * (1 - 1 / bins));
  const wide = (draws + 1) / bins;
  return {
    title: name,
    chart: (plot) => ({
      x: { label: "rank", domain: [0, draws + 1], ticks: 4 },
      y: { label: null, domain: [0, Math.max(expected + 1.2 * reach, ...counts)] },
      marks: [
        plot.rect([{}], {
          x1: 0, x2: draws + 1, y1: Math.max(0, expected - reach), y2: expected + reach,
          fill: QUIET, fillOpacity: 0.3,
        }), // prettier-ignore
        plot.rectY(
          counts.map((y, i) => ({ y, x1: i * wide, x2: (i + 1) * wide })),
          {
            x1: "x1",
            x2: "x2",
            y: "y",
            fill: chainColour(0),
            fillOpacity: 0.7,
            insetLeft: 0.5,
            insetRight: 0.5,
          },
        ),
        plot.ruleY([expected], { stroke: QUIET, strokeDasharray: "4 3" }),
      ],
    }),
  };
}
