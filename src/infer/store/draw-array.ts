// Draws of one quantity, chain by chain, in; the chunks of an array (chain, draw, ...shape) out, and back.
import type { Folder } from "./files.js";
import { valuesOf, type ZarrArray, type ZarrType, type ZarrWriter } from "./zarr.js";

/** A chunk is written again with every slice until it is full, so it must stay small. */
const CHUNK_BYTES = 1 << 18;

export interface DrawQuantity {
  readonly path: string;
  readonly dtype: ZarrType;
  /** Of one draw. */
  readonly shape: readonly number[];
  /** Names of the axes behind chain and draw. */
  readonly dims: readonly string[];
}

export class DrawArray {
  readonly size: number;
  /** Draws in a chunk; it does not depend on how many there will be, so that a run can be made longer. */
  readonly rows: number;
  private readonly open: { chunk: number; values: Float64Array }[];

  constructor(
    private readonly quantity: DrawQuantity,
    private readonly chains: number,
  ) {
    this.size = quantity.shape.reduce((n, d) => n * d, 1);
    this.rows = Math.max(1, Math.min(1000, Math.floor(CHUNK_BYTES / (8 * Math.max(1, this.size)))));
    this.open = Array.from({ length: chains }, () => ({ chunk: -1, values: new Float64Array(0) }));
  }

  /** The array's description when it holds so many draws of each chain. */
  describe(draws: number): ZarrArray {
    const { path, dtype, shape, dims } = this.quantity;
    return {
      path,
      dtype,
      shape: [this.chains, draws, ...shape],
      chunks: [1, this.rows, ...shape],
      dims: ["chain", "draw", ...dims],
    };
  }

  /** Writes rows, the first of which is draw `first`; draws come in order. */
  append(zarr: ZarrWriter, chain: number, first: number, values: ArrayLike<number>): void {
    const { size, rows, open } = this;
    if (size === 0) return;
    const { path, dtype, shape } = this.quantity;
    const missing = dtype === "<f8" ? NaN : 0;
    const current = open[chain];
    const count = values.length / size;
    for (let row = 0; row < count;) {
      const draw = first + row;
      const chunk = Math.floor(draw / rows);
      if (current.chunk !== chunk) {
        current.values = new Float64Array(rows * size).fill(missing);
        current.chunk = chunk;
      }
      const within = Math.min(count - row, (chunk + 1) * rows - draw);
      const at = (draw - chunk * rows) * size;
      for (let k = 0; k < within * size; k++) current.values[at + k] = values[row * size + k];
      zarr.chunk(path, [chain, chunk, ...shape.map(() => 0)], dtype, current.values);
      row += within;
    }
  }

  /** The first draws of a chain, as they were written; the last chunk stays open for more. */
  restore(folder: Folder, chain: number, draws: number): Float64Array {
    const { size, rows, open } = this;
    const { path, dtype, shape } = this.quantity;
    const out = new Float64Array(draws * size);
    for (let chunk = 0; size > 0 && chunk * rows < draws; chunk++) {
      const name = `${path}/${[chain, chunk, ...shape.map(() => 0)].join(".")}`;
      const bytes = folder.read(name);
      if (!bytes)
        throw new Error(`"${folder.path}" is not complete: ${name} is missing. Run again with another path.`);
      const values = valuesOf(dtype, bytes);
      out.set(values.subarray(0, Math.min(rows, draws - chunk * rows) * size), chunk * rows * size);
      open[chain] = { chunk, values };
    }
    return out;
  }
}
