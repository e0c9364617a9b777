// A typed program of the source in; an esbuild plugin that writes loops over arrays, and the taking apart of arrays, by index out.
// V8 runs `for (const x of xs)` through an iterator, with an object a turn, until it optimises the function, and most functions of a
// compiler never run that often (docs/adr/0026-plain-loops.md).
import { relative } from "node:path";
import MagicString from "magic-string";
import ts from "typescript";
import { compiler } from "./rooms.mjs";

/** Rooms that only ever see what other rooms made: a user's iterable that is no array is met before them. */
const where = new RegExp(`/src/(${compiler.join("|")})/.*\\.ts$`);

/** Arrays, tuples and typed arrays: their iterators are what an index gives. */
function isIndexed(checker, type) {
  if (type.isUnion()) return type.types.every((t) => isIndexed(checker, t));
  if (checker.isArrayType(type) || checker.isTupleType(type)) return true;
  return /^(Big)?(Int|Uint|Float)\d+(Clamped)?Array$/.test(type.symbol?.name ?? "");
}

/** Without defaults and without a rest. */
const isPlain = (pattern) =>
  pattern.elements.every((e) => ts.isOmittedExpression(e) || (!e.initializer && !e.dotDotDotToken));

class File {
  made = 0;

  constructor(file, checker) {
    this.file = file;
    this.checker = checker;
    this.text = new MagicString(file.text);
    this.visit(file);
  }

  fresh(name) {
    return `${name}$${++this.made}`;
  }

  indexed(node) {
    return isIndexed(this.checker, this.checker.getTypeAtLocation(node));
  }

  isApart(name) {
    return ts.isArrayBindingPattern(name) && isPlain(name) && this.indexed(name);
  }

  /** Declarations of a name, or of the names of a pattern, with the value that a text gives. */
  declare(name, value) {
    if (!this.isApart(name)) return `${name.getText(this.file)} = ${value}`;
    const array = this.fresh("array");
    const parts = name.elements.flatMap((e, i) =>
      ts.isOmittedExpression(e) ? [] : [this.declare(e.name, `${array}[${i}]`)],
    );
    return [`${array} = ${value}`, ...parts].join(", ");
  }

  visit(node) {
    if (ts.isForOfStatement(node)) this.loop(node);
    else if (ts.isVariableDeclaration(node)) this.declaration(node);
    ts.forEachChild(node, (child) => this.visit(child));
  }

  loop({ awaitModifier, initializer, expression, statement }) {
    if (awaitModifier || !ts.isVariableDeclarationList(initializer)) return;
    const [{ name }] = initializer.declarations;
    const start = initializer.getStart(this.file);
    const kind = initializer.flags & ts.NodeFlags.Const ? "const" : "let";
    let head;
    let value;
    if (this.indexed(expression)) {
      const [index, list] = [this.fresh("i"), this.fresh("list")];
      head = `let ${index} = 0, ${list} = `;
      value = `${list}[${index}]`;
      this.text.appendLeft(expression.end, `; ${index} < ${list}.length; ${index}++`);
    } else if (this.isApart(name)) {
      // An entry of a map.
      value = this.fresh("entry");
      head = `const ${value} of `;
    } else return;
    this.text.overwrite(start, expression.getStart(this.file), head);
    const own = `${kind} ${this.declare(name, value)}; `;
    if (ts.isBlock(statement)) this.text.appendRight(statement.getStart(this.file) + 1, ` ${own}`);
    else {
      this.text.appendRight(statement.getStart(this.file), `{ ${own}`);
      this.text.appendLeft(statement.end, " }");
    }
  }

  declaration({ name, initializer, parent }) {
    // What a module exports are the names that it has.
    const exported = parent.parent.modifiers?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword);
    if (!initializer || exported || !this.isApart(name) || !this.indexed(initializer)) return;
    const from = name.getStart(this.file);
    const start = initializer.getStart(this.file);
    if (!this.together(name, initializer)) {
      const array = this.fresh("array");
      this.text.overwrite(from, start, `${array} = `);
      const parts = name.elements.flatMap((e, i) =>
        ts.isOmittedExpression(e) ? [] : [this.declare(e.name, `${array}[${i}]`)],
      );
      this.text.appendLeft(initializer.end, `, ${parts.join(", ")}`);
      return;
    }
    // const [a, b] = [x, y]: two declarations.
    let at = from;
    initializer.elements.forEach((value, i) => {
      this.text.overwrite(
        at,
        value.getStart(this.file),
        `${i > 0 ? ", " : ""}${name.elements[i].name.text} = `,
      );
      at = value.end;
    });
    this.text.remove(at, initializer.end);
  }

  /** Whether names and expressions of a list stand one for one. */
  together(name, value) {
    return (
      ts.isArrayLiteralExpression(value) &&
      value.elements.length === name.elements.length &&
      value.elements.every((e) => !ts.isSpreadElement(e) && !ts.isOmittedExpression(e)) &&
      name.elements.every((e) => !ts.isOmittedExpression(e) && ts.isIdentifier(e.name))
    );
  }
}

/** The file with its loops by index, as TypeScript, with a map to the source behind it. */
export function withPlainLoops(file, checker) {
  const { text } = new File(file, checker);
  const map = text.generateMap({
    source: relative(".", file.fileName),
    includeContent: true,
    hires: "boundary",
  });
  return `${text.toString()}\n//# sourceMappingURL=${map.toUrl()}`;
}

export const plainLoops = (program) => ({
  name: "plain-loops",
  setup(builder) {
    builder.onLoad({ filter: where }, ({ path }) => {
      const file = program.getSourceFile(path);
      return file ? { contents: withPlainLoops(file, program.getTypeChecker()), loader: "ts" } : undefined;
    });
  },
});
