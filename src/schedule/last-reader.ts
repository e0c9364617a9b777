// An equation and one of its operands in; whether the equation is the last to read the operand's memory out.
import type { Equation, Graph, Value } from "../ir/types.js";
import type { Region } from "./region.js";

interface Uses {
  readonly position: ReadonlyMap<Equation, number>;
  readonly readers: ReadonlyMap<Value, readonly Equation[]>;
  readonly outputs: ReadonlySet<Value>;
}

const known = new WeakMap<Graph, Uses>();

function usesOf(graph: Graph): Uses {
  let uses = known.get(graph);
  if (!uses) {
    const readers = new Map<Value, Equation[]>();
    for (const eq of graph.equations)
      for (const v of eq.inputs) {
        const list = readers.get(v);
        if (list) list.push(eq);
        else readers.set(v, [eq]);
      }
    const position = new Map(graph.equations.map((eq, i) => [eq, i]));
    known.set(graph, (uses = { position, readers, outputs: new Set(graph.outputs) }));
  }
  return uses;
}

/** Values that get a statement of their own although they could be computed in place. */
export type Anchored = (value: Value) => boolean;

/** Whether the equation is the only one that still reads the operand when it runs, and reads it once. */
export const isLastReader = (
  region: Region,
  eq: Equation,
  value: Value,
  atOnce: boolean,
  anchored: Anchored,
): boolean =>
  eq.inputs.filter((v) => v === value).length === 1 &&
  isReadBefore(region, eq, value, atOnce, anchored, true);

/**
 * Whether everything that reads a value has run when the equation writes. Equations run in the order of the graph, but one
 * that is computed in place runs wherever its result is read: so all readers must stand before the equation, and where
 * they are computed in place, their readers too. `atOnce`: the equation computes its operands before it writes, so
 * it may itself read what was computed from the value; `itself`: it may read the value in any case.
 */
export function isReadBefore(
  region: Region,
  eq: Equation,
  value: Value,
  atOnce: boolean,
  anchored: Anchored,
  itself = atOnce,
): boolean {
  const { position, readers, outputs } = usesOf(region.graph);
  const end = position.get(eq)!;
  const settled = (v: Value, own: boolean): boolean =>
    !outputs.has(v) &&
    (readers.get(v) ?? []).every((reader) => {
      const at = position.get(reader)!;
      if (at === end) return own;
      return at < end && (isStatement(reader, anchored) || reader.outputs.every((o) => settled(o, atOnce)));
    });
  return settled(value, itself);
}

/** Whether the scheduler computes the equation where it stands. */
function isStatement(reader: Equation, anchored: Anchored): boolean {
  const { op } = reader;
  const result = reader.outputs[0];
  if (result && anchored(result)) return true;
  switch (op.kind) {
    case "elementwise":
      return result?.type.shape.length === 0;
    case "movement":
      return false;
    case "reduction":
      return true;
    case "special":
      // A scan without steps hands its operands on.
      return !["constant", "iota", "gather", "call"].includes(op.lowering) && reader.params.length !== 0;
  }
}
