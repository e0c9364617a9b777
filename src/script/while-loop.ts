// A loop whose test is not known while compiling -> np.whileLoop, carrying whatever the body turns out to write.
import type { Expression, Statement } from "acorn";
import { after, guarded } from "./branches.js";
import { formOf, isEmpty, joinForms, leavesOf, rebuild, zerosLike, type Form } from "./carry.js";
import { NORMAL, type Completion, type Context, type Test } from "./context.js";
import { LoopExits } from "./loop-exits.js";
import type { Writes } from "./memory.js";
import { Scope } from "./scope.js";
import { BACKED } from "./lanes.js";
import { grownStart, startValue, type Place } from "./step-place.js";
import { Lane } from "./values.js";

export interface While {
  readonly node: Statement;
  readonly test: Expression | null;
  readonly body: Statement;
  readonly update: Expression | null;
  readonly scope: Scope;
  readonly label: string | null;
}

/** Thrown out of a recording that has to start again, knowing more. */
class Again extends Error {
  constructor(readonly owner: object) {
    super("again");
  }
}

export function whileLoop(ctx: Context, loop: While): Completion {
  ctx.endless++;
  try {
    return compiledWhile(ctx, loop);
  } finally {
    ctx.endless--;
  }
}

function compiledWhile(ctx: Context, loop: While): Completion {
  const places: Place[] = [];
  const exits = new LoopExits(ctx, [loop.body], loop.label);
  const outerMask = ctx.mask;

  const load = (carry: unknown): void => {
    const leaves = [...(carry as unknown[])];
    for (const p of places) ctx.memory.write(p.owner, p.key, rebuild(ctx, p.form, leaves), p.through);
  };
  /** Whether the paths that are here take another step. */
  const goesOn = (): boolean | Test => {
    const value = loop.test ? ctx.ops.truth(ctx.evaluate(loop.test, loop.scope)) : true;
    return ctx.ops.and(ctx.ops.truth(exits.live.value), value) as boolean | Test;
  };
  const step = (): void => {
    const end = ctx.execute(loop.body, new Scope(loop.scope));
    const left = exits.note(end);
    if (!loop.update) return;
    const update = loop.update;
    if (left.length === 0) ctx.evaluate(update, loop.scope);
    else
      after(
        ctx,
        { kind: "mixed", exits: left, open: true },
        () => {
          ctx.evaluate(update, loop.scope);
          return NORMAL;
        },
        loop.node,
      );
  };
  /** A step for the lanes that still go on; false where there are none. */
  const body = (): boolean => {
    const test = goesOn();
    if (test === false) return false;
    if (test instanceof Lane || (outerMask !== null && test !== true))
      guarded(
        ctx,
        test as Test,
        () => {
          step();
          return NORMAL;
        },
        loop.node,
      );
    else step();
    return true;
  };
  const settle = (writes: Writes, finals: readonly unknown[]): void => {
    let again = false;
    for (const w of writes) {
      if (places.some((p) => p.owner === w.owner && p.key === w.key) || Object.is(w.after, w.before))
        continue;
      const name = (w.owner as { name?: unknown }).name;
      if (w.key === "length")
        ctx.fail(
          loop.node,
          "an array grows in a loop whose number of iterations is not known while compiling. Make it long enough before the loop: np.zeros([n])",
        );
      const start = isEmpty(w.before) && w.key !== BACKED ? zerosLike(ctx, w.after) : undefined;
      places.push({
        owner: w.owner,
        key: w.key,
        name: typeof name === "string" ? name : typeof w.key === "symbol" ? "an array" : String(w.key),
        form: formOf(w.key === BACKED ? w.after : (start ?? w.before)),
        ...(w.through ? { through: true } : {}),
        ...(start === undefined ? {} : { start }),
      });
      again = true;
    }
    finals.forEach((value, i) => {
      const place = places[i]!;
      const start = grownStart(ctx, place, value);
      if (start !== null) {
        place.start = start;
        again = true;
      }
      const form = joinForms(ctx, place.form, formOf(value), place.name, loop.node);
      if (form === null) {
        place.start = zerosLike(ctx, value);
        place.form = formOf(place.start);
        again = true;
      } else if (JSON.stringify(axisCounts(form)) !== JSON.stringify(axisCounts(place.form))) {
        place.form = form;
        again = true;
      }
    });
    if (again) throw new Again(loop);
  };

  const { np } = ctx.host;
  for (let attempt = 0; ; attempt++) {
    if (attempt > 40) ctx.fail(loop.node, "the loop's variables do not settle on one kind of value");
    try {
      const init = places.flatMap((p) => leavesOf(ctx, startValue(ctx, p), p.form));
      if (places.length === 0) {
        // The first look, outside of any loop, finds what one step writes.
        const { result: goes, writes } = ctx.memory.recorded(body, true);
        if (!goes) return exits.completion();
        settle(writes, []);
        ctx.fail(loop.node, "the loop changes nothing that its test depends on, so that it would never end");
      }
      const out = np.whileLoop(
        (carry) =>
          ctx.memory.recorded(() => {
            load(carry);
            let test = goesOn();
            if (test instanceof Lane && outerMask !== null) test = ctx.ops.and(outerMask, test) as Test;
            else if (outerMask !== null && typeof test !== "boolean")
              test = ctx.ops.and(outerMask, test) as Test;
            return typeof test === "boolean" ? test : np.any(test instanceof Lane ? test.tensor : test);
          }, true).result,
        (carry) => {
          const { result: finals, writes } = ctx.memory.recorded(() => {
            load(carry);
            body();
            return places.map((p) => ctx.memory.read(p.owner, p.key));
          }, true);
          settle(writes, finals);
          return places.flatMap((p, i) => leavesOf(ctx, finals[i], p.form));
        },
        init,
      );
      load(out);
      break;
    } catch (error) {
      if (!(error instanceof Again) || error.owner !== loop) throw error;
    }
  }
  return exits.completion();
}

const axisCounts = (form: Form): unknown =>
  form.kind === "leaf"
    ? form.axes.map((a) => a.order)
    : form.kind === "fixed"
      ? 0
      : form.items.map(axisCounts);
