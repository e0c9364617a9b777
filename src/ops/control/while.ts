// Row of while: a loop that runs until its test fails.
import type { Emit, Site } from "../../ir/op.js";
import type { Data, Graph, Params, Type, Value } from "../../ir/types.js";
import { scalar } from "../../ir/types.js";
import { Calculus, axesFrom } from "../define/calculus.js";
import { integer } from "../define/check.js";
import { special } from "../define/special.js";
import {
  build,
  checkTypes,
  forceBatched,
  fresh,
  graphParam,
  isFloatValue,
  pick,
  reached,
  settle,
  spread,
  typesOf,
} from "./bodies.js";
import { cond } from "./cond.js";
import { scan } from "./scan.js";
import { zeroIfNull } from "./zero.js";

interface Loop {
  readonly test: Graph;
  readonly body: Graph;
  /** The first inputs: the same at every step. */
  readonly consts: number;
  /** At most so many steps. */
  readonly limit: number | null;
}

const loopOf = (params: Params): Loop => ({
  test: graphParam("while", params, "test"),
  body: graphParam("while", params, "body"),
  consts: integer("while", params, "consts"),
  limit: typeof params.limit === "number" ? integer("while", params, "limit") : null,
});
const paramsOf = (loop: Loop): Params => ({ ...loop });

export const while_ = special({
  name: "while",
  doc: "body(consts, carries) -> carries while test(consts, carries) holds, at most `limit` times when that is given.",
  lowering: "while",
  infer(inputs, params) {
    const { test, body, consts } = loopOf(params);
    checkTypes("while", "the test's operands", inputs, typesOf(test.inputs));
    checkTypes("while", "the test's results", typesOf(test.outputs), [scalar("bool")]);
    checkTypes("while", "the body's operands", inputs, typesOf(body.inputs));
    checkTypes("while", "the body's new carries", typesOf(body.outputs), inputs.slice(consts));
    return inputs.slice(consts);
  },
  evaluate(inputs, params, _types, host) {
    const { test, body, consts, limit } = loopOf(params);
    const fixed = inputs.slice(0, consts);
    let carry: readonly Data[] = inputs.slice(consts);
    for (let n = 0; limit === null || n < limit; n++) {
      if (host.interpret(test, [...fixed, ...carry])[0][0] === 0) break;
      carry = host.interpret(body, [...fixed, ...carry]);
    }
    return fresh(carry);
  },
  jvp(e, at, tangents) {
    if (tangents.every((t) => t === null)) return at.outputs.map(() => null);
    return jvpOfWhile(e, at, tangents);
  },
  vjp(e, at, cotangents, guarded, wanted) {
    if (cotangents.every((ct) => ct === null)) return at.inputs.map(() => null);
    const loop = loopOf(at.params);
    if (loop.limit === null)
      throw new Error(
        `while: reverse-mode derivatives need a bound on the number of steps, and this loop over (${at.outputs.map((v) => v.type.dtype).join(", ")}) has none; give a limit (np.whileLoop(test, body, init, { limit })), use np.fori or np.scan, or take the derivative in forward mode (jvp; for NUTS, HMC, SVI and infer.logDensity { forwardModeDifferentiation: true }).`,
      );
    const site: Site = { ...at, params: asScan(e, loop, typesOf(at.inputs)) };
    return scan.vjp(e, site, cotangents, guarded, wanted);
  },
  vmap: (e, inputs, batched, params, size) => vmapOfWhile(e, inputs, batched, loopOf(params), size),
});

/** The bounded loop as a scan that stands still once the test fails. */
function asScan(e: Emit, { test, body, consts, limit }: Loop, types: readonly Type[]): Params {
  const still: Graph = {
    ...body,
    name: `still_${body.name}`,
    equations: [],
    outputs: body.inputs.slice(consts),
  };
  const step = build(e, `step_${body.name}`, types, (inner, x, run) =>
    inner.all(cond, [run(test, x)[0], ...x], { then: body, otherwise: still }),
  );
  return { body: step, consts, carries: types.length - consts, length: limit, reverse: false };
}

function jvpOfWhile(e: Emit, at: Site, tangents: readonly (Value | null)[]): readonly (Value | null)[] {
  const { test, body, consts, limit } = loopOf(at.params);
  const on = tangents.map((t) => t !== null);
  const onConsts = on.slice(0, consts);
  const carry = settle(on.slice(consts), (c) => reached(body, [...onConsts, ...c]));
  const active = [...onConsts, ...carry];
  const derived = e.transforms.jvp(body, active);
  const count = body.inputs.length;
  const own = derived.inputs.slice(0, count);
  const given = derived.inputs.slice(count);
  const constTangents = onConsts.filter(Boolean).length;
  const arrange = (plain: readonly Value[], d: readonly Value[]): Value[] => [
    ...plain.slice(0, consts),
    ...d.slice(0, constTangents),
    ...plain.slice(consts),
    ...d.slice(constTangents),
  ];
  const out = spread(body.outputs.map(isFloatValue), derived.outputs.slice(body.outputs.length));
  const step: Graph = {
    ...derived,
    inputs: arrange(own, given),
    outputs: [...derived.outputs.slice(0, body.outputs.length), ...(pick(out, carry) as Value[])],
  };
  const unused = given.map((v): Value => ({ type: v.type }));
  const start = at.inputs.flatMap((v, i) => (active[i] ? [zeroIfNull(e, tangents[i], v.type)] : []));
  const results = e.all(
    while_,
    arrange(at.inputs, start),
    paramsOf({
      test: { ...test, inputs: arrange(test.inputs, unused) },
      body: step,
      consts: consts + constTangents,
      limit,
    }),
  );
  return spread(carry, results.slice(at.outputs.length));
}

function vmapOfWhile(
  e: Emit,
  inputs: readonly Value[],
  batched: readonly boolean[],
  loop: Loop,
  size: number,
): { outputs: readonly Value[]; batched: readonly boolean[] } {
  const { test, body, consts, limit } = loop;
  const onConsts = batched.slice(0, consts);
  const step = (carry: readonly boolean[]) => e.transforms.vmap(body, [...onConsts, ...carry], size, false);
  const ask = (carry: readonly boolean[]) => e.transforms.vmap(test, [...onConsts, ...carry], size, false);
  // A test that differs along the batch makes every carry differ.
  const carry = settle(batched.slice(consts), (c) =>
    ask(c).batched[0] ? c.map(() => true) : step(c).batched,
  );
  const tested = ask(carry);
  const stepped = step(carry);
  const next = forceBatched(e, stepped.graph, stepped.batched, carry, size);
  const wide = inputs.map((x, i) => {
    if (i < consts || !carry[i - consts] || batched[i]) return x;
    return new Calculus(e).broadcast(x, [size, ...x.type.shape], axesFrom(1, x.type.shape.length + 1));
  });
  if (!tested.batched[0])
    return {
      outputs: e.all(while_, wide, paramsOf({ test: tested.graph, body: next, consts, limit })),
      batched: carry,
    };
  // It runs while any element goes on; those that are done stand still.
  const types = typesOf(wide);
  const any = build(e, `any_${test.name}`, types, (inner, x, run) => [
    new Calculus(inner).op("any", [run(tested.graph, x)[0]], { axes: [0] }),
  ]);
  const held = build(e, `held_${body.name}`, types, (inner, x, run) => {
    const m = new Calculus(inner);
    const [going] = run(tested.graph, x);
    const after = run(next, x);
    return after.map((v, i) => m.op("where", [m.broadcast(going, v.type.shape, [0]), v, x[consts + i]]));
  });
  return { outputs: e.all(while_, wide, paramsOf({ test: any, body: held, consts, limit })), batched: carry };
}
