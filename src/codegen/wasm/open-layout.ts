// Buffers of open size in; a tag in place of each address, and the addresses for a given length out.
// Code that uses a tag reads the address from a table in memory, so one program serves every length.
import { byteWidth } from "../../ir/types.js";
import { NotGeneric, sizeAt } from "../../ir/size.js";
import type { Buffer } from "../../schedule/kernel.js";
import { TABLES_END } from "./tables.js";
import { alignUp, bytesOf, firstFit, type Temporary } from "../../schedule/plan.js";

/** Where the length stands in memory, and the addresses behind it; all are words of 32 bits. */
export const LENGTH_AT = 8;
export const TABLE_AT = TABLES_END;

/** Tags lie below every real address and every offset. */
const TAG = 2 ** 34;
const MEMORY = 2 ** 32;

/** What stands for address number so-and-so. */
export const tag = (number: number): number => -(number + 1) * TAG;

/** A tag, or one with an offset added. */
export const isTag = (place: number): boolean => place < -MEMORY;

/** The number of the buffer behind a tag, and what was added to it. */
export function readTag(place: number): { readonly number: number; readonly offset: number } {
  const number = Math.round(-place / TAG) - 1;
  return { number, offset: place + (number + 1) * TAG };
}

/** What a program must be told before it runs at a length. */
export interface OpenPlaces {
  readonly addresses: readonly number[];
  /** First byte after everything. */
  readonly end: number;
}

export class OpenLayout {
  private readonly buffers: Buffer[] = [];
  private readonly numbers = new Map<Buffer, number>();
  private readonly lasting: Buffer[] = [];
  private readonly arenas: (readonly Temporary[])[] = [];

  get count(): number {
    return this.buffers.length;
  }

  private tag(b: Buffer): void {
    b.place = tag(this.buffers.length);
    this.numbers.set(b, this.buffers.length);
    this.buffers.push(b);
  }

  /** A buffer that outlives runs. */
  add(b: Buffer): void {
    this.tag(b);
    this.lasting.push(b);
  }

  /** Temporaries of one function; those of several are never needed at once. */
  addArena(temporaries: readonly Temporary[]): void {
    for (const t of temporaries) this.tag(t.buffer);
    this.arenas.push(temporaries);
  }

  /** Places for a length, from `start` on. */
  at(n: number, start: number): OpenPlaces {
    const addresses = new Array<number>(this.buffers.length);
    const bytes = (b: Buffer): number => sizeAt(bytesOf(b), n);
    let base = alignUp(start, 64);
    for (const b of this.lasting) {
      base = alignUp(base, Math.max(16, byteWidth[b.dtype]));
      addresses[this.numbers.get(b)!] = base;
      base += bytes(b);
    }
    base = alignUp(base, 64);
    let end = base;
    for (const arena of this.arenas) {
      const fit = firstFit(arena, base, bytes);
      arena.forEach(({ buffer }, i) => (addresses[this.numbers.get(buffer)!] = fit.places[i]!));
      end = Math.max(end, fit.end);
    }
    if (end >= MEMORY)
      throw new NotGeneric(
        `for ${n} rows it needs ${Math.ceil(end / 2 ** 20)} MiB, more than the memory there is`,
      );
    return { addresses, end };
  }
}
