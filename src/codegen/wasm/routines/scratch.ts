// How much memory beside its operands a routine wants while it runs, by the `lowering` of its row; and the most that a program wants.
import { linearOf, NotGeneric } from "../../../ir/size.js";
import { sizeOf } from "../../../ir/types.js";
import type { Block, Call, Kernels } from "../../../schedule/kernel.js";
import { SCRATCH_BYTES } from "./matmul.js";

const DOUBLE = 8;

/** Doubles per call: one matrix of a stack is worked on at a time. */
const wanted: Readonly<Record<string, (rows: number, columns: number) => number>> = {
  matmul: () => SCRATCH_BYTES / DOUBLE,
  // The matrix, the reflections, Q before its signs, and one row.
  qr: (m, n) => m * n + 2 * m * Math.min(m, n) + Math.max(m, n),
  // The matrix and the rotations.
  eigh: (n) => 2 * n * n,
  // The columns, the rotations, the left vectors, the sizes.
  svd: (m, n) => 2 * m * n + Math.min(m, n) ** 2 + Math.min(m, n),
};

/** Bytes for the largest call. */
export function scratchBytes(programs: readonly Kernels[]): number {
  let most = 0;
  const ofCall = ({ row, inputTypes: [type] }: Call): number => {
    const rule = wanted[row.lowering];
    if (!rule || sizeOf(type.shape) === 0) return 0;
    const [rows, columns] = type.shape.slice(-2);
    const bytes = DOUBLE * rule(rows, columns);
    if (linearOf(bytes)?.by === 0) return bytes;
    throw new NotGeneric(`${row.name} needs its sizes beforehand`);
  };
  const walk = (block: Block): void => {
    for (const item of block.items) {
      if (item.kind === "call") most = Math.max(most, ofCall(item));
      else if (item.kind === "loop") walk(item.body);
      else if (item.kind === "while") [item.test, item.body].forEach(walk);
      else if (item.kind === "if") item.arms.forEach(walk);
    }
  };
  for (const k of programs) walk(k.root);
  return most;
}
