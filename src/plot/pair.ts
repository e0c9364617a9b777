// A fit in; every pair of entries as a cloud of draws, divergent ones on top, out, as an SVG.
import { flatten } from "../diagnostics/moments.js";
import { entriesOf, isFit, type Entry, type PlotOptions, type Source } from "./entries.js";
import { chainColour, draw, MARKED, type Panel } from "./sheet.js";

/** Points of a cloud, divergent ones not counted. */
const POINTS = 1000;
const BINS = 30;

/**
 * Below the diagonal: pairs of entries, at most 1,000 draws spread evenly over the run, draws whose trajectory diverged in red.
 * On it: a histogram of each. Where red points crowd is where the sampler fails. `source` is a fit or draws by name.
 *
 * @example writeFileSync("pair.svg", await plot.pair(fit, { names: ["mu", "tau", "eta[0]"] }));
 */
export async function pair(source: Source, { names, width = 800 }: PlotOptions = {}): Promise<string> {
  const { shown, note } = entriesOf("plot.pair", source, names, 5);
  const total = shown[0].chains.length * shown[0].chains[0].length;
  const flags = isFit(source) ? source.stats.divergent.flat() : [];
  const step = Math.max(1, Math.ceil(total / POINTS));
  const divergent = flags.flatMap((flag, i) => (flag ? [i] : []));
  const quiet = Array.from({ length: total }, (_, i) => i).filter((i) => i % step === 0 && !flags[i]);
  const flat = shown.map(({ name, chains }) => ({ name, draws: flatten([...chains]) }));
  const thinned = step > 1 ? `one draw in ${step}` : undefined;
  return draw({
    rows: flat.map((y, r) =>
      flat.map((x, c) => (c > r ? null : c === r ? histogram(x) : cloud(x, y, quiet, divergent))),
    ),
    width,
    height: Math.max(110, Math.floor(width / flat.length) - 30),
    legend: divergent.length > 0 ? [{ label: `${divergent.length} divergent`, colour: MARKED }] : [],
    notes: [thinned, note],
  });
}

interface Flat {
  readonly name: Entry["name"];
  readonly draws: Float64Array;
}

const histogram = ({ name, draws }: Flat): Panel => ({
  title: name,
  chart: (plot) => ({
    x: { label: null, ticks: 4 },
    y: { axis: null },
    marks: [plot.rectY(draws, { ...plot.binX({ y: "count" }, { thresholds: BINS }), fill: chainColour(0) })],
  }),
});

const cloud = (x: Flat, y: Flat, quiet: readonly number[], divergent: readonly number[]): Panel => {
  const points = (which: readonly number[]): { x: number; y: number }[] =>
    which.map((i) => ({ x: x.draws[i], y: y.draws[i] }));
  return {
    title: `${y.name} over ${x.name}`,
    chart: (plot) => ({
      x: { label: null, ticks: 4 },
      y: { label: null, ticks: 4 },
      marks: [
        plot.dot(points(quiet), { x: "x", y: "y", r: 1.2, fill: chainColour(0), fillOpacity: 0.35 }),
        plot.dot(points(divergent), { x: "x", y: "y", r: 2, fill: MARKED }),
      ],
    }),
  };
};
