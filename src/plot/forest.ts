// A fit in; the intervals of every entry on one axis out, as an SVG.
import { hdi } from "../diagnostics/hdi.js";
import { flatten } from "../diagnostics/moments.js";
import { quantile } from "../diagnostics/quantile.js";
import { entriesOf, type PlotOptions, type Source } from "./entries.js";
import { chainColour, draw } from "./sheet.js";

const ROW = 16;

/**
 * One line per entry: median, the narrowest interval that holds half of the draws, and the one that holds 94% of them.
 * `source` is a fit or draws (chains, draws, ...shape) by name.
 *
 * @example writeFileSync("forest.svg", await plot.forest(fit, { names: ["theta"] }));
 */
export async function forest(source: Source, { names, width = 600 }: PlotOptions = {}): Promise<string> {
  const { shown, note } = entriesOf("plot.forest", source, names, 60);
  const lines = shown.map(({ name, chains }) => {
    const draws = flatten([...chains]);
    const [low, high] = hdi([draws], 0.94);
    const [from, to] = hdi([draws], 0.5);
    return { name, low, high, from, to, middle: quantile([draws], 0.5) };
  });
  const stroke = chainColour(0);
  return draw({
    rows: [
      [
        {
          title: "median, 50% and 94% intervals",
          chart: (plot) => ({
            marginLeft: 20 + 6 * Math.max(...lines.map(({ name }) => name.length)),
            x: { label: null, grid: true, insetLeft: 8, insetRight: 8 },
            y: { label: null, domain: lines.map(({ name }) => name) },
            marks: [
              plot.ruleY(lines, { y: "name", x1: "low", x2: "high", stroke }),
              plot.ruleY(lines, { y: "name", x1: "from", x2: "to", stroke, strokeWidth: 4 }),
              plot.dot(lines, { y: "name", x: "middle", r: 4, fill: "white", stroke }),
            ],
          }),
        },
      ],
    ],
    width,
    height: 50 + ROW * lines.length,
    notes: [note],
  });
}
