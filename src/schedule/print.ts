// Kernels as text: loop nests with one statement a line.
import type { Block, Code, Instr, Item, Kernels } from "./kernel.js";

export function printKernels(k: Kernels): string {
  const lines: string[] = [];
  const names = new Map<Instr, string>();
  const name = (i: Instr): string => {
    let n = names.get(i);
    if (!n) names.set(i, (n = i.code.op === "const" ? literal(i.code.value) : `%${names.size}`));
    return n;
  };
  for (const b of k.buffers)
    if (used(b, k)) lines.push(`${b.role} @${b.id} ${b.name}: ${b.dtype}[${b.size}]`);
  const block = (b: Block, indent: string): void => {
    for (const item of b.items) line(item, indent);
  };
  const line = (item: Item, indent: string): void => {
    const put = (s: string): void => void lines.push(indent + s);
    switch (item.kind) {
      case "instr":
        if (item.code.op !== "const") put(`${name(item)} = ${code(item.code, name)}`);
        return;
      case "store":
        return put(`@${item.buffer.id}[${item.at.key}] = ${name(item.value)}`);
      case "update":
        return put(`@${item.buffer.id}[${item.at.key}] ${item.row.name}= ${name(item.value)}`);
      case "accumulate":
        return put(`acc${item.accumulator.id} ${item.accumulator.row.name}= ${name(item.value)}`);
      case "fill":
        return put(`fill @${item.buffer.id} with ${literal(item.value)}`);
      case "call":
        return put(
          `call ${item.row.name}(${item.inputs.map((b) => `@${b.id}`).join(", ")}) -> ${item.outputs.map((b) => `@${b.id}`).join(", ")}`,
        );
      case "loop":
        put(`${item.over.sequential ? "scan" : "for"} i${item.over.id} in 0..${item.over.size} {`);
        for (const f of item.first) lines.push(`${indent}  first r${f.register.id} = ${name(f.value)}`);
        block(item.body, indent + "  ");
        for (const f of item.next) lines.push(`${indent}  next r${f.register.id} = ${name(f.value)}`);
        for (const c of item.copies) lines.push(`${indent}  next @${c.to.id} = @${c.from.id}`);
        return put("}");
      case "while":
        put("while {");
        for (const f of item.first) lines.push(`${indent}  first r${f.register.id} = ${name(f.value)}`);
        block(item.test, indent + "  ");
        lines.push(`${indent}} ${item.condition ? name(item.condition) : "?"} {`);
        block(item.body, indent + "  ");
        for (const f of item.next) lines.push(`${indent}  next r${f.register.id} = ${name(f.value)}`);
        for (const c of item.copies) lines.push(`${indent}  next @${c.to.id} = @${c.from.id}`);
        return put("}");
      case "if":
        put(`if ${name(item.condition)} {`);
        item.arms.forEach((arm, i) => {
          block(arm, indent + "  ");
          for (const f of item.sets[i]!) lines.push(`${indent}  r${f.register.id} = ${name(f.value)}`);
          if (i === 0) put("} else {");
        });
        return put("}");
    }
  };
  block(k.root, "");
  return lines.join("\n");
}

const literal = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));

function used(b: Kernels["buffers"][number], k: Kernels): boolean {
  return b.role !== "temporary" || b.writers.length > 0 || k.outputs.includes(b);
}

function code(c: Code, name: (i: Instr) => string): string {
  switch (c.op) {
    case "const":
      return literal(c.value);
    case "elem":
      return `${c.row.name}(${c.args.map(name).join(", ")})`;
    case "combine":
      return `${c.row.name}(${name(c.a)}, ${name(c.b)})`;
    case "load":
      return `@${c.buffer.id}[${c.at.key}]`;
    case "index":
      return `index ${c.at.key}`;
    case "within":
      return `${c.low} <= ${c.at.key} < ${c.high}`;
    case "total":
      return `acc${c.accumulator.id}`;
    case "read":
      return `r${c.register.id}`;
  }
}
