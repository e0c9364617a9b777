// A fit in; for every entry the density of each chain, and its draws in order, out, as an SVG.
import { density } from "./density.js";
import { entriesOf, isFit, type Entry, type PlotOptions, type Source } from "./entries.js";
import { chainColour, chainLegend, draw, MARKED, type Panel } from "./sheet.js";

/**
 * Per entry: the density of each chain's draws, and the draws in order, with a red tick below where a trajectory diverged.
 * Chains that agree look alike. `source` is a fit or draws (chains, draws, ...shape) by name. Throws where a name is unknown.
 *
 * @example writeFileSync("trace.svg", await plot.trace(fit, { names: ["mu", "tau"] }));
 */
export async function trace(source: Source, { names, width = 900 }: PlotOptions = {}): Promise<string> {
  const { shown, note } = entriesOf("plot.trace", source, names, 12);
  const divergent = isFit(source) ? marks(source.stats.divergent) : [];
  const diverged = divergent.length > 0 ? [{ label: `${divergent.length} divergent`, colour: MARKED }] : [];
  return draw({
    rows: shown.map((entry) => [densities(entry), inOrder(entry, divergent)]),
    width,
    height: 130,
    legend: [...chainLegend(shown[0].chains.length), ...diverged],
    notes: [note],
  });
}

/** The draws, of any chain, at which trajectories diverged. */
const marks = (divergent: readonly (readonly number[])[]): number[] =>
  divergent.flatMap((chain) => chain.flatMap((flag, i) => (flag ? [i] : [])));

const densities = ({ name, chains }: Entry): Panel => ({
  title: name,
  chart: (plot) => ({
    x: { label: null },
    y: { label: null, axis: null },
    marks: chains.map((chain, c) => plot.line(density(chain), { x: "x", y: "y", stroke: chainColour(c) })),
  }),
});

const inOrder = ({ name, chains }: Entry, divergent: readonly number[]): Panel => ({
  title: `${name}, draw by draw`,
  chart: (plot) => ({
    x: { label: null },
    y: { label: null, nice: true },
    marks: [
      ...chains.map((chain, c) =>
        plot.lineY(chain, { stroke: chainColour(c), strokeWidth: 0.6, strokeOpacity: 0.7 }),
      ),
      plot.tickX(divergent, { stroke: MARKED, insetTop: 85 }),
    ],
  }),
});
