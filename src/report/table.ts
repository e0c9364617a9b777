// Summary rows in; a table for a terminal, with warnings that say what to do next below it, out.
import type { SummaryRow } from "../diagnostics/summary.js";
import { alignColumns } from "./align.js";
import { decimalsFor, formatCount, formatError, formatNumber, formatRHat } from "./format-number.js";
import { samplingWarnings, type SamplerReport } from "./warnings.js";

export interface TableOptions {
  /** Number of chains behind the rows; the ESS warning needs it. */
  readonly chains: number;
  /** Draws per chain, for the line above the table. */
  readonly draws?: number;
  readonly stats?: SamplerReport;
  /** Said below the warnings. */
  readonly notes?: readonly string[];
  /** Rows printed before the rest is counted; warnings look at all rows. Default 100. */
  readonly maxRows?: number;
  /** Columns available; longer warnings are broken at spaces. Default 100. */
  readonly width?: number;
}

const HEADER = ["", "mean", "sd", "5%", "50%", "95%", "mcse", "ess bulk", "ess tail", "r-hat"];

/**
 * The text of a table, lines separated by newlines, none at the end. Estimates show three digits of their sd.
 *
 * @example console.log(renderTable(diagnostics.summary(samples), { chains: 4, draws: 1000 }))
 */
export function renderTable(rows: readonly SummaryRow[], options: TableOptions): string {
  const { chains, draws, stats, notes = [], maxRows = 100, width = 100 } = options;
  const title = draws === undefined ? [] : [`${plural(chains, "chain")} of ${plural(draws, "draw")}`];
  const shown = rows.slice(0, maxRows);
  const body = shown.length === 0 ? ["no parameters"] : alignColumns(HEADER, shown.map(cells));
  const left = rows.length - shown.length;
  const rest = left > 0 ? [`... ${left} more ${left === 1 ? "row" : "rows"}; set maxRows to see them`] : [];
  const warnings = samplingWarnings(rows, chains, stats).flatMap((warning) =>
    wrap(`warning: ${warning}`, width),
  );
  const said = [...warnings, ...notes.flatMap((note) => wrap(`note: ${note}`, width))];
  return [...title, ...body, ...rest, ...(said.length > 0 ? [""] : []), ...said].join("\n");
}

function cells(row: SummaryRow): string[] {
  const decimals = decimalsFor(row.sd, row.mean);
  const estimates = [row.mean, row.sd, row.q5, row.q50, row.q95].map((value) =>
    formatNumber(value, decimals),
  );
  const sizes = [formatCount(row.essBulk), formatCount(row.essTail)];
  return [row.name, ...estimates, formatError(row.mcse), ...sizes, formatRHat(row.rHat)];
}

/** Lines of at most `width` columns, the later ones indented. A single longer word keeps its line. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `  ${word}`;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
