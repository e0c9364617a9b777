// Rules that compute on the smaller shape: elementwise operations of repeated values, and of literals.
import { interpret } from "../../ir/interpret.js";
import type { Elementwise, EvaluateHost } from "../../ir/op.js";
import type { Data } from "../../ir/types.js";
import { allocate, sizeOf } from "../../ir/types.js";
import { broadcast, constant } from "../../ops/index.js";
import { range, repeated } from "../read.js";
import type { Rule } from "../rule.js";

const host: EvaluateHost = { interpret };

export const broadcastRules: readonly Rule[] = [
  {
    name: "fold-literals",
    why: "An elementwise operation on filled constants is computed once, for one element.",
    class: "exact",
    roots: "elementwise",
    over: [constant],
    apply(eq, at) {
      const fills = eq.inputs.map((v) => at.splat(v));
      if (!fills.every((c) => c !== null)) return null;
      const one = (v: { type: { dtype: (typeof eq.inputs)[0]["type"]["dtype"] } }) => ({
        dtype: v.type.dtype,
        shape: [],
      });
      const types = { inputs: eq.inputs.map(one), outputs: eq.outputs.map(one) };
      const data = types.inputs.map((t, i): Data => allocate(t).fill(fills[i]));
      const [result] = (eq.op as Elementwise).evaluate(data, eq.params, types, host);
      const { dtype, shape } = eq.outputs[0].type;
      return at.literal(result[0], dtype, shape);
    },
  },
  {
    name: "sink-broadcast",
    why: "Elements that repeat along an axis are computed once and the result is repeated.",
    class: "exact",
    roots: "elementwise",
    over: [broadcast],
    apply(eq, at) {
      const { shape } = eq.outputs[0].type;
      const varies = new Set<number>();
      const operands = [];
      for (const v of eq.inputs) {
        const fill = at.splat(v);
        const from = fill === null ? repeated(v, at) : null;
        if (fill === null && from === null) return null;
        from?.dims.forEach((d) => varies.add(d));
        operands.push({ v, fill, from });
      }
      const dims = range(shape.length).filter((d) => varies.has(d));
      const small = dims.map((d) => shape[d]);
      if (sizeOf(small) >= sizeOf(shape)) return null;
      const inputs = operands.map(({ v, fill, from }) => {
        if (fill !== null) return at.literal(fill, v.type.dtype, small);
        const { source, dims: own } = from!;
        if (own.length === dims.length) return source;
        return at.emit(broadcast, [source], { shape: small, dims: own.map((d) => dims.indexOf(d)) });
      });
      return at.emit(broadcast, [at.emit(eq.op, inputs, eq.params)], { shape, dims });
    },
  },
];
