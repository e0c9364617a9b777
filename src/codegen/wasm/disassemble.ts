// The bytes of one of our modules in, readable WebAssembly text out: names, locals, one instruction a line, blocks indented.
import { extracts, laneLoads, laneStores, loads, operations, replaces, stores } from "./opcodes.js";
import { Reader } from "./reader.js";

/** How an opcode's immediates are read, and its text with them. */
type Form = (r: Reader) => string;

const valueTypes: Readonly<Record<number, string>> = {
  0x7f: "i32",
  0x7e: "i64",
  0x7d: "f32",
  0x7c: "f64",
  0x7b: "v128",
};

const typeAt = (r: Reader): string => {
  const code = r.byte();
  const name = valueTypes[code];
  if (name === undefined) throw new Error(`disassemble: 0x${code.toString(16)} is not a value type.`);
  return name;
};

/** align and offset, where they are not the usual ones. */
function memoryArgument(r: Reader, natural: number): string {
  const align = 2 ** r.u32();
  const offset = r.u32();
  return `${offset === 0 ? "" : ` offset=${offset}`}${align === natural ? "" : ` align=${align}`}`;
}

/** A float as text that reads back to the same bits; NaN payloads are kept. */
function floatText(x: number, bits: bigint, fraction: bigint): string {
  if (x !== x) {
    const payload = bits & ((1n << fraction) - 1n);
    const sign = bits >> (fraction === 52n ? 63n : 31n) === 1n ? "-" : "";
    return payload === 1n << (fraction - 1n) ? `${sign}nan` : `${sign}nan:0x${payload.toString(16)}`;
  }
  if (Object.is(x, -0)) return "-0";
  return Number.isFinite(x) ? String(x) : x > 0 ? "inf" : "-inf";
}

function vectorText(r: Reader): string {
  const words = Array.from({ length: 4 }, () => `0x${r.word().toString(16).padStart(8, "0")}`);
  return `v128.const i32x4 ${words.join(" ")}`;
}

const index =
  (name: string): Form =>
  (r) =>
    `${name} ${r.u32()}`;

function makeForms(): Map<number, Form> {
  const forms = new Map<number, Form>();
  const table = <T>(
    rows: Readonly<Record<string, T>>,
    form: (name: string, row: T) => [number, Form],
  ): void => {
    for (const [name, row] of Object.entries(rows)) forms.set(...form(name, row));
  };
  table(operations, (name, [code]) => [code, () => name]);
  for (const rows of [loads, stores])
    table<readonly [number, string, number]>(rows, (name, [code, , natural]) => [
      code,
      (r) => name + memoryArgument(r, natural),
    ]);
  for (const rows of [laneLoads, laneStores])
    table<readonly [number, number]>(rows, (name, [code, natural]) => [
      code,
      (r) => `${name}${memoryArgument(r, natural)} ${r.byte()}`,
    ]);
  for (const rows of [extracts, replaces])
    table<readonly [number, string, number]>(rows, (name, [code]) => [code, (r) => `${name} ${r.byte()}`]);
  const others: readonly (readonly [number, Form])[] = [
    [0x00, () => "unreachable"],
    [0x0f, () => "return"],
    [0x1a, () => "drop"],
    [0x1b, () => "select"],
    [0x1c, (r) => `select${Array.from({ length: r.u32() }, () => ` (result ${typeAt(r)})`).join("")}`],
    [0x20, index("local.get")],
    [0x21, index("local.set")],
    [0x22, index("local.tee")],
    [0x41, (r) => `i32.const ${r.s32()}`],
    [0x42, (r) => `i64.const ${r.s64()}`],
    [0x43, (r) => `f32.const ${r.float(4, floatText)}`],
    [0x44, (r) => `f64.const ${r.float(8, floatText)}`],
    [0xfd000c, vectorText],
    [0xfd000d, (r) => `i8x16.shuffle ${Array.from({ length: 16 }, () => r.byte()).join(" ")}`],
    [0xfc000a, (r) => (r.bytes(2), "memory.copy")],
    [0xfc000b, (r) => (r.byte(), "memory.fill")],
  ];
  for (const [code, form] of others) forms.set(code, form);
  return forms;
}

const forms = makeForms();

interface FunctionType {
  readonly params: readonly string[];
  readonly results: readonly string[];
}

/** What the sections say, as far as our modules use them. */
interface Parts {
  readonly types: FunctionType[];
  /** Imported functions: they have the first indices. */
  readonly imported: string[];
  readonly functionTypes: number[];
  readonly lines: string[];
  readonly names: Map<number, string>;
  readonly exported: Map<number, string[]>;
  code: Uint8Array[];
}

export function disassemble(bytes: Uint8Array): string {
  const r = new Reader(bytes);
  r.bytes(8);
  const parts: Parts = {
    types: [],
    imported: [],
    functionTypes: [],
    lines: [],
    names: new Map(),
    exported: new Map(),
    code: [],
  };
  while (!r.done) {
    const id = r.byte();
    section(id, new Reader(r.bytes(r.u32())), parts);
  }
  const first = parts.imported.length;
  const functions = parts.code.map((body, i) => functionText(first + i, new Reader(body), parts));
  const lines = [...parts.imported, ...parts.lines].map((l) => `  ${l}`);
  return `${["(module", ...lines, ...functions].join("\n")})\n`;
}

const many = <T>(r: Reader, read: () => T): T[] => Array.from({ length: r.u32() }, read);

function section(id: number, r: Reader, parts: Parts): void {
  switch (id) {
    case 0:
      if (r.text() === "name") functionNames(r, parts);
      return;
    case 1:
      parts.types.push(
        ...many(r, () => {
          r.byte();
          return { params: many(r, () => typeAt(r)), results: many(r, () => typeAt(r)) };
        }),
      );
      return;
    case 2:
      for (const _ of many(r, () => undefined)) {
        const from = `(import ${JSON.stringify(r.text())} ${JSON.stringify(r.text())}`;
        const kind = r.byte();
        if (kind === 0) {
          const type = parts.types[r.u32()]!;
          parts.imported.push(`${from} (func $f${parts.imported.length}${signatureText(type)}))`);
          continue;
        }
        if (kind !== 2)
          throw new Error("disassemble: only memories and functions are imported by our modules.");
        parts.lines.push(`${from} (memory ${limits(r)}))`);
      }
      return;
    case 3:
      parts.functionTypes.push(...many(r, () => r.u32()));
      return;
    case 5:
      for (const _ of many(r, () => undefined)) parts.lines.push(`(memory ${limits(r)})`);
      return;
    case 7:
      for (const _ of many(r, () => undefined)) {
        const name = JSON.stringify(r.text());
        const kind = r.byte();
        const at = r.u32();
        if (kind === 2) parts.lines.push(`(export ${name} (memory ${at}))`);
        else parts.exported.set(at, [...(parts.exported.get(at) ?? []), name]);
      }
      return;
    case 10:
      parts.code = many(r, () => r.bytes(r.u32()));
      return;
    case 11:
      for (const _ of many(r, () => undefined)) {
        r.byte();
        r.byte();
        const offset = r.s32();
        r.byte();
        const escaped = [...r.bytes(r.u32())].map((b) => `\\${b.toString(16).padStart(2, "0")}`).join("");
        parts.lines.push(`(data (i32.const ${offset}) "${escaped}")`);
      }
      return;
    default:
      throw new Error(`disassemble: our modules have no section ${id}.`);
  }
}

function limits(r: Reader): string {
  const bounded = r.byte() === 1;
  const low = r.u32();
  return bounded ? `${low} ${r.u32()}` : String(low);
}

function functionNames(r: Reader, parts: Parts): void {
  while (!r.done) {
    const kind = r.byte();
    const inner = new Reader(r.bytes(r.u32()));
    if (kind === 1)
      for (const [i, name] of many(inner, () => [inner.u32(), inner.text()] as const))
        parts.names.set(i, name);
  }
}

/** Names are only used where text can hold them, and where no two functions share one. */
function nameOf(i: number, parts: Parts): string {
  const name = parts.names.get(i) ?? parts.exported.get(i)?.[0]?.slice(1, -1);
  const safe = name?.replace(/[^\w.]/g, "_");
  const twice = [...parts.names.values()].filter((n) => n === name).length > 1;
  return safe === undefined ? `$f${i}` : twice ? `$${safe}.${i}` : `$${safe}`;
}

function signatureText({ params, results }: FunctionType): string {
  const list = (word: string, types: readonly string[]): string =>
    types.length === 0 ? "" : ` (${word} ${types.join(" ")})`;
  return list("param", params) + list("result", results);
}

function functionText(i: number, r: Reader, parts: Parts): string {
  const type = parts.types[parts.functionTypes[i - parts.imported.length]!]!;
  const exports = (parts.exported.get(i) ?? []).map((n) => ` (export ${n})`).join("");
  const lines = [`  (func ${nameOf(i, parts)}${exports}${signatureText(type)}`];
  let next = type.params.length;
  for (const [count, name] of many(r, () => [r.u32(), typeAt(r)] as const)) {
    lines.push(`    (local${` ${name}`.repeat(count)})  ;; ${next}..${next + count - 1}`);
    next += count;
  }
  let indent = "    ";
  while (!r.done) {
    const code = r.opcode();
    switch (code) {
      case 0x02:
      case 0x03:
      case 0x04: {
        const block = r.byte();
        const result = block === 0x40 ? "" : ` (result ${valueTypes[block]!})`;
        lines.push(`${indent}${code === 2 ? "block" : code === 3 ? "loop" : "if"}${result}`);
        indent += "  ";
        break;
      }
      case 0x05:
        lines.push(`${indent.slice(2)}else`);
        break;
      case 0x0b:
        indent = indent.slice(2);
        if (!r.done) lines.push(`${indent}end`);
        break;
      case 0x0c:
      case 0x0d:
        lines.push(`${indent}${code === 0x0c ? "br" : "br_if"} ${r.u32()}`);
        break;
      case 0x10:
        lines.push(`${indent}call ${nameOf(r.u32(), parts)}`);
        break;
      default: {
        const form = forms.get(code);
        if (!form) throw new Error(`disassemble: no opcode 0x${code.toString(16)} in function ${i}.`);
        lines.push(indent + form(r));
      }
    }
  }
  return `${lines.join("\n")})`;
}
