// Groups, arrays and chunks in; files of the Zarr format, version 2, out. Uncompressed, little-endian, C order.
// https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html; named axes are xarray's _ARRAY_DIMENSIONS.
import type { Folder } from "./files.js";

export type ZarrType = "<f8" | "<i8" | "|b1";

export interface ZarrArray {
  readonly path: string;
  readonly dtype: ZarrType;
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  /** One name per axis. */
  readonly dims: readonly string[];
}

const ALL = ".zmetadata";

/** Chunks that were never written read as these. xarray takes them for missing values, so that a number that counts is none. */
const FILL: Readonly<Record<ZarrType, unknown>> = { "<f8": "NaN", "<i8": null, "|b1": null };

export class ZarrWriter {
  /** Readers find all metadata in one file. */
  private metadata: Record<string, unknown> = {};

  constructor(private readonly folder: Folder) {}

  group(path: string, attributes: Readonly<Record<string, unknown>>): void {
    this.metadata[under(path, ".zgroup")] = { zarr_format: 2 };
    this.metadata[under(path, ".zattrs")] = attributes;
  }

  array({ path, dtype, shape, chunks, dims }: ZarrArray): void {
    this.metadata[`${path}/.zarray`] = {
      zarr_format: 2,
      shape,
      // An axis may be empty, a chunk may not.
      chunks: chunks.map((n) => Math.max(1, n)),
      dtype,
      compressor: null,
      fill_value: FILL[dtype],
      order: "C",
      filters: null,
    };
    this.metadata[`${path}/.zattrs`] = { _ARRAY_DIMENSIONS: dims };
  }

  /** An array that is written once, in one chunk. */
  whole(array: Omit<ZarrArray, "chunks">, values: ArrayLike<number>): void {
    this.array({ ...array, chunks: array.shape });
    if (values.length > 0)
      this.chunk(
        array.path,
        array.shape.map(() => 0),
        array.dtype,
        values,
      );
  }

  chunk(path: string, place: readonly number[], dtype: ZarrType, values: ArrayLike<number>): void {
    const name = place.length === 0 ? "0" : place.join(".");
    this.folder.write(`${path}/${name}`, bytesOf(dtype, values));
  }

  /** The arrays of a group. */
  arraysOf(group: string): Pick<ZarrArray, "path" | "shape" | "dims">[] {
    const suffix = "/.zarray";
    return Object.keys(this.metadata)
      .filter((name) => name.startsWith(`${group}/`) && name.endsWith(suffix))
      .map((name) => {
        const path = name.slice(0, -suffix.length);
        const { shape } = this.metadata[name] as { shape: number[] };
        const { _ARRAY_DIMENSIONS: dims } = this.metadata[`${path}/.zattrs`] as Record<string, string[]>;
        return { path, shape, dims };
      });
  }

  /** Takes over what the folder says already. */
  reload(): void {
    const text = this.folder.read(ALL);
    if (!text) throw new Error(`"${this.folder.path}" has lost its file ${ALL}.`);
    ({ metadata: this.metadata } = JSON.parse(new TextDecoder().decode(text)) as {
      metadata: Record<string, unknown>;
    });
  }

  /** Writes the metadata; to be called again when a shape has changed. */
  flush(): void {
    for (const [name, value] of Object.entries(this.metadata))
      this.folder.write(name, JSON.stringify(value, null, 2));
    const all = { zarr_consolidated_format: 1, metadata: this.metadata };
    this.folder.write(ALL, JSON.stringify(all, null, 2));
  }
}

const under = (path: string, name: string): string => (path === "" ? name : `${path}/${name}`);

function bytesOf(dtype: ZarrType, values: ArrayLike<number>): Uint8Array {
  if (dtype === "|b1") return Uint8Array.from(values);
  const out = new DataView(new ArrayBuffer(8 * values.length));
  for (let i = 0; i < values.length; i++)
    if (dtype === "<f8") out.setFloat64(8 * i, values[i], true);
    else out.setBigInt64(8 * i, BigInt(values[i]), true);
  return new Uint8Array(out.buffer);
}

/** The values of a chunk file. */
export function valuesOf(dtype: ZarrType, bytes: Uint8Array): Float64Array {
  if (dtype === "|b1") return Float64Array.from(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.byteLength / 8 }, (_, i) =>
    dtype === "<f8" ? view.getFloat64(8 * i, true) : Number(view.getBigInt64(8 * i, true)),
  );
}
