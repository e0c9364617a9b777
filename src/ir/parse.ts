// Text in, Graph out: reads what `print` writes. Errors say line and column.
import { isStorageTag, readBase64, readNumber, storage } from "./number-text.js";
import type { StorageTag } from "./number-text.js";
import type { Op } from "./op.js";
import type { Data, DType, Equation, Graph, Param, Params, Type, Value } from "./types.js";
import { readSize } from "./size.js";
import { byteWidth } from "./types.js";
import { Tokens } from "./tokens.js";

/** The graph that the text describes; operations are looked up by name in the table. */
export function parse(text: string, opTable: ReadonlyMap<string, Op>): Graph {
  const tokens = new Tokens(text);
  tokens.skipBlank();
  const graph = new Reader(tokens, opTable).graph();
  tokens.skipBlank();
  const rest = tokens.peek();
  if (rest.kind !== "end") tokens.fail(`expected the end of the text, found ${tokens.describe(rest)}`);
  return graph;
}

class Reader {
  constructor(
    private readonly tokens: Tokens,
    private readonly opTable: ReadonlyMap<string, Op>,
  ) {}

  graph(): Graph {
    const { tokens } = this;
    tokens.expect("graph");
    const name = this.word("the graph's name");
    const scope = new Map<string, Value>();
    const inputs: Value[] = [];
    tokens.expect("(");
    while (!tokens.take(")")) {
      if (inputs.length > 0) tokens.expect(",");
      inputs.push(this.definition(scope, true));
    }
    tokens.expect("{");
    const equations: Equation[] = [];
    for (;;) {
      tokens.skipBlank();
      if (tokens.take("return")) break;
      equations.push(this.equation(scope));
    }
    const outputs: Value[] = [];
    while (tokens.peek().kind === "word" || outputs.length > 0) {
      if (outputs.length > 0 && !tokens.take(",")) break;
      outputs.push(this.use(scope));
    }
    tokens.skipBlank();
    tokens.expect("}");
    return { kind: "graph", name, inputs, equations, outputs };
  }

  private definition(scope: Map<string, Value>, input: boolean): Value {
    const { tokens } = this;
    const token = tokens.next();
    if (token.kind !== "word")
      tokens.fail(`expected the name of a value, found ${tokens.describe(token)}`, token);
    const name = token.text;
    if (scope.has(name)) tokens.fail(`${name} is defined twice`, token);
    tokens.expect(":");
    const type = this.type();
    const value: Value = input && !/^v\d+$/.test(name) ? { type, hint: name } : { type };
    scope.set(name, value);
    return value;
  }

  private use(scope: ReadonlyMap<string, Value>): Value {
    const token = this.tokens.next();
    if (token.kind !== "word")
      this.tokens.fail(`expected a value, found ${this.tokens.describe(token)}`, token);
    return scope.get(token.text) ?? this.tokens.fail(`${token.text} is used before it is defined`, token);
  }

  private type(): Type {
    const { tokens } = this;
    const token = tokens.next();
    const dtype = token.text;
    if (!isDType(dtype))
      return tokens.fail(
        `expected a dtype (${Object.keys(byteWidth).join(" ")}), found ${tokens.describe(token)}`,
        token,
      );
    tokens.expect("[");
    const shape: number[] = [];
    while (!tokens.take("]")) {
      if (shape.length > 0) tokens.expect(",");
      const first = tokens.next();
      const length = readSize(first.text + this.restOfSize(first.text));
      shape.push(
        length ?? tokens.fail(`expected the length of an axis, found ${tokens.describe(first)}`, first),
      );
    }
    return { dtype, shape };
  }

  /** What follows the first token of an open length: the `n` and `+1` of `2n+1`. */
  private restOfSize(first: string): string {
    const { tokens } = this;
    const named = first === "n";
    if (!named && (!/^\d+$/.test(first) || tokens.peek().text !== "n")) return "";
    const name = named ? "" : tokens.next().text;
    const next = tokens.peek();
    const more = next.kind === "number" || next.text === "+";
    const sign = more ? tokens.next().text : "";
    return name + sign + (sign === "+" ? tokens.next().text : "");
  }

  private equation(scope: Map<string, Value>): Equation {
    const { tokens } = this;
    // Outputs enter the scope only after the right side is read: no value is defined by itself.
    const outputs: Value[] = [];
    const fresh = new Map<string, Value>();
    do {
      const before = tokens.peek();
      if (scope.has(before.text)) tokens.fail(`${before.text} is defined twice`, before);
      outputs.push(this.definition(fresh, false));
    } while (tokens.take(","));
    tokens.expect("=");
    const token = tokens.next();
    const op = this.opTable.get(token.text) ?? tokens.fail(`there is no operation ${token.text}`, token);
    const literal = this.literal(op, outputs);
    const inputs: Value[] = [];
    while (literal === undefined && tokens.peek().kind === "word") inputs.push(this.use(scope));
    const params = literal ?? (tokens.peek().text === "{" ? this.record() : {});
    for (const [name, value] of fresh) scope.set(name, value);
    const end = tokens.peek();
    const origin = end.kind === "comment" ? this.origin(tokens.next().text) : undefined;
    const after = tokens.peek();
    if (after.kind !== "newline" && after.kind !== "end")
      tokens.fail(`expected the end of the line, found ${tokens.describe(after)}`);
    return { op, inputs, params, outputs, ...(origin === undefined ? {} : { origin }) };
  }

  /** A constant's contents, its type taken from the left side. */
  private literal(op: Op, outputs: readonly Value[]): Params | undefined {
    if (op.kind !== "special" || op.lowering !== "constant" || outputs.length !== 1) return undefined;
    const { dtype, shape } = outputs[0]!.type;
    const token = this.tokens.peek();
    if (isStorageTag(token.text)) return { type: dtype, shape, data: this.param() };
    const number = readNumber(token.text);
    if (number === undefined) return undefined;
    this.tokens.next();
    return { type: dtype, shape, data: number };
  }

  private origin(comment: string): string {
    const text = comment.slice(1).trim();
    return text.startsWith('"') ? (JSON.parse(text) as string) : text;
  }

  private word(what: string): string {
    const token = this.tokens.next();
    if (token.kind === "word") return token.text;
    if (token.kind === "string") return JSON.parse(token.text) as string;
    return this.tokens.fail(`expected ${what}, found ${this.tokens.describe(token)}`, token);
  }

  private record(): Params {
    const { tokens } = this;
    tokens.expect("{");
    const params: Record<string, Param> = {};
    tokens.skipBlank();
    while (!tokens.take("}")) {
      const name = this.word("a parameter's name");
      tokens.expect("=");
      params[name] = this.param();
      tokens.skipBlank();
      if (tokens.peek().text !== "}") tokens.expect(",");
      tokens.skipBlank();
    }
    return params;
  }

  private param(): Param {
    const { tokens } = this;
    const token = tokens.peek();
    const { text } = token;
    if (text === "graph" && token.kind === "word") return this.graph();
    if (text === "[") return this.list();
    if (text === "{") return this.record();
    tokens.next();
    if (token.kind === "string") return JSON.parse(text) as string;
    if (text === "true" || text === "false") return text === "true";
    if (text === "null") return null;
    if (isStorageTag(text)) return this.data(text);
    const open = this.restOfSize(text);
    return (
      (text === "n" || open !== "" ? readSize(text + open) : readNumber(text)) ??
      tokens.fail(`expected a parameter's value, found ${tokens.describe(token)}`, token)
    );
  }

  private list(): readonly Param[] {
    const list: Param[] = [];
    this.tokens.expect("[");
    while (!this.tokens.take("]")) {
      if (list.length > 0) this.tokens.expect(",");
      list.push(this.param());
    }
    return list;
  }

  private data(tag: StorageTag): Data {
    const { tokens } = this;
    const token = tokens.peek();
    if (token.kind === "string") {
      tokens.next();
      try {
        return readBase64(tag, JSON.parse(token.text) as string);
      } catch (error) {
        return tokens.fail(`bad base64: ${(error as Error).message}`, token);
      }
    }
    const list = this.list();
    if (!list.every((x) => typeof x === "number")) tokens.fail("array contents must be numbers", token);
    return storage[tag].from(list as readonly number[]);
  }
}

const isDType = (text: string): text is DType => Object.hasOwn(byteWidth, text);
