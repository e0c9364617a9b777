// A fit in; the density of its energies beside that of the changes between draws out, as an SVG.
import { eBfmi } from "../diagnostics/e-bfmi.js";
import { flatten, mean } from "../diagnostics/moments.js";
import { density } from "./density.js";
import type { FitLike } from "./entries.js";
import { chainColour, draw } from "./sheet.js";

/**
 * The energies of all draws, centred, and their changes from draw to draw: where the second is much narrower, momenta do not
 * reach all energies (Betancourt 2016), and E-BFMI, which stands below for each chain, is under 0.3.
 *
 * @example writeFileSync("energy.svg", await plot.energy(fit));
 */
export async function energy(
  fit: Pick<FitLike, "stats">,
  { width = 600 }: { readonly width?: number } = {},
): Promise<string> {
  const chains = fit.stats.energy.map((chain) => Float64Array.from(chain));
  if (chains.length === 0 || chains[0].length < 2)
    throw new RangeError(
      "plot.energy: the fit has fewer than two draws, so there is no change of energy to show.",
    );
  const centre = mean(flatten(chains));
  const energies = flatten(chains).map((e) => e - centre);
  const changes = flatten(chains.map((chain) => chain.subarray(1).map((e, i) => e - chain[i])));
  const [marginal, transition] = [chainColour(0), chainColour(1)];
  const fractions = Array.from(eBfmi(chains), (fraction, c) => `chain ${c + 1}: ${fraction.toFixed(2)}`);
  return draw({
    rows: [
      [
        {
          title: "energy, less its mean",
          chart: (plot) => ({
            x: { label: "nats" },
            y: { label: null, axis: null },
            marks: [
              plot.areaY(density(energies), { x: "x", y: "y", fill: marginal, fillOpacity: 0.35 }),
              plot.areaY(density(changes), { x: "x", y: "y", fill: transition, fillOpacity: 0.35 }),
              plot.line(density(energies), { x: "x", y: "y", stroke: marginal }),
              plot.line(density(changes), { x: "x", y: "y", stroke: transition }),
            ],
          }),
        },
      ],
    ],
    width,
    height: 240,
    legend: [
      { label: "energies", colour: marginal },
      { label: "changes between draws", colour: transition },
    ],
    notes: [`E-BFMI, ${fractions.join(", ")}`],
  });
}
