// exp, log and their kin on plain numbers, by the bodies that compiled code has: the same bits on every host, where
// JavaScript's own Math differs between engines and their versions. The linter refuses Math's in src.
import { scalarFunction } from "../codegen/wasm/scalar-function.js";
import type { Routine } from "../ir/machine.js";
import { js64 } from "../ops/js-machine.js";
import { exp as expRoutine } from "../ops/routines/exp.js";
import { log as logRoutine, log1p as log1pRoutine } from "../ops/routines/log.js";
import { pow } from "../ops/routines/power.js";

/** A body run on JavaScript numbers takes microseconds and allocates; from this call on it is wasm, which takes nanoseconds. */
const OFTEN = 32;

function onNumbers(routine: Routine): (x: number, y?: number) => number {
  let calls = 0;
  let compiled: ((...xs: number[]) => number) | null = null;
  return (x, y) => {
    if (compiled !== null) return compiled(x, y!);
    if (++calls === OFTEN) compiled = scalarFunction(routine);
    const xs = routine.arity === 1 ? [x] : [x, y];
    return routine.body<unknown>(js64 as never, ...xs) as number;
  };
}

export const exp: (x: number) => number = onNumbers(expRoutine);
export const log: (x: number) => number = onNumbers(logRoutine);
export const log1p: (x: number) => number = onNumbers(log1pRoutine);
export const power = onNumbers(pow) as (x: number, y: number) => number;
