// The statements of a loop's body -> groups in an order that keeps the meaning: those that can run for all iterations at once,
// and those whose iterations wait for each other. After Allen and Kennedy, "Optimizing Compilers for Modern Architectures" (2001), ch. 2 and 5.
import type { AnyNode, MemberExpression, Statement } from "acorn";
import { accumulates, type Reduction } from "./accumulation.js";
import { changesArguments, fresh, makesSites, valueOf } from "./effects.js";
import type { Context } from "./context.js";
import { childrenOf, declaredIn, factsOf, rootOf, sameSyntax } from "./facts.js";
import type { Scope } from "./scope.js";

export type Role =
  /** Only added to (multiplied, maximised): reduced after the loop. */
  | { readonly kind: "reduction"; readonly by: Reduction }
  /** Given a value by each iteration before it is read. */
  | { readonly kind: "private" }
  /** An array of which each iteration touches its own part, or to which all add. `window`: that part is its element. */
  | { readonly kind: "parallel"; readonly window?: Window }
  /** Carries a value from one iteration to the next. */
  | { readonly kind: "carried"; readonly window: Window | null }
  /** An array that each iteration pushes one value onto, and nothing else. */
  | { readonly kind: "appended" }
  /** Declared in the body. */
  | { readonly kind: "local" };

/** An array of which iteration t writes element t + write and reads elements down to t + write - depth. */
export interface Window {
  readonly write: number;
  readonly depth: number;
}

export interface Group {
  readonly statements: readonly number[];
  readonly carried: boolean;
}

export interface Dependence {
  readonly roles: ReadonlyMap<string, Role>;
  readonly groups: readonly Group[];
  /** Per statement, the names that it reads and writes. */
  readonly reads: readonly ReadonlySet<string>[];
  readonly writes: readonly ReadonlySet<string>[];
}

const DEEPEST = 8;

export function dependence(
  ctx: Context,
  statements: readonly Statement[],
  variable: string,
  step: number,
  scope: Scope,
): Dependence {
  const local = new Set(statements.flatMap((s) => declaredIn(s)));
  const reads: Set<string>[] = [];
  const writes: Set<string>[] = [];
  const whole: Set<string>[] = [];
  const arrays = new Set<string>();
  /** Names that functions from outside of the loop touch: they do so in variables of their own scope. */
  const remote = new Set<string>();
  for (const s of statements) {
    const all = nodesOf(s, scope);
    for (const node of all.slice(1)) {
      const { reads: r, writes: w, elements, mutates } = factsOf(node);
      for (const name of [...r, ...w, ...elements.keys(), ...mutates]) remote.add(name);
    }
    const [r, w, scalar] = [new Set<string>(), new Set<string>(), new Set<string>()];
    for (const node of all) {
      const facts = factsOf(node);
      for (const name of facts.reads) r.add(name);
      for (const name of facts.writes) {
        w.add(name);
        scalar.add(name);
      }
      for (const name of [...facts.elements.keys(), ...facts.mutates]) {
        w.add(name);
        arrays.add(name);
      }
    }
    // Arrays handed to functions that change what they are given.
    if (all.slice(1).some(changesArguments))
      for (const name of factsOf(s).reads)
        if (isChangeable(valueOf(name, scope))) {
          w.add(name);
          arrays.add(name);
          remote.add(name);
        }
    for (const name of declaredIn(s)) w.add(name);
    reads.push(r);
    writes.push(w);
    whole.push(scalar);
  }
  const written = new Set(writes.flatMap((w) => [...w]));
  const roles = new Map<string, Role>();
  for (const name of written) {
    if (local.has(name)) roles.set(name, { kind: "local" });
    else if (remote.has(name)) roles.set(name, { kind: "carried", window: null });
    else if (arrays.has(name))
      roles.set(name, arrayRole(statements, name, variable, step, scope, written, whole));
    else roles.set(name, scalarRole(statements, name, reads, writes, scope));
  }
  const sites = statements.map((s) => makesSites(ctx, s, scope));
  // Functions from outside see the variable itself, not what it was in another iteration: who calls them runs along.
  const torn = new Set([...remote].filter((name) => written.has(name) && !local.has(name)));
  for (;;) {
    const kept = new Set(
      [...arrays].filter((name) => {
        const role = roles.get(name);
        return role?.kind === "carried" && role.window === null;
      }),
    );
    const groups = group(statements.length, roles, reads, writes, sites, new Set([...kept, ...torn]));
    const more = tornBy(groups, roles, reads, writes).filter((name) => !torn.has(name));
    if (more.length > 0) {
      more.forEach((name) => torn.add(name));
      continue;
    }
    // A reduction inside a carried group is carried along.
    const demoted = [...roles].filter(
      ([name, role]) =>
        (role.kind === "reduction" || role.kind === "private" || role.kind === "parallel") &&
        groups.some((g) => g.carried && g.statements.some((i) => writes[i]!.has(name))),
    );
    if (demoted.length === 0) return { roles, groups, reads, writes };
    for (const [name, role] of demoted)
      roles.set(name, { kind: "carried", window: (role.kind === "parallel" && role.window) || null });
  }
}

/** Variables carried by others of which a group reads different states: before and after one statement. They run along. */
function tornBy(
  groups: readonly Group[],
  roles: ReadonlyMap<string, Role>,
  reads: readonly ReadonlySet<string>[],
  writes: readonly ReadonlySet<string>[],
): string[] {
  return [...roles].flatMap(([name, role]) => {
    if (role.kind !== "carried") return [];
    const writers = range(writes.length).filter((i) => writes[i]!.has(name));
    const torn = groups.some(({ statements }) => {
      if (writers.some((w) => statements.includes(w))) return false;
      const states = statements
        .filter((i) => reads[i]!.has(name))
        .map((i) => writers.filter((w) => w < i).length);
      return new Set(states).size > 1;
    });
    return torn ? [name] : [];
  });
}

/** The statement and the bodies of the functions that it may call. */
function nodesOf(node: AnyNode, scope: Scope, seen = new Set<object>()): AnyNode[] {
  const out: AnyNode[] = [node];
  for (const name of new Set([...factsOf(node).calls, ...factsOf(node).reads])) {
    for (const closure of fresh(valueOf(name, scope), seen))
      out.push(...nodesOf(closure.node, closure.scope, seen));
  }
  return out;
}

const isChangeable = (x: unknown): boolean =>
  Array.isArray(x) || (typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype);

function scalarRole(
  statements: readonly Statement[],
  name: string,
  reads: readonly ReadonlySet<string>[],
  writes: readonly ReadonlySet<string>[],
  scope: Scope,
): Role {
  const touching = statements.filter((_, i) => reads[i]!.has(name) || writes[i]!.has(name));
  const value = scope.find(name)?.value;
  const ways = new Set(touching.map((s) => accumulates(s, name)));
  const [by] = ways;
  if (
    ways.size === 1 &&
    by &&
    (typeof value === "number" || (typeof value === "object" && value !== null && !Array.isArray(value)))
  )
    return { kind: "reduction", by };
  const first = touching[0]!;
  if (
    first.type === "ExpressionStatement" &&
    first.expression.type === "AssignmentExpression" &&
    first.expression.operator === "=" &&
    first.expression.left.type === "Identifier" &&
    first.expression.left.name === name &&
    !factsOf(first.expression.right).reads.has(name)
  )
    return { kind: "private" };
  return { kind: "carried", window: null };
}

/** Every place where an array stands: with the indices behind it, or bare. */
export function accesses(
  node: AnyNode,
  name: string,
): { indices: AnyNode[]; node: AnyNode; added: boolean }[] {
  const out: { indices: AnyNode[]; node: AnyNode; added: boolean }[] = [];
  const visit = (at: AnyNode, parent: AnyNode | null): void => {
    if (at.type === "MemberExpression" && rootOf(at)?.name === name) {
      const indices: AnyNode[] = [];
      let m: AnyNode = at;
      let named = false;
      while (m.type === "MemberExpression") {
        if (m.computed) indices.unshift(m.property);
        else {
          indices.length = 0;
          named = true;
        }
        m = m.object;
      }
      indices.forEach((i) => visit(i, at));
      const size =
        named && at.property.type === "Identifier" && ["length", "shape"].includes(at.property.name);
      const added =
        parent?.type === "AssignmentExpression" &&
        parent.left === at &&
        (parent.operator === "+=" || parent.operator === "-=");
      if (!size) out.push({ indices, node: at, added });
      return;
    }
    if (at.type === "Identifier" && at.name === name) out.push({ indices: [], node: at, added: false });
    if (at.type === "MemberExpression" && !at.computed) return visit(at.object, at);
    if (at.type === "Property" && !at.computed) return visit(at.value, at);
    childrenOf(at).forEach((child) => visit(child, at));
  };
  visit(node, null);
  return out;
}

/** c of the index `variable + c`, or null. */
export function offsetOf(
  index: AnyNode,
  variable: string,
  scope: Scope | null = null,
  written?: ReadonlySet<string>,
): number | null {
  if (index.type === "Identifier") return index.name === variable ? 0 : null;
  if (index.type !== "BinaryExpression" || (index.operator !== "+" && index.operator !== "-")) return null;
  const constant = (n: AnyNode): number | null => {
    if (n.type === "Literal" && typeof n.value === "number") return n.value;
    if (n.type !== "Identifier" || !scope || written?.has(n.name)) return null;
    const value = valueOf(n.name, scope);
    return typeof value === "number" ? value : null;
  };
  const [left, right] = [offsetOf(index.left as AnyNode, variable, scope, written), constant(index.right)];
  if (left !== null && right !== null) return index.operator === "+" ? left + right : left - right;
  const [c, inner] = [constant(index.left as AnyNode), offsetOf(index.right, variable, scope, written)];
  return index.operator === "+" && c !== null && inner !== null ? c + inner : null;
}

function arrayRole(
  statements: readonly Statement[],
  name: string,
  variable: string,
  step: number,
  scope: Scope,
  written: ReadonlySet<string>,
  whole: readonly ReadonlySet<string>[],
): Role {
  const carried: Role = { kind: "carried", window: null };
  const list = statements.flatMap((s) => accesses(s, name));
  if (list.length === 1 && statements.some((s) => pushes(s, name))) return { kind: "appended" };
  if (whole.some((w) => w.has(name)) || statements.some((s) => factsOf(s).mutates.has(name))) return carried;
  // Written by a function that the body calls: what it writes where is not seen here.
  const direct = statements.reduce((n, s) => n + (factsOf(s).elements.get(name)?.length ?? 0), 0);
  if (direct === 0) return carried;
  const depth = Math.min(...list.map((a) => a.indices.length));
  for (let d = 0; d < depth; d++) {
    const index = list[0]!.indices[d]!;
    const write = offsetOf(index, variable, scope, written);
    if (write !== null && list.every((a) => sameSyntax(a.indices[d]!, index)))
      return d === 0 && step === 1 ? { kind: "parallel", window: { write, depth: 0 } } : { kind: "parallel" };
  }
  if (depth > 0 && list.every((a) => a.added)) return { kind: "parallel" };
  if (depth === 0 || step !== 1) return carried;
  const targets = new Set(
    statements.flatMap((s) => factsOf(s).elements.get(name) ?? []).map((m) => firstIndex(m)),
  );
  const offsets = list.map((a) => offsetOf(a.indices[0]!, variable, scope, written));
  if (offsets.some((o) => o === null)) return carried;
  const stores = [...targets].map((i) => offsetOf(i!, variable, scope, written));
  if (new Set(stores).size !== 1) return carried;
  const write = stores[0]!;
  const reach = offsets.map((o) => write - o!);
  return reach.every((r) => r >= 0 && r <= DEEPEST)
    ? { kind: "carried", window: { write, depth: Math.max(...reach) } }
    : carried;
}

function pushes(s: Statement, name: string): boolean {
  if (s.type !== "ExpressionStatement" || s.expression.type !== "CallExpression") return false;
  const { callee, arguments: args } = s.expression;
  return (
    callee.type === "MemberExpression" &&
    !callee.computed &&
    callee.object.type === "Identifier" &&
    callee.object.name === name &&
    callee.property.type === "Identifier" &&
    callee.property.name === "push" &&
    args.length === 1
  );
}

function firstIndex(m: MemberExpression): AnyNode {
  let at: MemberExpression = m;
  while (at.object.type === "MemberExpression") at = at.object;
  return at.property;
}

/** Strongly connected statements, in an order that follows the program where it can. */
function group(
  n: number,
  roles: ReadonlyMap<string, Role>,
  reads: readonly ReadonlySet<string>[],
  writes: readonly ReadonlySet<string>[],
  sites: readonly boolean[],
  together: ReadonlySet<string>,
): Group[] {
  const edges = Array.from({ length: n }, () => new Set<number>());
  for (const [name, role] of roles) {
    if (role.kind === "reduction") continue;
    const writers = range(n).filter((i) => writes[i]!.has(name));
    const touching = range(n).filter((i) => writes[i]!.has(name) || reads[i]!.has(name));
    if (role.kind === "carried") {
      for (const w of writers) for (const t of touching) edges[w]!.add(t);
      // An array that is carried whole cannot be kept for every step: who reads it runs along.
      if (together.has(name)) for (const w of writers) for (const t of touching) edges[t]!.add(w);
      for (const w of writers) for (const v of writers) edges[w]!.add(v);
    } else if (role.kind === "local" && writers.length > 1) {
      // Each iteration has a variable of its own: it is made where it is changed.
      for (const w of writers) for (const t of writers) if (w !== t) edges[w]!.add(t);
      for (const w of writers) for (const t of touching) if (w < t) edges[w]!.add(t);
    } else
      for (const w of touching)
        for (const t of touching)
          if (w < t && (writes[w]!.has(name) || writes[t]!.has(name))) edges[w]!.add(t);
  }
  const made = range(n).filter((i) => sites[i]);
  for (let k = 1; k < made.length; k++) edges[made[k - 1]!]!.add(made[k]!);
  const reach = edges.map((_, i) => reachable(edges, i));
  const order: Group[] = [];
  const left = new Set(range(n));
  while (left.size > 0) {
    // The first statement that waits for nothing outside of its own component.
    const i = [...left].find((a) =>
      [...left].every((b) => !reach[b]!.has(a) || reach[a]!.has(b) || b === a),
    )!;
    const members = [...left].filter((b) => b === i || (reach[i]!.has(b) && reach[b]!.has(i)));
    members.forEach((m) => left.delete(m));
    const carried = members.some((m) => [...writes[m]!].some((name) => roles.get(name)?.kind === "carried"));
    order.push({ statements: members, carried });
  }
  return order;
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function reachable(edges: readonly ReadonlySet<number>[], from: number): Set<number> {
  const seen = new Set<number>();
  const todo = [...edges[from]!];
  while (todo.length > 0) {
    const i = todo.pop()!;
    if (seen.has(i)) continue;
    seen.add(i);
    todo.push(...edges[i]!);
  }
  return seen;
}
