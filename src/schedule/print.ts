// Kernels as text: the arrays, then loop nests with one statement a line.
import { isOpen, showSize } from "../ir/size.js";
import type {
  Accumulator,
  Block,
  Buffer,
  Code,
  Instr,
  Item,
  Ix,
  Kernels,
  Loop,
  Register,
  Var,
  While,
} from "./kernel.js";

export function printKernels(k: Kernels): string {
  return new Printer(k).text();
}

/** Numbers loops, values, registers and sums in the order in which they are first printed. */
class Printer {
  private readonly lines: string[] = [];
  private readonly values = new Map<Instr, string>();
  private readonly loops = new Map<Var, string>();
  private readonly registers = new Map<Register, string>();
  private readonly folds = new Map<Accumulator, string>();
  private readonly buffers = new Map<Buffer, string>();

  constructor(private readonly k: Kernels) {
    const taken = new Set<string>();
    const outputs = new Map(k.outputs.map((b, i) => [b, `out${i}`]));
    for (const b of k.buffers) {
      const wished = outputs.get(b) ?? b.name.replace(/[^\w]/g, "_");
      let name = wished;
      for (let n = 1; taken.has(name); n++) name = `${wished}_${n}`;
      taken.add(name);
      this.buffers.set(b, name);
    }
  }

  text(): string {
    const used = this.k.buffers.filter((b) => b.role !== "temporary" || b.writers.length > 0);
    for (const b of used) this.lines.push(`${b.role} ${this.buffer(b)}: ${b.dtype}[${showSize(b.size)}]`);
    this.block(this.k.root, "");
    return this.lines.join("\n");
  }

  private put(indent: string, line: string): void {
    this.lines.push(indent + line);
  }

  private block(b: Block, indent: string): void {
    for (const item of b.items) this.item(item, indent);
  }

  private item(item: Item, indent: string): void {
    switch (item.kind) {
      case "instr":
        if (item.code.op !== "const") this.put(indent, `${this.value(item)} = ${this.code(item.code)}`);
        return;
      case "store":
        return this.put(indent, `${this.place(item.buffer, item.at)} = ${this.value(item.value)}`);
      case "update":
        return this.put(
          indent,
          `${this.place(item.buffer, item.at)} ${sign(item.row.name)} ${this.value(item.value)}${
            item.copies === undefined ? "" : `  (one of ${item.copies} copies, by SIMD lane)`
          }`,
        );
      case "accumulate":
        return this.put(
          indent,
          `${this.fold(item.accumulator)} ${sign(item.accumulator.row.name)} ${this.value(item.value)}`,
        );
      case "fill":
        return this.put(indent, `${this.buffer(item.buffer)}[..] = ${literal(item.value)}`);
      case "call": {
        const list = (bs: readonly Buffer[]): string => bs.map((b) => this.buffer(b)).join(", ");
        return this.put(indent, `${list(item.outputs)} = ${item.row.name}(${list(item.inputs)})`);
      }
      case "loop":
        this.first(item, indent);
        this.put(
          indent,
          `${item.over.sequential ? "scan" : "for"} ${this.loop(item.over)} in 0..${showSize(item.over.size)} {`,
        );
        this.block(item.body, `${indent}  `);
        this.next(item, `${indent}  `);
        return this.put(indent, "}");
      case "while":
        this.first(item, indent);
        this.put(indent, item.limit === null ? "while {" : `while, at most ${item.limit} times, {`);
        this.block(item.test, `${indent}  `);
        this.put(indent, `} ${item.condition ? this.value(item.condition) : "?"} {`);
        this.block(item.body, `${indent}  `);
        this.next(item, `${indent}  `);
        return this.put(indent, "}");
      case "if":
        this.put(indent, `if ${this.value(item.condition)} {`);
        item.arms.forEach((arm, i) => {
          this.block(arm, `${indent}  `);
          for (const s of item.sets[i]!)
            this.put(`${indent}  `, `${this.register(s.register)} = ${this.value(s.value)}`);
          this.put(indent, i === 0 ? "} else {" : "}");
        });
    }
  }

  private first(l: Loop | While, indent: string): void {
    for (const s of l.first) this.put(indent, `${this.register(s.register)} = ${this.value(s.value)}`);
  }

  private next(l: Loop | While, indent: string): void {
    for (const s of l.next) this.put(indent, `next ${this.register(s.register)} = ${this.value(s.value)}`);
    for (const c of l.copies) this.put(indent, `next ${this.buffer(c.to)} = ${this.buffer(c.from)}`);
  }

  // ---- names ------------------------------------------------------------------------------------------------------

  private value(i: Instr): string {
    if (i.code.op === "const") return literal(i.code.value);
    return named(this.values, i, "%");
  }
  private loop(v: Var): string {
    return named(this.loops, v, "i");
  }
  private register(r: Register): string {
    return named(this.registers, r, "r");
  }
  private fold(a: Accumulator): string {
    return named(this.folds, a, "acc");
  }
  private buffer(b: Buffer): string {
    return this.buffers.get(b) ?? b.name;
  }
  private place(b: Buffer, at: Ix): string {
    return `${this.buffer(b)}[${this.index(at)}]`;
  }

  /** 4*i0 + i1 - 1 */
  private index(at: Ix): string {
    let text = "";
    const term = (by: number, name: string): void => {
      const factor =
        Math.abs(by) === 1 ? name : name === "" ? size(Math.abs(by)) : `${size(Math.abs(by))}*${name}`;
      text += text === "" ? (by < 0 ? `-${factor}` : factor) : ` ${by < 0 ? "-" : "+"} ${factor}`;
    };
    for (const { atom, by } of at.terms) {
      if (atom.kind === "var") term(by, this.loop(atom.of));
      else if (atom.kind === "dyn") term(by, this.value(atom.of));
      else term(by, `((${this.index(atom.of)}) ${atom.kind === "div" ? "div" : "mod"} ${size(atom.by)})`);
    }
    if (at.constant !== 0 || text === "") {
      const n = size(Math.abs(at.constant));
      text += text === "" ? literal(at.constant) : ` ${at.constant < 0 ? "-" : "+"} ${n}`;
    }
    return text;
  }

  private code(c: Code): string {
    switch (c.op) {
      case "const":
        return literal(c.value);
      case "elem":
        return `${c.row.name}(${c.args.map((a) => this.value(a)).join(", ")})`;
      case "combine":
        return `${c.row.name}(${this.value(c.a)}, ${this.value(c.b)})`;
      case "load":
        return this.place(c.buffer, c.at);
      case "index":
        return this.index(c.at);
      case "within":
        return `${c.low} <= ${this.index(c.at)} < ${c.high}`;
      case "total":
        return this.fold(c.accumulator);
      case "read":
        return this.register(c.register);
    }
  }
}

function named<T>(names: Map<T, string>, key: T, prefix: string): string {
  let name = names.get(key);
  if (name === undefined) names.set(key, (name = prefix + String(names.size)));
  return name;
}

const literal = (x: number): string => (isOpen(x) ? size(x) : Object.is(x, -0) ? "-0" : String(x));
/** A length that stands in a product or behind a sign. */
const size = (x: number): string => (/[+-]/.test(showSize(x)) ? `(${showSize(x)})` : showSize(x));
const sign = (row: string): string => (row === "sum" ? "+=" : row === "prod" ? "*=" : `${row}=`);
