// Contributions to the cotangents of values in, one total per value out.
import type { Builder } from "../ir/builder.js";
import type { Emit } from "../ir/op.js";
import type { Equation, Value } from "../ir/types.js";
import { sameShape } from "../ir/types.js";
import { add, concatenate, pad } from "../ops/index.js";

interface Total {
  readonly value: Value;
  /** True when some contribution came through a `where`. */
  readonly guarded: boolean;
}

/** Collects contributions until the value's own equation is reached, so that many can be added at once. */
export class Cotangents {
  private readonly pads = new Map<Value, Piece>();
  private scanned = 0;
  private readonly pending = new Map<Value, { values: Value[]; guarded: boolean }>();

  constructor(
    private readonly e: Emit,
    private readonly builder: Builder,
  ) {}

  add(v: Value, cotangent: Value, guarded: boolean): void {
    if (!sameShape(v.type.shape, cotangent.type.shape))
      throw new Error(
        `vjp: a value of shape [${v.type.shape.join(",")}] got a cotangent of shape [${cotangent.type.shape.join(",")}]; the vjp rule of an operation that uses it is wrong.`,
      );
    const entry = this.pending.get(v);
    if (entry) {
      entry.values.push(cotangent);
      entry.guarded ||= guarded;
    } else this.pending.set(v, { values: [cotangent], guarded });
  }

  /** The total, or null for an exact zero. */
  take(v: Value): Total | null {
    const entry = this.pending.get(v);
    if (!entry) return null;
    this.pending.delete(v);
    const values = entry.values.length > 2 ? this.joinSlices(v, entry.values) : entry.values;
    return { value: values.reduce((sum, x) => this.e(add, [sum, x])), guarded: entry.guarded };
  }

  /**
   * The cotangents of slices of v are zero-padded: where they lie side by side along one axis they are concatenated,
   * which is linear in the number of slices where adding the padded arrays is quadratic.
   */
  private joinSlices(v: Value, values: readonly Value[]): Value[] {
    this.findPads();
    const byAxis = new Map<number, Piece[]>();
    const rest: Value[] = [];
    for (const value of values) {
      const piece = this.pads.get(value);
      if (!piece) rest.push(value);
      else byAxis.set(piece.axis, [...(byAxis.get(piece.axis) ?? []), piece]);
    }
    for (const [axis, pieces] of byAxis) for (const row of layers(pieces)) rest.push(this.join(v, axis, row));
    return rest;
  }

  /** Notes the zero-paddings along a single axis among the equations that are new since the last look. */
  private findPads(): void {
    const { equations } = this.builder;
    for (; this.scanned < equations.length; this.scanned++) {
      const eq = equations[this.scanned];
      const piece = eq.op === pad ? pieceOf(eq) : null;
      if (piece) this.pads.set(eq.outputs[0], piece);
    }
  }

  private join(v: Value, axis: number, row: readonly Piece[]): Value {
    if (row.length === 1) return row[0].padded;
    const { dtype, shape } = v.type;
    const parts: Value[] = [];
    let reached = 0;
    const fillTo = (start: number): void => {
      if (start > reached)
        parts.push(
          this.e.literal(
            0,
            dtype,
            shape.map((d, i) => (i === axis ? start - reached : d)),
          ),
        );
    };
    for (const { start, inner } of row) {
      fillTo(start);
      parts.push(inner);
      reached = start + inner.type.shape[axis];
    }
    fillTo(shape[axis]);
    return this.e(concatenate, parts, { axis });
  }
}

interface Piece {
  readonly axis: number;
  readonly start: number;
  readonly inner: Value;
  readonly padded: Value;
}

function pieceOf({ inputs, outputs, params }: Equation): Piece | null {
  const low = params.low as readonly number[];
  const high = params.high as readonly number[];
  const moved = low.flatMap((n, i) => (n > 0 || high[i] > 0 ? [i] : []));
  if (params.fill !== 0 || moved.length !== 1) return null;
  const [axis] = moved;
  return { axis, start: low[axis], inner: inputs[0], padded: outputs[0] };
}

/** Sorts pieces into rows in which none overlaps the next. */
function layers(pieces: readonly Piece[]): Piece[][] {
  const rows: { end: number; row: Piece[] }[] = [];
  const sorted = [...pieces].sort((a, b) => a.start - b.start);
  for (const piece of sorted) {
    const end = piece.start + piece.inner.type.shape[piece.axis];
    const room = rows.find((r) => r.end <= piece.start);
    if (room) {
      room.row.push(piece);
      room.end = end;
    } else rows.push({ end, row: [piece] });
  }
  return rows.map((r) => r.row);
}
