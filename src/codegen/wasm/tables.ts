// A table of routines in; its address, which is the same in every module, out: code that modules share reads it there.
import type { Table } from "../../ir/machine.js";
import { expTable, logTable } from "../../ops/routines/tables.js";

/** The first bytes of memory stay unused but for the length of open axes. */
const START = 64;

const places = new Map<Table, number>();
let end = START;
for (const table of [expTable, logTable]) {
  places.set(table, end);
  end += 8 * table.rows.length;
}

/** The first byte behind all tables, in every module: those that a module has no use for are left out of it, not their place. */
export const TABLES_END = end;

export function placeOf(table: Table): number {
  const place = places.get(table);
  if (place === undefined)
    throw new Error(`wasm: table ${table.name} has no place; codegen/wasm/tables.ts gives it one.`);
  return place;
}
