// Cells of text in; lines out, columns padded to one width, numbers lined up at their decimal points.

/** The first column is text and goes to the left; the others are numbers. The header stands over the right end of its column. */
export function alignColumns(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const columns = header.map((title, column) => {
    const cells = rows.map((row) => row[column]);
    const aligned = column === 0 ? cells : atPoint(cells);
    const width = Math.max(title.length, ...aligned.map((cell) => cell.length));
    const pad = (cell: string): string => (column === 0 ? cell.padEnd(width) : cell.padStart(width));
    return [title, ...aligned].map(pad);
  });
  return columns[0].map((_, line) =>
    columns
      .map((column) => column[line])
      .join("  ")
      .trimEnd(),
  );
}

/** Adds spaces behind each cell so that the parts from the decimal point on are equally long. */
function atPoint(cells: readonly string[]): string[] {
  const fractions = cells.map((cell) => {
    const point = cell.indexOf(".");
    return point < 0 ? 0 : cell.length - point;
  });
  const longest = Math.max(0, ...fractions);
  return cells.map((cell, i) => cell + " ".repeat(longest - fractions[i]));
}
