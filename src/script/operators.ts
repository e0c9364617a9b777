// JavaScript's operators on values of a script: computed at once on plain values, on tensors element by element.
import type { Tensor } from "../tensor/tensor.js";
import type { Host } from "./host.js";
import { elementwise, isDynamic, tensorOf } from "./lanes.js";
import { Affine, Lane, LaneText, sortAxes } from "./values.js";

type Op = (...xs: unknown[]) => Tensor;
type Known = number & string;
/** Stands for a loop variable in a text: a character of the private use area. */
const HOLE = "\uE000";

export class Operators {
  /** Leaves tests with known contents undecided. */
  keepTests = false;

  constructor(private readonly host: Host) {}

  private np(name: string): Op {
    return this.host.np[name] as Op;
  }

  private lift(name: string, ...args: unknown[]): Tensor | Lane {
    return elementwise(this.np(name), this.host.np, args);
  }

  /** Operands of arithmetic: whole numbers and booleans count as numbers, which in JavaScript are all 64-bit floats. */
  private number(x: unknown): unknown {
    if (!isDynamic(x) && !Array.isArray(x)) return x;
    const t = tensorOf(this.host.np, x);
    const dtype = t instanceof Lane ? t.tensor.dtype : t.dtype;
    if (dtype === "f64" || dtype === "f32") return t;
    return this.map(t, (y) => this.host.np.astype(y, "f64"));
  }

  private map(x: Tensor | Lane, f: (t: Tensor) => Tensor): Tensor | Lane {
    return x instanceof Lane ? new Lane(f(x.tensor), x.axes) : f(x);
  }

  /** a operator b, or null when the operator has no meaning on tensors. */
  binary(operator: string, a: unknown, b: unknown): unknown {
    const plain = !isDynamic(a) && !isDynamic(b) && !(a instanceof LaneText) && !(b instanceof LaneText);
    const arrays = operator !== "===" && operator !== "!==" && (Array.isArray(a) || Array.isArray(b));
    if (plain && !arrays) return javascript(operator, a as Known, b as Known);
    if (operator === "+" && (isText(a) || isText(b))) return this.text([a, b]);
    if (isAffine(a) && isAffine(b)) {
      const exact = affine(operator, a, b);
      if (exact !== null) return exact;
    }
    if ((a === undefined || a === null || b === undefined || b === null) && /^[!=]==?$/.test(operator))
      return operator.startsWith("!");
    const [x, y] = [this.number(a), this.number(b)];
    switch (operator) {
      case "+":
        return this.lift("add", x, y);
      case "-":
        return this.lift("subtract", x, y);
      case "*":
        return this.lift("multiply", x, y);
      case "/":
        return this.lift("divide", x, y);
      case "**":
        return this.lift("power", x, y);
      case "%":
        return this.remainder(x, y);
      case "<":
        return this.lift("less", x, y);
      case "<=":
        return this.lift("lessEqual", x, y);
      case ">":
        return this.lift("greater", x, y);
      case ">=":
        return this.lift("greaterEqual", x, y);
      case "==":
      case "===":
        return this.lift("equal", x, y);
      case "!=":
      case "!==":
        return this.lift("notEqual", x, y);
      default:
        return null;
    }
  }

  /** JavaScript's %: the sign of the dividend. np.mod has the sign of the divisor. */
  private remainder(x: unknown, y: unknown): Tensor | Lane {
    const size = this.lift("mod", this.lift("absolute", x), this.lift("absolute", y));
    return this.lift("where", this.lift("less", x, 0), this.lift("negative", size), size);
  }

  unary(operator: string, x: unknown): unknown {
    if (!isDynamic(x) && !Array.isArray(x)) {
      switch (operator) {
        case "-":
          return -(x as number);
        case "+":
          return +(x as number);
        case "!":
          return !x;
        case "~":
          return ~(x as number);
        case "typeof":
          return typeof x;
        case "void":
          return undefined;
        default:
          return null;
      }
    }
    if (operator === "-") return x instanceof Affine ? x.times(-1) : this.lift("negative", this.number(x));
    if (operator === "+") return x instanceof Affine ? x : this.number(x);
    if (operator === "!") return Array.isArray(x) ? false : this.not(this.truth(x));
    if (operator === "typeof") return Array.isArray(x) ? "object" : "number";
    if (operator === "void") return undefined;
    return null;
  }

  /** Strings that may contain loop variables. */
  text(parts: readonly unknown[]): unknown {
    const axes = parts.flatMap((p) =>
      p instanceof LaneText ? p.axes : p instanceof Affine ? [...p.terms.keys()] : [],
    );
    if (axes.length === 0) return parts.map((p) => String(p)).join("");
    // "y_" and t: the separator goes with the variable; "y[" and t and "]" likewise.
    const text = parts
      .map((p) => (p instanceof LaneText ? p.base : p instanceof Affine ? HOLE : String(p)))
      .join("")
      .replace(/[[({]\uE000(?:\s*,\s*\uE000)*[\])}]/g, "")
      .replace(/[_.,:\-/ ]*\uE000/g, "")
      .replace(/^[_.,:\-/ ]+/, "");
    return new LaneText(text, sortAxes(axes));
  }

  /** What `if` asks: a boolean known now, or a bool tensor per lane. NaN, 0 and -0 count as false. */
  truth(x: unknown): boolean | Tensor | Lane {
    if (!isDynamic(x)) return Boolean(x);
    const t = tensorOf(this.host.np, x);
    const inner = t instanceof Lane ? t.tensor : t;
    const held =
      inner.dtype === "bool"
        ? t
        : this.lift("logicalAnd", this.lift("notEqual", t, 0), this.lift("equal", t, t));
    return this.settled(held);
  }

  not(x: boolean | Tensor | Lane): boolean | Tensor | Lane {
    return typeof x === "boolean" ? !x : this.settled(this.lift("logicalNot", x));
  }

  and(x: boolean | Tensor | Lane | null, y: boolean | Tensor | Lane): boolean | Tensor | Lane {
    if (x === null || x === true) return y;
    if (x === false || y === false) return false;
    return y === true ? x : this.settled(this.lift("logicalAnd", x, y));
  }

  or(x: boolean | Tensor | Lane, y: boolean | Tensor | Lane): boolean | Tensor | Lane {
    if (x === true || y === true) return true;
    if (x === false) return y;
    return y === false ? x : this.settled(this.lift("logicalOr", x, y));
  }

  where(test: Tensor | Lane, a: unknown, b: unknown): Tensor | Lane {
    const kinds = [a, b].map((v) =>
      typeof v === "boolean" ? "bool" : typeof v === "number" ? "number" : kindOf(this.host, v),
    );
    // true and 1 in one variable: a number.
    const [x, y] = kinds[0] === kinds[1] ? [a, b] : [this.plainNumber(a), this.plainNumber(b)];
    return elementwise(this.np("where"), this.host.np, [test, x, y]);
  }

  private settled(x: Tensor | Lane): boolean | Tensor | Lane {
    return this.keepTests ? x : settled(x);
  }

  private plainNumber(x: unknown): unknown {
    return typeof x === "boolean" ? Number(x) : this.number(x);
  }
}

function kindOf(host: Host, v: unknown): string {
  const t = tensorOf(host.np, v);
  return (t instanceof Lane ? t.tensor : t).dtype === "bool" ? "bool" : "number";
}

/** A test with contents that are all true or all false is known. */
function settled(x: Tensor | Lane): boolean | Tensor | Lane {
  const t = x instanceof Lane ? x.tensor : x;
  const data = t.link ? t.link.known() : t.data();
  if (!data || (t.size !== 1 && !(x instanceof Lane)) || data.length === 0) return x;
  const first = data[0];
  for (let i = 1; i < data.length; i++) if (data[i] !== first) return x;
  return Boolean(first);
}

const isText = (x: unknown): boolean => typeof x === "string" || x instanceof LaneText;
const isAffine = (x: unknown): x is Affine | number =>
  x instanceof Affine || (typeof x === "number" && Number.isInteger(x));

/** Arithmetic that keeps indices affine; null when it does not. */
function affine(operator: string, a: Affine | number, b: Affine | number): Affine | number | null {
  if (operator === "+") return a instanceof Affine ? a.plus(b) : (b as Affine).plus(a);
  if (operator === "-") {
    if (a instanceof Affine) return a.plus(b, -1);
    const minus = (b as Affine).times(-1);
    return minus instanceof Affine ? minus.plus(a) : minus + a;
  }
  if (operator === "*") {
    if (typeof b === "number") return (a as Affine).times(b);
    if (typeof a === "number") return b.times(a);
  }
  return null;
}

const missing = (x: unknown): boolean => x === null || x === undefined;

function javascript(operator: string, a: Known, b: Known): unknown {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    case "**":
      return a ** b;
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    case "===":
      return a === b;
    case "!==":
      return a !== b;
    case "==":
      return (a as unknown) === b || (missing(a) && missing(b));
    case "!=":
      return !((a as unknown) === b || (missing(a) && missing(b)));
    case "|":
      return a | b;
    case "&":
      return a & b;
    case "^":
      return a ^ b;
    case "<<":
      return a << b;
    case ">>":
      return a >> b;
    case ">>>":
      return a >>> b;
    case "in":
      return (a as string) in (b as unknown as object);
    default:
      return null;
  }
}
