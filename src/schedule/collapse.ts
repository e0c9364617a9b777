// Kernels in; the same with nests of loops that only walk along memory run as one loop, out.
//
// Where two loops stand alone in each other, and every index has n times as much of the outer one as of the inner one of n turns,
// n i + j counts all turns in order: the inner loop does them all. One long loop has one remainder, and its sums stay in
// registers from the first to the last turn.
import { isOpen } from "../ir/size.js";
import { type Atom, type Block, type Item, Ix, type Loop, type Var } from "./kernel.js";

export function collapse(block: Block): void {
  block.items.forEach((item, n) => {
    if (item.kind === "loop") {
      collapse(item.body);
      const [inner, ...others] = item.body.items;
      if (inner?.kind !== "loop" || others.length > 0 || !isOneWalk(item, inner)) return;
      (inner.over as Writable<Var>).size *= item.over.size;
      for (const i of inner.body.items) {
        if (i.kind === "accumulate" && i.accumulator.loop === item) i.accumulator.loop = inner;
        const indexed = i.kind === "instr" ? i.code : i;
        if ("at" in indexed) (indexed as Writable<typeof indexed>).at = without(indexed.at, item.over);
      }
      (inner as Writable<Loop>).block = block;
      Object.assign<Writable<Block>, Partial<Block>>(inner.body, { parent: block, depth: block.depth + 1 });
      block.items[n] = inner;
    } else if (item.kind === "while") [item.test, item.body].forEach(collapse);
    else if (item.kind === "if") item.arms.forEach(collapse);
  });
}

type Writable<T> = { -readonly [key in keyof T]: T[key] };

/** How much of the variable stands in the expression itself. */
const amount = (ix: Ix, v: Var): number =>
  ix.terms.reduce((n, { atom, by }) => (atom.kind === "var" && atom.of === v ? n + by : n), 0);

function isOneWalk({ over: outer }: Loop, inner: Loop): boolean {
  const { over: last } = inner;
  if (outer.sequential || last.sequential || isOpen(outer.size) || isOpen(last.size)) return false;
  const joint = (ix: Ix): boolean =>
    amount(ix, outer) === last.size * amount(ix, last) &&
    ix.terms.every(({ atom }) => (atom.kind !== "div" && atom.kind !== "mod") || joint(atom.of));
  const walks = (item: Item): boolean => {
    switch (item.kind) {
      case "instr":
        return !("at" in item.code) || joint(item.code.at);
      case "store":
      case "update":
        return joint(item.at);
      case "accumulate":
        return true;
      default:
        return false;
    }
  };
  return inner.body.items.every(walks);
}

/** The expression where the variable is 0. */
function without(ix: Ix, v: Var): Ix {
  const terms = ix.terms
    .filter(({ atom }) => atom.kind !== "var" || atom.of !== v)
    .map(({ atom, by }) => ({ atom: changed(atom, v), by }));
  return new Ix(ix.constant, terms);
}

function changed(atom: Atom, v: Var): Atom {
  if (atom.kind !== "div" && atom.kind !== "mod") return atom;
  const of = without(atom.of, v);
  return { ...atom, of, key: `(${of.key})${atom.kind === "div" ? "/" : "%"}${atom.by}` };
}
