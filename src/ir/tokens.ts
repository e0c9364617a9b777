// Text in, one token at a time out, with line and column: the lexer of the Graph's text form.

export type TokenKind = "word" | "number" | "string" | "mark" | "comment" | "newline" | "end";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offset of the first character. */
  readonly at: number;
}

// Alternatives in the order of TokenKind; "inf" and "NaN" are words that the parser reads as numbers.
const pattern =
  /([A-Za-z_$][\w$]*)|(-inf\b|-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|("(?:[^"\\\n]|\\.)*")|([()[\]{},:=+])|(#[^\n]*)|(\n)/y;
const kinds: readonly TokenKind[] = ["word", "number", "string", "mark", "comment", "newline"];

/** Walks over a text, one token ahead. */
export class Tokens {
  private offset = 0;
  private ahead: Token;

  constructor(private readonly text: string) {
    this.ahead = this.scan();
  }

  peek(): Token {
    return this.ahead;
  }

  next(): Token {
    const token = this.ahead;
    this.ahead = this.scan();
    return token;
  }

  /** Takes the mark or word if it comes next. */
  take(text: string): boolean {
    const { kind } = this.ahead;
    if (this.ahead.text !== text || (kind !== "mark" && kind !== "word")) return false;
    this.next();
    return true;
  }

  expect(text: string): void {
    if (!this.take(text)) this.fail(`expected ${JSON.stringify(text)}, found ${this.describe(this.ahead)}`);
  }

  skipBlank(): void {
    while (this.ahead.kind === "newline" || this.ahead.kind === "comment") this.next();
  }

  describe(token: Token): string {
    if (token.kind === "end") return "the end of the text";
    return token.kind === "newline" ? "the end of the line" : JSON.stringify(token.text);
  }

  fail(message: string, token: Token = this.ahead): never {
    const before = this.text.slice(0, token.at);
    const line = before.split("\n").length;
    const column = token.at - before.lastIndexOf("\n");
    throw new Error(`parse: line ${line}, column ${column}: ${message}.`);
  }

  private scan(): Token {
    while (" \t\r".includes(this.text.charAt(this.offset)) && this.offset < this.text.length) this.offset++;
    const at = this.offset;
    if (at >= this.text.length) return { kind: "end", text: "", at };
    pattern.lastIndex = at;
    const match = pattern.exec(this.text);
    if (!match) {
      const odd = { kind: "mark", text: this.text.charAt(at), at } as const;
      return this.fail(`no token begins with ${JSON.stringify(odd.text)}`, odd);
    }
    this.offset = pattern.lastIndex;
    const group = match.slice(1).findIndex((g) => g !== undefined);
    return { kind: kinds[group]!, text: match[0], at };
  }
}
