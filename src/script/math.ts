// Math.* on tensors: the np function that computes the same, to the last digit or nearly.
import type { AnyNode } from "acorn";
import type { Tensor } from "../tensor/tensor.js";
import type { Context } from "./context.js";
import { elementwise } from "./lanes.js";

type Op = (...xs: unknown[]) => Tensor;
type Lifted = (ctx: Context, args: readonly unknown[], node: AnyNode) => unknown;

/** Operands are numbers: whole-number tensors become f64 by adding nothing. */
const numeric = (ctx: Context, x: unknown): unknown => (typeof x === "number" ? x : ctx.ops.unary("+", x));
const lift =
  (name: string): Lifted =>
  (ctx, args) =>
    elementwise(
      ctx.host.np[name] as Op,
      ctx.host.np,
      args.map((x) => numeric(ctx, x)),
    );

const fold =
  (name: string): Lifted =>
  (ctx, args) =>
    args
      .map((x) => numeric(ctx, x))
      .reduce((a, b) =>
        typeof a === "number" && typeof b === "number"
          ? name === "maximum"
            ? Math.max(a, b)
            : Math.min(a, b)
          : elementwise(ctx.host.np[name] as Op, ctx.host.np, [a, b]),
      );

const binary = (ctx: Context, op: string, a: unknown, b: unknown): unknown => ctx.ops.binary(op, a, b);
const call = (ctx: Context, name: string, ...xs: unknown[]): unknown =>
  elementwise(ctx.host.np[name] as Op, ctx.host.np, xs);

export const math: ReadonlyMap<unknown, Lifted> = new Map<unknown, Lifted>([
  [Math.abs, lift("absolute")],
  [Math.acos, lift("arccos")],
  [Math.acosh, lift("arccosh")],
  [Math.asin, lift("arcsin")],
  [Math.asinh, lift("arcsinh")],
  [Math.atan, lift("arctan")],
  [Math.atan2, lift("arctan2")],
  [Math.atanh, lift("arctanh")],
  [Math.ceil, lift("ceil")],
  [Math.cos, lift("cos")],
  [Math.cosh, lift("cosh")],
  [Math.exp, lift("exp")],
  [Math.expm1, lift("expm1")],
  [Math.floor, lift("floor")],
  [Math.log, lift("log")],
  [Math.log10, lift("log10")],
  [Math.log1p, lift("log1p")],
  [Math.log2, lift("log2")],
  [Math.pow, lift("power")],
  [Math.sign, lift("sign")],
  [Math.sin, lift("sin")],
  [Math.sinh, lift("sinh")],
  [Math.sqrt, lift("sqrt")],
  [Math.tan, lift("tan")],
  [Math.tanh, lift("tanh")],
  [Math.trunc, lift("trunc")],
  [Math.max, fold("maximum")],
  [Math.min, fold("minimum")],
  // Halves go up in JavaScript; np.round takes them to the even number.
  [Math.round, (ctx, [x]) => call(ctx, "floor", binary(ctx, "+", x, 0.5))],
  [
    Math.hypot,
    (ctx, args) =>
      call(
        ctx,
        "sqrt",
        args.map((x) => binary(ctx, "*", x, x)).reduce((a, b) => binary(ctx, "+", a, b)),
      ),
  ],
  [
    Math.cbrt,
    (ctx, [x]) => binary(ctx, "*", call(ctx, "sign", x), binary(ctx, "**", call(ctx, "absolute", x), 1 / 3)),
  ],
  [Number, (ctx, [x]) => numeric(ctx, x)],
  [Boolean, (ctx, [x]) => ctx.ops.truth(x)],
  [isNaN, (ctx, [x]) => call(ctx, "isnan", x)],
  [Number.isNaN, (ctx, [x]) => call(ctx, "isnan", x)],
  [isFinite, (ctx, [x]) => call(ctx, "isfinite", x)],
  [Number.isFinite, (ctx, [x]) => call(ctx, "isfinite", x)],
]);
