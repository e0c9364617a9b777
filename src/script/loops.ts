// Loops: short ones are written out, counted ones are raised to array operations, the rest become compiled loops.
import type {
  AnyNode,
  DoWhileStatement,
  Expression,
  ForStatement,
  Identifier,
  Statement,
  VariableDeclaration,
  WhileStatement,
} from "acorn";
import { after, goesOn, guarded } from "./branches.js";
import { NORMAL, type Completion, type Context, type Exit } from "./context.js";
import type { Counted } from "./counted.js";
import { changes, makesSites } from "./effects.js";
import { factsOf } from "./facts.js";
import { isDynamic } from "./lanes.js";
import { raise } from "./raise.js";
import { reach } from "./reach.js";
import { Scope } from "./scope.js";
import { Affine, Lane } from "./values.js";
import { whileLoop } from "./while-loop.js";
import { currentTrace } from "../trace/trace.js";

/** Loops of so many iterations or fewer are written out; nested ones share the bound. */
const SHORT = 8;
const COPIES = 64;
/** A loop on known values that goes on for longer is refused: it would make a program without bound. */
const LONGEST = 100_000;

export function runFor(ctx: Context, node: ForStatement, outer: Scope, label: string | null): Completion {
  const counted = countedHeader(ctx, node, outer);
  if (counted) return countedLoop(ctx, { ...counted, label });
  const scope = new Scope(outer);
  if (node.init?.type === "VariableDeclaration") ctx.execute(node.init, scope);
  else if (node.init) ctx.evaluate(node.init, scope);
  return conditional(ctx, {
    node,
    test: node.test ?? null,
    body: node.body,
    update: node.update ?? null,
    scope,
    label,
  });
}

/** for (let i = a; i < b; i += c) with plain numbers a, b, c and a body that leaves i alone. */
function countedHeader(ctx: Context, node: ForStatement, scope: Scope): Counted | null {
  const { init, test, update } = node;
  if (init?.type !== "VariableDeclaration" || init.declarations.length !== 1) return null;
  const [declaration] = init.declarations;
  if (declaration!.id.type !== "Identifier" || !declaration!.init) return null;
  const { name } = declaration!.id;
  const facts = factsOf(node.body);
  if (facts.writes.has(name) || test?.type !== "BinaryExpression" || !update) return null;
  const step = stepOf(ctx, update, name, scope);
  if (step === null || step === 0) return null;
  let { operator } = test;
  let bound: Expression;
  if (test.left.type === "Identifier" && test.left.name === name) bound = test.right;
  else if (test.right.type === "Identifier" && test.right.name === name) {
    bound = test.left as Expression;
    operator =
      ({ "<": ">", ">": "<", "<=": ">=", ">=": "<=" } as Record<string, typeof operator>)[operator] ??
      operator;
  } else return null;
  const used = factsOf(bound);
  if ([...used.reads].some((r) => r === name || facts.writes.has(r) || facts.mutates.has(r))) return null;
  const start = ctx.evaluate(declaration!.init, scope);
  const stop = ctx.evaluate(bound, scope);
  const [froms, tos] = [rangeOf(start), rangeOf(stop)];
  if (!(froms || isDynamic(start)) || !(tos || isDynamic(stop))) return null;
  const offset = slidingLoop(ctx, node, scope, { start, stop, operator, step });
  if (offset) return offset;
  const reached = froms && tos ? [0, 0] : reach(ctx, node.body, name, scope);
  if (!reached) return null;
  const [least, end] = reached;
  const first = step > 0 ? (froms?.[0] ?? least) : (froms?.[1] ?? end - 1);
  if (!Number.isInteger(first)) return null;
  const loop = { node, body: node.body, scope, label: null, name, start: first, step };
  const guards: Expression[] = [];
  if (typeof start !== "number") {
    // From a start that differs between iterations around, or stands in data: all of them together, each from its own start on.
    if (Math.abs(step) !== 1 || changes(declaration!.init, scope)) return null;
    const { start: from, end: to, loc } = declaration!;
    const left = { ...declaration!.id, type: "Identifier" };
    guards.push({
      ...{ type: "BinaryExpression", operator: step > 0 ? ">=" : "<=", left, right: declaration!.init },
      ...{ start: from, end: to, loc },
    } as Expression);
  }
  if (typeof stop !== "number") {
    if (changes(bound, scope) || operator.startsWith("!")) return null;
    guards.push(test);
  }
  const size = tos
    ? tripCount(operator, first, step > 0 ? tos[1] : tos[0], step)
    : tripCount(step > 0 ? "<" : ">", first, step > 0 ? end : least - 1, step);
  return size === null ? null : { ...loop, size, body: guards.reduceRight(under, node.body) };
}

/** Bodies of sliding loops, one for each loop, since what is known of expressions is kept by their nodes. */
const sliding = new WeakMap<ForStatement, Statement>();

/**
 * for (let k = t - 3; k < t; k++) within a loop over t: as many iterations in each of its iterations. The loop over the distance
 * from the start, with k made from it; where k stands in no index that is written and in no name of a site.
 */
function slidingLoop(
  ctx: Context,
  node: ForStatement,
  scope: Scope,
  { start, stop, operator, step }: { start: unknown; stop: unknown; operator: string; step: number },
): Counted | null {
  if (!(start instanceof Affine) || !(stop instanceof Affine)) return null;
  const span = stop.plus(start, -1);
  const [declaration] = (node.init as VariableDeclaration).declarations;
  const { name } = declaration!.id as Identifier;
  const first = declaration!.init!;
  const facts = factsOf(node.body);
  if (typeof span !== "number" || facts.elements.size > 0 || facts.mutates.size > 0) return null;
  if (changes(first, scope) || [...factsOf(first).reads].some((r) => facts.writes.has(r))) return null;
  if (makesSites(ctx, node.body, scope)) return null;
  const size = tripCount(operator, 0, span, step);
  if (size === null) return null;
  const distance = `${name} from its start`;
  let body = sliding.get(node);
  if (!body) {
    const { start: from, end: to, loc } = declaration!;
    const at = { start: from, end: to, loc };
    const right = { type: "Identifier", name: distance, ...at };
    const init = { type: "BinaryExpression", operator: "+", left: first, right, ...at };
    const made = { type: "VariableDeclarator", id: declaration!.id, init, ...at };
    const declared = { type: "VariableDeclaration", kind: "const", declarations: [made], ...at };
    body = { ...node.body, type: "BlockStatement", body: [declared, node.body] } as unknown as Statement;
    sliding.set(node, body);
  }
  return { node, body, scope, label: null, name: distance, start: 0, step, size };
}

/** The statement, where the test holds. */
const under = (consequent: Statement, test: Expression): Statement => {
  const { start, end, loc } = test;
  return { type: "IfStatement", test, consequent, alternate: null, start, end, loc };
};

/** The least and the greatest value, where they are known. */
const rangeOf = (x: unknown): [number, number] | null =>
  typeof x === "number" ? [x, x] : x instanceof Affine ? x.range() : null;

function tripCount(operator: string, start: number, stop: number, step: number): number | null {
  const up = step > 0;
  if (operator === "<" && up) return Math.max(0, Math.ceil((stop - start) / step));
  if (operator === "<=" && up) return Math.max(0, Math.floor((stop - start) / step) + 1);
  if (operator === ">" && !up) return Math.max(0, Math.ceil((stop - start) / step));
  if (operator === ">=" && !up) return Math.max(0, Math.floor((stop - start) / step) + 1);
  if (operator === "!==" || operator === "!=") {
    const n = (stop - start) / step;
    return Number.isInteger(n) && n >= 0 ? n : null;
  }
  return null;
}

function stepOf(ctx: Context, update: Expression, name: string, scope: Scope): number | null {
  const is = (e: AnyNode): boolean => e.type === "Identifier" && e.name === name;
  if (update.type === "UpdateExpression" && is(update.argument)) return update.operator === "++" ? 1 : -1;
  if (update.type !== "AssignmentExpression" || !is(update.left)) return null;
  let amount: Expression;
  let sign: number;
  if (update.operator === "+=" || update.operator === "-=") {
    amount = update.right;
    sign = update.operator === "+=" ? 1 : -1;
  } else if (update.operator === "=" && update.right.type === "BinaryExpression" && is(update.right.left)) {
    if (update.right.operator !== "+" && update.right.operator !== "-") return null;
    amount = update.right.right;
    sign = update.right.operator === "+" ? 1 : -1;
  } else return null;
  if (factsOf(amount).reads.has(name)) return null;
  const value = ctx.evaluate(amount, scope);
  return typeof value === "number" && Number.isInteger(value) ? sign * value : null;
}

export function countedLoop(ctx: Context, loop: Counted): Completion {
  if (loop.size === 0) return NORMAL;
  const sites = makesSites(ctx, loop.body, loop.scope);
  const short = loop.size <= SHORT && ctx.copies * loop.size <= COPIES;
  if ((short && !sites) || loop.size === 1) return writtenOut(ctx, loop);
  return raise(ctx, loop, sites);
}

/** One copy of the body per iteration. */
export function writtenOut(ctx: Context, loop: Counted): Completion {
  const { start, step, size, element } = loop;
  const copies = ctx.copies;
  ctx.copies = copies * size;
  try {
    return iterate(ctx, size, loop.label, loop.node, (p) => {
      const scope = new Scope(loop.scope);
      scope.declare(ctx.memory.make({ name: loop.name, constant: true, value: start + step * p }));
      if (element)
        ctx.bind(
          { type: "Identifier", name: element.name } as never,
          elementAt(ctx, element.of, p),
          scope,
          false,
        );
      return ctx.execute(loop.body, scope);
    });
  } finally {
    ctx.copies = copies;
  }
}

function elementAt(ctx: Context, of: unknown, p: number): unknown {
  const x = of as { tensor?: unknown };
  if (!(x instanceof Lane)) return ctx.host.np.at(of as never, p);
  const lead = x.axes.map(() => null);
  const part = ctx.host.np.slice(x.tensor, ...lead, [p, p + 1]);
  return new Lane(ctx.host.np.reshape(part, [...x.axes.map((a) => a.size), ...x.shape.slice(1)]), x.axes);
}

/** Iterations one after another, some paths perhaps leaving on the way. */
export function iterate(
  ctx: Context,
  size: number,
  label: string | null,
  node: AnyNode,
  body: (p: number) => Completion,
): Completion {
  let exits: Exit[] = [];
  const own = (c: { label: string | null }): boolean => c.label === null || c.label === label;
  for (let p = 0; p < size; p++) {
    let end: Completion;
    if (exits.length === 0) end = body(p);
    else {
      const test = goesOn(ctx, exits);
      if (test === false) break;
      end = test === true ? body(p) : guarded(ctx, test, () => body(p), node);
    }
    if (end.kind === "normal" || (end.kind === "continue" && own(end))) continue;
    if (end.kind === "break" && own(end)) break;
    if (end.kind !== "mixed") {
      if (exits.length === 0) return end;
      return {
        kind: "mixed",
        exits: [...exits, { when: goesOn(ctx, exits) as Exit["when"], completion: end }],
        open: false,
      };
    }
    exits = [...exits, ...end.exits.filter((e) => !(e.completion.kind === "continue" && own(e.completion)))];
    if (!end.open && !end.exits.some((e) => e.completion.kind === "continue" && own(e.completion))) break;
  }
  const left = exits.filter((e) => !(e.completion.kind === "break" && own(e.completion)));
  return left.length === 0 ? NORMAL : { kind: "mixed", exits: left, open: true };
}

interface Conditional {
  readonly node: Statement;
  readonly test: Expression | null;
  readonly body: Statement;
  readonly update: Expression | null;
  readonly scope: Scope;
  readonly label: string | null;
  readonly first?: boolean;
}

export function runWhile(
  ctx: Context,
  node: WhileStatement | DoWhileStatement,
  scope: Scope,
  label: string | null,
): Completion {
  const loop: Conditional = { node, test: node.test, body: node.body, update: null, scope, label };
  return conditional(ctx, { ...loop, first: node.type === "DoWhileStatement" });
}

/** Runs on known tests; from the first test that is not known, the rest is one compiled loop. */
function conditional(ctx: Context, loop: Conditional): Completion {
  const { node, test, body, update, scope, first = false } = loop;
  for (let n = 0; ; n++) {
    if (n === LONGEST)
      return ctx.fail(
        node,
        `the loop has run ${LONGEST} times while compiling. Write for (let i = 0; i < n; i++), which is compiled as a loop`,
      );
    if (test && !(first && n === 0)) {
      const value = ctx.ops.truth(ctx.evaluate(test, scope));
      if (value === false) return NORMAL;
      if (value !== true && changes(test, scope)) {
        // What the test changed stays: it is not carried out again before this iteration.
        const when = ctx.ops.not(value) as Exit["when"];
        const done: Exit = { when, completion: { kind: "break", label: null } };
        return onward(ctx, loop, { kind: "mixed", exits: [done], open: true }, () =>
          onward(ctx, loop, ctx.execute(body, new Scope(scope)), () => rest(ctx, loop)),
        );
      }
      if (
        value !== true ||
        (n >= COPIES && currentTrace() !== null && isCounted(factsOf(body).writes, scope))
      )
        return compiled(ctx, loop);
    }
    const end = ctx.execute(body, new Scope(scope));
    if (end.kind === "mixed" && end.exits.some((e) => !continues(loop, e.completion)))
      return onward(ctx, loop, end, () => rest(ctx, loop));
    if (end.kind !== "normal" && end.kind !== "mixed" && !continues(loop, end))
      return breaks(loop, end) ? NORMAL : end;
    if (update) ctx.evaluate(update, scope);
  }
}

type Leaving = Exit["completion"];
const own = (loop: Conditional, c: Leaving): boolean =>
  c.kind !== "return" && (c.label === null || c.label === loop.label);
const continues = (loop: Conditional, c: Leaving): boolean => c.kind === "continue" && own(loop, c);
const breaks = (loop: Conditional, c: Leaving): boolean => c.kind === "break" && own(loop, c);

/** What follows an end that some paths left the loop by, and how the loop ends then. */
function onward(ctx: Context, loop: Conditional, end: Completion, then: () => Completion): Completion {
  if (end.kind === "normal") return then();
  if (end.kind !== "mixed") return continues(loop, end) ? then() : breaks(loop, end) ? NORMAL : end;
  const exits = end.exits.filter((e) => !continues(loop, e.completion));
  const open = end.open || exits.length < end.exits.length;
  const all = exits.length === 0 ? then() : after(ctx, { kind: "mixed", exits, open }, then, loop.node);
  if (all.kind !== "mixed") return all.kind !== "normal" && breaks(loop, all) ? NORMAL : all;
  const left = all.exits.filter((e) => !breaks(loop, e.completion));
  return left.length === 0
    ? NORMAL
    : { kind: "mixed", exits: left, open: all.open || left.length < all.exits.length };
}

function rest(ctx: Context, loop: Conditional): Completion {
  if (loop.update) ctx.evaluate(loop.update, loop.scope);
  return compiled(ctx, loop);
}

/** A test that changes something is a part of the body, which is carried out once for each iteration. */
function compiled(ctx: Context, loop: Conditional): Completion {
  const { test, body, scope } = loop;
  if (!test || !changes(test, scope)) return whileLoop(ctx, loop);
  const at = { start: test.start, end: test.end, loc: test.loc ?? null };
  const first: Statement = {
    type: "IfStatement",
    test: { type: "UnaryExpression", operator: "!", prefix: true, argument: test, ...at },
    consequent: { type: "BreakStatement", label: null, ...at },
    alternate: null,
    ...at,
  };
  const whole: Statement = { ...at, type: "BlockStatement", body: [first, body] };
  return whileLoop(ctx, { ...loop, test: null, body: whole });
}

/** Whether all that the body changes are numbers, so that a compiled loop could carry them. */
function isCounted(writes: ReadonlySet<string>, scope: Scope): boolean {
  return [...writes].every((name) => {
    const value = scope.find(name)?.value;
    return typeof value === "number" || isDynamic(value) || value instanceof Affine;
  });
}
