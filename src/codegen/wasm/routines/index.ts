// Operations with code of their own, by the `lowering` of their row.
import type { RoutineEmitter } from "../routine-call.js";

export const routineTable: Readonly<Record<string, RoutineEmitter>> = {};
