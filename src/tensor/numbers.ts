// exp, log and their kin on plain numbers, by the bodies that compiled code has: the same bits on every host, where
// JavaScript's own Math differs between engines and their versions. The linter refuses Math's in src.
import { js64 } from "../ops/js-machine.js";
import { exp as expRoutine } from "../ops/routines/exp.js";
import { log as logRoutine, log1p as log1pRoutine } from "../ops/routines/log.js";
import { pow } from "../ops/routines/power.js";
import type { Routine } from "../ir/machine.js";

const onNumber =
  (routine: Routine) =>
  (x: number): number =>
    routine.body<unknown>(js64 as never, x) as number;

export const exp = onNumber(expRoutine);
export const log = onNumber(logRoutine);
export const log1p = onNumber(log1pRoutine);
export const power = (x: number, y: number): number => pow.body<unknown>(js64 as never, x, y) as number;
