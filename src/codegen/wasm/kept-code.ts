// What the build kept of functions that are the same in every module in; their code, as if this process had written them, out; and what to
// keep of this process for the next build's users. Writing the sampler and the special functions costs a new process more than
// everything else that it compiles (docs/adr/0030-kept-code.md).
import type { Table } from "../../ir/machine.js";
import { expTable, logTable } from "../../ops/routines/tables.js";
import type { Blank } from "./blank.js";
import type { Hole } from "./function-code.js";
import { Bytes } from "./leb.js";
import { allPortable, portable, type Kept, type PortableFunction } from "./portable-function.js";
import type { WasmType } from "./value.js";

/** Where Node's build of the library finds the bytes, and puts the function that makes them. */
export interface KeptCode {
  readonly bytes?: Uint8Array<ArrayBuffer> | undefined;
  keep?: () => Uint8Array<ArrayBuffer>;
}

/** One function; others are named by their position in the list. */
interface Entry {
  readonly name: string;
  readonly params: readonly WasmType[];
  readonly results: readonly WasmType[];
  /** Absent: each module provides it. */
  readonly code?: {
    readonly from: number;
    readonly to: number;
    /** Position in the code, then what stands there: a function, or number, offset and sign of a blank. */
    readonly holes: readonly (readonly [number, number] | readonly [number, number, number, boolean])[];
    readonly asked: readonly number[];
    readonly read: readonly string[];
  };
}

const tables: readonly Table[] = [expTable, logTable];

/** A header of JSON with its length in front, then code. */
function writeKept(functions: Iterable<PortableFunction>): Uint8Array<ArrayBuffer> {
  const list: PortableFunction[] = [];
  const numbers = new Map<PortableFunction, number>();
  const numberOf = (fn: PortableFunction): number => {
    let number = numbers.get(fn);
    if (number === undefined) {
      numbers.set(fn, (number = list.length));
      list.push(fn);
    }
    return number;
  };
  for (const fn of functions) if (fn.kept) numberOf(fn);
  const code = new Bytes();
  const entries: Entry[] = [];
  for (let i = 0; i < list.length; i++) {
    const { name, params, results, kept } = list[i]!;
    if (!kept) {
      entries.push({ name, params, results });
      continue;
    }
    const from = code.length;
    code.append(kept.code.bytes);
    const holes = kept.code.holes.map(({ at, to }) =>
      "number" in to ? ([at, to.number, to.offset, to.signed] as const) : ([at, numberOf(to)] as const),
    );
    const asked = kept.asked.map(numberOf);
    const read = kept.read.map((table) => table.name);
    entries.push({ name, params, results, code: { from, to: code.length, holes, asked, read } });
  }
  const header = new TextEncoder().encode(JSON.stringify(entries));
  const out = new Uint8Array(4 + header.length + code.length);
  new DataView(out.buffer).setUint32(0, header.length, true);
  out.set(header, 4);
  out.set(code.part(0, code.length), 4 + header.length);
  return out;
}

/** By name, what was kept. */
class KeptFunctions {
  private readonly entries: readonly Entry[];
  private readonly code: Uint8Array<ArrayBuffer>;
  private readonly positions = new Map<string, number>();

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    this.entries = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size))) as Entry[];
    this.code = bytes.subarray(4 + size);
    for (let i = 0; i < this.entries.length; i++) this.positions.set(this.entries[i]!.name, i);
  }

  of(wanted: string): Kept | undefined {
    const position = this.positions.get(wanted);
    const code = position === undefined ? undefined : this.entries[position]!.code;
    if (!code) return undefined;
    const fn = (i: number): PortableFunction => {
      const { name, params, results } = this.entries[i]!;
      return portable(name, params, results, () => {
        throw new Error(`wasm: ${name} was kept by the build, and is not to be written`);
      });
    };
    const holes = code.holes.map(([at, number, offset, signed]): Hole<PortableFunction> => ({
      at,
      to: offset === undefined ? fn(number) : ({ kind: "blank", number, offset, signed } as Blank),
    }));
    return {
      code: { bytes: Bytes.of(this.code.subarray(code.from, code.to)), holes },
      asked: code.asked.map(fn),
      read: code.read.map((table) => tables.find((t) => t.name === table)!),
    };
  }
}

/** Node's build of the library is given this by whoever runs it; elsewhere there is no such name. */
declare const KEPT_CODE: KeptCode | undefined;
const host = typeof KEPT_CODE === "undefined" ? undefined : KEPT_CODE;

const fromBuild = host?.bytes && new KeptFunctions(host.bytes);
if (host) host.keep = () => writeKept(allPortable());

/** What there is of a function's code already. */
export const keptOf = (fn: PortableFunction): Kept | undefined => (fn.kept ??= fromBuild?.of(fn.name));
