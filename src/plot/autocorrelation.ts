// A fit in; for every entry the autocorrelation of each chain at rising lags out, as an SVG.
import { autocorrelation as correlations } from "../diagnostics/autocovariance.js";
import { entriesOf, type Entry, type PlotOptions, type Source } from "./entries.js";
import { chainColour, chainLegend, draw, QUIET, type Panel } from "./sheet.js";

const LAGS = 60;
const COLUMNS = 3;

/**
 * Per entry: the autocorrelation of each chain at lags 0 to 60. It falls to 0 at once where draws are independent.
 * `source` is a fit or draws (chains, draws, ...shape) by name.
 *
 * @example writeFileSync("autocorrelation.svg", await plot.autocorrelation(fit));
 */
export async function autocorrelation(
  source: Source,
  { names, width = 900 }: PlotOptions = {},
): Promise<string> {
  const { shown, note } = entriesOf("plot.autocorrelation", source, names, 18);
  const panels = shown.map(panel);
  const columns = Math.min(COLUMNS, panels.length);
  const rows = Array.from({ length: Math.ceil(panels.length / columns) }, (_, r) =>
    Array.from({ length: columns }, (__, c) => panels[r * columns + c] ?? null),
  );
  return draw({ rows, width, height: 120, legend: chainLegend(shown[0].chains.length), notes: [note] });
}

const panel = ({ name, chains }: Entry): Panel => ({
  title: name,
  chart: (plot) => ({
    x: { label: "lag" },
    y: { label: null, domain: [-0.3, 1], clamp: true, ticks: 4 },
    marks: [
      plot.ruleY([0], { stroke: QUIET }),
      ...chains.map((chain, c) =>
        plot.lineY(correlations(chain).slice(0, LAGS + 1), { stroke: chainColour(c) }),
      ),
    ],
  }),
});
