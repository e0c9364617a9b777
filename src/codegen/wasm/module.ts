// A wasm module under construction: memory, data, functions and custom sections in, the bytes of a .wasm file out.
import { FunctionBuilder, type Signature } from "./function.js";
import { appendCode } from "./function-code.js";
import { Bytes } from "./leb.js";
import { typeCode, type WasmType } from "./value.js";

export { FunctionBuilder, type Label, type Signature } from "./function.js";
export {
  constant,
  splat,
  v128,
  type Constant,
  type Local,
  type Operand,
  type WasmType,
  type WasmValue,
} from "./value.js";
export type {
  ExtractName,
  LaneLoadName,
  LaneStoreName,
  LoadName,
  OpName,
  ReplaceName,
  StoreName,
} from "./opcodes.js";

interface Memory {
  readonly minPages: number;
  readonly max?: number;
  readonly export?: string;
  readonly import?: readonly [string, string];
}

export class ModuleBuilder {
  private readonly functions: FunctionBuilder[] = [];
  private readonly imported: (Signature & { readonly from: readonly [string, string] })[] = [];
  private readonly exports: { name: string; kind: number; index: number }[] = [];
  private readonly segments: { offset: number; bytes: Uint8Array }[] = [];
  private readonly customs: { name: string; bytes: Uint8Array }[] = [];
  private pages: Memory | undefined;
  private numbers: readonly number[] = [];

  constructor(private readonly options: { readonly names?: boolean } = {}) {}

  /** The module's one memory, in pages of 64 KiB; own, or imported as [module, field]. May be called again to replace it. */
  memory(minPages: number, options: Omit<Memory, "minPages"> = {}): void {
    this.pages = { minPages, ...options };
  }

  /** What blanks in its functions' code are filled with. */
  fill(numbers: readonly number[]): void {
    this.numbers = numbers;
  }

  /** Bytes written to memory when the module is instantiated. */
  data(offset: number, bytes: Uint8Array): void {
    this.segments.push({ offset, bytes });
  }

  /** A function of the host, known as [module, field] and called as any other. Imports come before the first `func`. */
  importFunction(
    from: readonly [string, string],
    params: readonly WasmType[],
    results: readonly WasmType[],
  ): Signature {
    if (this.functions.length > 0)
      throw new Error(`wasm: function ${from.join(".")} is imported after others were made`);
    const signature = { name: from.join("."), index: this.imported.length, params, results, from };
    this.imported.push(signature);
    return signature;
  }

  /** A new function; its index is known at once, so bodies may call each other in any order. */
  func(
    name: string,
    params: readonly WasmType[],
    results: readonly WasmType[],
    options: { readonly export?: string; readonly blanks?: boolean } = {},
  ): FunctionBuilder {
    const index = this.imported.length + this.functions.length;
    const at = (i: number): Signature => this.signature(i);
    const builder = new FunctionBuilder(name, index, params, results, at, options.blanks);
    this.functions.push(builder);
    if (options.export !== undefined) this.export(options.export, builder);
    return builder;
  }

  /** Makes a function known to the host. */
  export(name: string, { index }: Signature): void {
    this.exports.push({ name, kind: 0, index });
  }

  private signature(index: number): Signature {
    const all = [...this.imported, ...this.functions];
    const found = all[index];
    if (!found) throw new Error(`wasm: no function ${index}; the module has ${all.length}`);
    return found;
  }

  customSection(name: string, bytes: Uint8Array): void {
    this.customs.push({ name, bytes });
  }

  private limits(out: Bytes, memory: Memory): void {
    if (memory.max === undefined) out.byte(0).u32(memory.minPages);
    else out.byte(1).u32(memory.minPages).u32(memory.max);
  }

  private nameSection(): Bytes {
    const all = [...this.imported, ...this.functions];
    const names = new Bytes().u32(all.length);
    all.forEach((f, i) => names.u32(i).text(f.name));
    return new Bytes().text("name").byte(1).u32(names.length).append(names);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const out = new Bytes().append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
    const section = (id: number, content: Bytes): void => {
      out.byte(id).u32(content.length).append(content);
    };
    const types: string[] = [];
    const typeSection = new Bytes();
    const indexOf = (f: Signature): number => {
      const key = `${f.params.join()}>${f.results.join()}`;
      const known = types.indexOf(key);
      if (known >= 0) return known;
      typeSection.byte(0x60);
      for (const list of [f.params, f.results]) {
        typeSection.u32(list.length);
        for (const t of list) typeSection.byte(typeCode[t]);
      }
      return types.push(key) - 1;
    };
    const importTypes = this.imported.map(indexOf);
    const typeIndex = this.functions.map(indexOf);
    section(1, new Bytes().u32(types.length).append(typeSection));
    const memory = this.pages;
    const count = this.imported.length + (memory?.import ? 1 : 0);
    if (count > 0) {
      const imports = new Bytes().u32(count);
      this.imported.forEach(({ from }, i) => imports.text(from[0]).text(from[1]).byte(0).u32(importTypes[i]));
      if (memory?.import) {
        imports.text(memory.import[0]).text(memory.import[1]).byte(2);
        this.limits(imports, memory);
      }
      section(2, imports);
    }
    const functionSection = new Bytes().u32(this.functions.length);
    for (const t of typeIndex) functionSection.u32(t);
    section(3, functionSection);
    if (memory && !memory.import) {
      const own = new Bytes().u32(1);
      this.limits(own, memory);
      section(5, own);
    }
    const exported = [...this.exports];
    if (memory?.export !== undefined) exported.push({ name: memory.export, kind: 2, index: 0 });
    const exportSection = new Bytes().u32(exported.length);
    for (const e of exported) exportSection.text(e.name).byte(e.kind).u32(e.index);
    section(7, exportSection);
    const code = new Bytes().u32(this.functions.length);
    for (const f of this.functions) {
      appendCode(code, f.encode(), (callee) => callee.index, this.numbers);
    }
    section(10, code);
    if (this.segments.length > 0) {
      const data = new Bytes().u32(this.segments.length);
      for (const s of this.segments)
        data.u32(0).byte(0x41).i32(s.offset).byte(0x0b).u32(s.bytes.length).append(s.bytes);
      section(11, data);
    }
    for (const c of this.customs) section(0, new Bytes().text(c.name).append(c.bytes));
    if (this.options.names) section(0, this.nameSection());
    return out.take();
  }
}
