// Operations with code of their own, by the `lowering` of their row.
import type { RoutineEmitter } from "../routine-call.js";
import { cumulative } from "./cumulative.js";
import { designFactor } from "./design-factor.js";
import { designForm, designGradient, triangleBound } from "./design-products.js";
import { eigh, lu, qr } from "./factorisations.js";
import { groupedFactor } from "./grouped-factor.js";
import { cholesky, triangularSolve } from "./linalg.js";
import { matmul } from "./matmul.js";
import { foldIn, randomBits, seedKey, splitKey } from "./philox.js";
import { sortLike } from "./sort.js";
import { svd } from "./svd.js";

export const routineTable: Readonly<Record<string, RoutineEmitter>> = {
  cholesky,
  cumulative,
  eigh,
  designFactor,
  designForm,
  designGradient,
  foldIn,
  groupedFactor,
  lu,
  matmul,
  qr,
  randomBits,
  seedKey,
  sort: sortLike,
  splitKey,
  svd,
  triangleBound,
  triangularSolve,
};
