// Where a program keeps many points, its memory and the function that runs it at them in; Rows out.
import type { RowsLayout } from "../codegen/wasm/rows.js";
import type { Rows } from "./backend.js";

export const rowsOf = (
  { capacity, width, points, outputs }: RowsLayout,
  memory: ArrayBuffer,
  run: (count: number) => void,
): Rows => ({
  capacity,
  points: new Float64Array(memory, points, capacity * width),
  outputs: outputs.map(({ place, size }) => new Float64Array(memory, place, capacity * size)),
  run,
});
