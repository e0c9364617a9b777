// Row of cond: one of two sub-graphs, chosen at run time.
import type { Graph, Params, Value } from "../../ir/types.js";
import { scalar } from "../../ir/types.js";
import { Calculus } from "../define/calculus.js";
import { special } from "../define/special.js";
import { call } from "./call.js";
import {
  checkTypes,
  forceBatched,
  fresh,
  graphParam,
  isFloatValue,
  pick,
  spread,
  typesOf,
} from "./bodies.js";
import { zeroIfNull } from "./zero.js";

const branches = (params: Params): readonly [Graph, Graph] => [
  graphParam("cond", params, "then"),
  graphParam("cond", params, "otherwise"),
];

export const cond = special({
  name: "cond",
  doc: "The outputs of the sub-graph `then` for the operands where the test holds, else those of `otherwise`; only that one runs.",
  lowering: "cond",
  infer([test, ...operands], params) {
    const [then, otherwise] = branches(params);
    checkTypes("cond", "the test", test ? [test] : [], [scalar("bool")]);
    checkTypes("cond", "the operands of the first branch", operands, typesOf(then.inputs));
    checkTypes("cond", "the operands of the second branch", operands, typesOf(otherwise.inputs));
    checkTypes("cond", "the second branch's results", typesOf(otherwise.outputs), typesOf(then.outputs));
    return typesOf(then.outputs);
  },
  evaluate([test, ...operands], params, _types, host) {
    const [then, otherwise] = branches(params);
    return fresh(host.interpret(test[0] !== 0 ? then : otherwise, operands));
  },
  jvp(e, at, [, ...tangents]) {
    const active = tangents.map((t) => t !== null);
    if (!active.includes(true)) return at.outputs.map(() => null);
    const [then, otherwise] = branches(at.params).map((g) => {
      const derived = e.transforms.jvp(g, active);
      return { ...derived, outputs: derived.outputs.slice(g.outputs.length) };
    });
    const given = tangents.filter((t) => t !== null);
    return spread(at.outputs.map(isFloatValue), e.all(cond, [...at.inputs, ...given], { then, otherwise }));
  },
  vjp(e, at, cotangents, guarded, wanted): readonly (Value | null)[] {
    const operands = at.inputs.slice(1);
    const active = operands.map((v, i) => isFloatValue(v) && wanted?.[i + 1] !== false);
    if (!active.includes(true)) return at.inputs.map(() => null);
    const [then, otherwise] = branches(at.params).map((g) => e.transforms.vjp(g, active, guarded));
    const given = pick(
      at.outputs.map((v, i) => zeroIfNull(e, cotangents[i], v.type)),
      at.outputs.map(isFloatValue),
    );
    return [null, ...spread(active, e.all(cond, [...at.inputs, ...given], { then, otherwise }))];
  },
  vmap(e, inputs, [onTest, ...batched], params, size) {
    const [test, ...operands] = inputs;
    const sides = branches(params).map((g) => e.transforms.vmap(g, batched, size, false));
    const some = sides[0].batched.map((b, i) => b || sides[1].batched[i]);
    if (!onTest) {
      const [then, otherwise] = sides.map((s) => forceBatched(e, s.graph, s.batched, some, size));
      return { outputs: e.all(cond, [test, ...operands], { then, otherwise }), batched: some };
    }
    // The test differs along the batch: both branches run, and each element takes its own.
    const all = some.map(() => true);
    const [a, b] = sides.map((s) =>
      e.all(call, operands, { graph: forceBatched(e, s.graph, s.batched, all, size) }),
    );
    const m = new Calculus(e);
    const outputs = a.map((x, i) => m.op("where", [m.broadcast(test, x.type.shape, [0]), x, b[i]]));
    return { outputs, batched: all };
  },
});
