// Panels in rows in; one SVG, as text, that holds them all, out.
import type { PlotOptions as ChartOptions } from "@observablehq/plot";
import { libraries, type Plot } from "./libraries.js";

/** One chart of a sheet: written with Plot, which gives it axes and scales. */
export interface Panel {
  readonly title: string;
  chart(plot: Plot): ChartOptions;
}

export interface Sheet {
  /** All of the same length; null leaves a place empty. */
  readonly rows: readonly (readonly (Panel | null)[])[];
  readonly width: number;
  /** Of a row. */
  readonly height: number;
  /** Said below. */
  readonly notes?: readonly (string | undefined)[];
  /** Colours explained above the panels: "chain 1", "divergent". */
  readonly legend?: readonly { readonly label: string; readonly colour: string }[];
}

/** Of chains: apart for eyes that do not tell red from green (Okabe and Ito 2008). */
const PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8f7d00"];
export const chainColour = (chain: number): string => PALETTE[chain % PALETTE.length];
export const MARKED = "#c1121f";
export const QUIET = "#888888";

export const chainLegend = (chains: number): NonNullable<Sheet["legend"]> =>
  Array.from({ length: chains }, (_, c) => ({ label: `chain ${c + 1}`, colour: chainColour(c) }));

const GAP = 12;
const TITLE = 18;
const LINE = 16;
const FONT = 'font-family="system-ui, sans-serif"';
const SVG = 'xmlns="http://www.w3.org/2000/svg"';

export async function draw({ rows, width, height, legend = [], notes = [] }: Sheet): Promise<string> {
  const { Plot, document } = await libraries();
  const columns = rows[0].length;
  const each = Math.floor((width - GAP * (columns + 1)) / columns);
  const top = legend.length > 0 ? LINE + GAP : GAP / 2;
  const said = notes.filter((note) => note !== undefined);
  const total = top + rows.length * (height + TITLE + GAP) + said.length * LINE + GAP / 2;
  const parts: string[] = [
    `<svg ${SVG} width="${width}" height="${total}" viewBox="0 0 ${width} ${total}" ${FONT} font-size="11">`,
    `<rect width="${width}" height="${total}" fill="white"/>`,
  ];
  let x = GAP;
  for (const { label, colour } of legend) {
    parts.push(`<circle cx="${x + 4}" cy="${LINE / 2 + 4}" r="4" fill="${colour}"/>`);
    parts.push(`<text x="${x + 12}" y="${LINE / 2 + 8}">${escaped(label)}</text>`);
    x += 28 + 6.2 * label.length;
  }
  rows.forEach((row, r) =>
    row.forEach((panel, c) => {
      if (panel === null) return;
      const [left, up] = [GAP + c * (each + GAP), top + r * (height + TITLE + GAP)];
      parts.push(`<text x="${left}" y="${up + 12}" font-weight="600">${escaped(panel.title)}</text>`);
      const chart = Plot.plot({ document, width: each, height, marginLeft: 44, ...panel.chart(Plot) });
      for (const [name, value] of [
        ["xmlns", "http://www.w3.org/2000/svg"],
        ["x", left],
        ["y", up + TITLE],
      ] as const)
        // prettier-ignore
        chart.setAttribute(name, String(value));
      parts.push(chart.outerHTML);
    }),
  );
  said.forEach((note, i) => {
    const y = total - GAP / 2 - (said.length - 1 - i) * LINE - 4;
    parts.push(`<text x="${GAP}" y="${y}" fill="#555555">${escaped(note)}</text>`);
  });
  return [...parts, "</svg>"].join("\n") + "\n";
}

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
