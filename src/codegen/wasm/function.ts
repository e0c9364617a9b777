// One wasm function under construction: calls of `op`, `load`, `loop`, ... in, a typed body out (encoded by stackify.ts).
import { pushUnsigned, unsigned } from "./leb.js";
import {
  extracts,
  laneLoads,
  laneStores,
  loads,
  operations,
  replaces,
  stores,
  type ExtractName,
  type LaneLoadName,
  type LaneStoreName,
  type LoadName,
  type OpName,
  type ReplaceName,
  type StoreName,
} from "./opcodes.js";
import { linearOf, NotGeneric, OPEN } from "../../ir/size.js";
import { Instruction, type Control, type Label } from "./instruction.js";
import { blank, isBlank, type Blank } from "./blank.js";
import { isTag, LENGTH_AT, readTag, TABLE_AT } from "./open-layout.js";
import type { Code } from "./function-code.js";
import type { Signature } from "./signature.js";
import { encodeBody } from "./stackify.js";
import {
  constant,
  splat,
  typed,
  typesOf,
  v128,
  type Constant,
  type Local,
  type Operand,
  type WasmType,
  type WasmValue,
} from "./value.js";

export type { Label } from "./instruction.js";
export type { Signature } from "./signature.js";

const signatures = new Map<string, { operands: WasmType[]; result: WasmType }>();
function signatureOf(name: OpName): { operands: WasmType[]; result: WasmType } {
  let known = signatures.get(name);
  if (!known) {
    const [operands, result] = operations[name][1].split(">");
    signatures.set(name, (known = { operands: typesOf(operands), result: typesOf(result)[0] }));
  }
  return known;
}

const opcodes = new Map<number, readonly number[]>();
function opcode(code: number): readonly number[] {
  let bytes = opcodes.get(code);
  if (!bytes) opcodes.set(code, (bytes = code > 0xffff ? [code >> 16, ...unsigned(code & 0xffff)] : [code]));
  return bytes;
}

/** The code of an assignment: its operand is already the result. */
const NOTHING: readonly number[] = [];
const CALL: readonly number[] = [0x10];

const hole = (offset: number): Blank | undefined => (isBlank(offset) ? blank(offset, false) : undefined);

/** Whether an operand is no i32 but a length or an address of a program for every length (ir/size.ts, open-layout.ts). */
const isLater = (type: WasmType, x: number): boolean => type === "i32" && (x > 0xffffffff || x < -0xffffffff);

export class FunctionBuilder implements Signature {
  private body: Instruction[] = [];
  /** Lengths and addresses that are known when the function runs, read at its start. */
  private readonly start: Instruction[] = [];
  private readonly read = new Map<string, Local>();
  private readonly paramLocals: Local[];
  private locals = 0;
  private ready: Code<Signature> | undefined;
  /** Hears of the code when it is made. */
  whenEncoded: ((code: Code<Signature>) => void) | undefined;

  constructor(
    readonly name: string,
    readonly index: number,
    readonly params: readonly WasmType[],
    readonly results: readonly WasmType[],
    private readonly signatureOf: (index: number) => Signature,
    /** Whether tags in its code are blanks; else they are addresses of an open layout, read from memory. */
    private readonly blanks = false,
  ) {
    this.paramLocals = params.map((type) => this.local(type));
  }

  param(i: number): Local {
    const local = this.paramLocals[i];
    if (!local)
      throw new Error(`wasm: function ${this.name} has ${this.params.length} parameters, no number ${i}`);
    return local;
  }

  /** A fresh mutable local, zero until it is set. */
  local(type: WasmType): Local {
    return { kind: "local", index: this.locals++, type };
  }

  constant(type: WasmType, x: number | bigint): WasmValue {
    return typeof x === "number" && isLater(type, x) ? this.later(x) : constant(type, x);
  }

  /** An i32 that the layout of a length decides: a multiple of the length, or an address. */
  private later(x: number): WasmValue {
    return this.blanks ? constant("i32", x) : this.known(x);
  }

  private known(x: number): Local {
    if (isTag(x)) {
      const { number, offset } = readTag(x);
      const at = this.word(TABLE_AT + 4 * number);
      return offset === 0 ? at : this.op("i32.add", at, offset);
    }
    const linear = linearOf(x);
    if (!linear || linear.by === 0)
      throw new NotGeneric(
        `a number of the code (${x / OPEN} times the length) is no multiple of the length`,
      );
    const { by, rest } = linear;
    return this.atStart(`${by}n+${rest}`, () => {
      const n = this.word(LENGTH_AT);
      const scaled = by === 1 ? n : this.op("i32.mul", n, by);
      return rest === 0 ? scaled : this.op("i32.add", scaled, rest);
    });
  }

  private word(address: number): Local {
    return this.atStart(`@${address}`, () => this.load("i32.load", 0, address));
  }

  private atStart(key: string, make: () => Local): Local {
    let local = this.read.get(key);
    if (local) return local;
    const { body } = this;
    this.body = this.start;
    local = make();
    this.body = body;
    this.read.set(key, local);
    return local;
  }

  /** Address and offset such that the offset is one that instructions take. */
  private reach(address: Operand, offset: number): [Operand, number] {
    if (this.blanks || !isLater("i32", offset)) return [address, offset];
    const { number, offset: rest } = isTag(offset) ? readTag(offset) : { number: -1, offset: 0 };
    const base = number < 0 ? this.known(offset) : this.word(TABLE_AT + 4 * number);
    const zero =
      address === 0 || (typeof address === "object" && address.kind === "constant" && address.value === 0);
    if (rest < 0) return [this.op("i32.add", zero ? base : this.op("i32.add", base, address), rest), 0];
    return [zero ? base : this.op("i32.add", address, base), rest];
  }
  v128(low: bigint, high: bigint): Constant {
    return v128(low, high);
  }
  splat(lane: "f64x2" | "f32x4" | "i64x2" | "i32x4", x: number | bigint): Constant {
    return splat(lane, x);
  }

  /** A statement without a result. */
  private emit(
    code: readonly number[],
    operands: readonly WasmValue[],
    control?: Control,
    label?: Label,
    hole?: Signature | Blank,
  ): void {
    this.body.push(new Instruction(code, operands, undefined, false, control, label, hole));
  }

  private result(
    type: WasmType,
    code: readonly number[],
    operands: readonly WasmValue[],
    pure = true,
    hole?: Signature | Blank,
  ): Local {
    const target = this.local(type);
    this.body.push(new Instruction(code, operands, target, pure, undefined, undefined, hole));
    return target;
  }

  private check(place: string, types: readonly WasmType[], args: readonly Operand[]): WasmValue[] {
    if (types.length !== args.length)
      throw new Error(`wasm: ${place} in ${this.name} takes ${types.length} operands, got ${args.length}`);
    const out: WasmValue[] = [];
    for (let i = 0; i < args.length; i++) {
      const x = args[i]!;
      if (typeof x === "object" && x.type === types[i]) out.push(x);
      else if (typeof x === "number" && isLater(types[i]!, x)) out.push(this.later(x));
      else out.push(typed(x, types[i]!, () => `${place} operand ${i} in ${this.name}`));
    }
    return out;
  }

  /** An operation without immediates; the result is a fresh local. */
  op(name: OpName, ...args: Operand[]): Local {
    const { operands, result } = signatureOf(name);
    return this.result(result, opcode(operations[name][0]), this.check(name, operands, args));
  }

  /** Scalar `test ? a : b` without a branch. Both values are of one type. */
  select(test: Operand, a: WasmValue, b: WasmValue): Local {
    const operands = [
      a,
      typed(b, a.type, () => `select in ${this.name}`),
      typed(test, "i32", () => `select in ${this.name}`),
    ];
    return this.result(a.type, a.type === "v128" ? [0x1c, 1, 0x7b] : [0x1b], operands);
  }

  /** target = value */
  set(target: Local, value: Operand): void {
    const x =
      typeof value === "number"
        ? this.constant(target.type, value)
        : typed(value, target.type, () => `set in ${this.name}`);
    if (x !== target) this.body.push(new Instruction(NOTHING, [x], target, true, undefined, undefined));
  }

  private static immediates(
    code: number,
    align: number,
    natural: number,
    offset: number,
    lane?: number,
  ): number[] {
    const out = opcode(code).slice();
    pushUnsigned(out, 31 - Math.clz32(Math.min(align, natural)));
    if (lane !== undefined && isBlank(offset))
      throw new Error("wasm: the offset of a lane's load or store cannot be filled in later");
    if (!isBlank(offset)) pushUnsigned(out, offset);
    if (lane !== undefined) out.push(lane);
    return out;
  }

  /** Memory at address + offset (bytes). `align` defaults to the natural alignment; it is a hint only. */
  load(name: LoadName, address: Operand, offset = 0, align?: number): Local {
    const [code, letter, natural] = loads[name];
    const [base, rest] = this.reach(address, offset);
    const at = this.check(name, ["i32"], [base]);
    const bytes = FunctionBuilder.immediates(code, align ?? natural, natural, rest);
    return this.result(typesOf(letter)[0], bytes, at, true, hole(rest));
  }

  store(name: StoreName, address: Operand, value: Operand, offset = 0, align?: number): void {
    const [code, letter, natural] = stores[name];
    const [base, rest] = this.reach(address, offset);
    const operands = this.check(name, ["i32", typesOf(letter)[0]], [base, value]);
    const bytes = FunctionBuilder.immediates(code, align ?? natural, natural, rest);
    this.emit(bytes, operands, undefined, undefined, hole(rest));
  }

  /** The vector with one lane replaced from memory. */
  loadLane(
    name: LaneLoadName,
    address: Operand,
    vector: Operand,
    lane: number,
    offset = 0,
    align?: number,
  ): Local {
    const [code, natural] = laneLoads[name];
    const [base, rest] = this.reach(address, offset);
    const operands = this.check(name, ["i32", "v128"], [base, vector]);
    return this.result(
      "v128",
      FunctionBuilder.immediates(code, align ?? natural, natural, rest, lane),
      operands,
    );
  }

  storeLane(
    name: LaneStoreName,
    address: Operand,
    vector: Operand,
    lane: number,
    offset = 0,
    align?: number,
  ): void {
    const [code, natural] = laneStores[name];
    const [base, rest] = this.reach(address, offset);
    const operands = this.check(name, ["i32", "v128"], [base, vector]);
    this.emit(FunctionBuilder.immediates(code, align ?? natural, natural, rest, lane), operands);
  }

  extract(name: ExtractName, vector: Operand, lane: number): Local {
    const [code, letter, lanes] = extracts[name];
    if (!(lane >= 0 && lane < lanes)) throw new Error(`wasm: ${name} in ${this.name} has no lane ${lane}`);
    return this.result(typesOf(letter)[0], [...opcode(code), lane], this.check(name, ["v128"], [vector]));
  }

  replace(name: ReplaceName, vector: Operand, lane: number, value: Operand): Local {
    const [code, letter, lanes] = replaces[name];
    if (!(lane >= 0 && lane < lanes)) throw new Error(`wasm: ${name} in ${this.name} has no lane ${lane}`);
    const operands = this.check(name, ["v128", typesOf(letter)[0]], [vector, value]);
    return this.result("v128", [...opcode(code), lane], operands);
  }

  /** i8x16.shuffle: sixteen byte lanes, 0-15 from a and 16-31 from b. */
  shuffle(a: Operand, b: Operand, lanes: readonly number[]): Local {
    if (lanes.length !== 16 || lanes.some((l) => !(l >= 0 && l < 32)))
      throw new Error(`wasm: shuffle in ${this.name} takes 16 lanes in 0..31, got [${lanes.join(", ")}]`);
    return this.result("v128", [0xfd, 0x0d, ...lanes], this.check("i8x16.shuffle", ["v128", "v128"], [a, b]));
  }

  memoryFill(address: Operand, byte: Operand, length: Operand): void {
    this.emit([0xfc, 0x0b, 0], this.check("memory.fill", ["i32", "i32", "i32"], [address, byte, length]));
  }

  memoryCopy(to: Operand, from: Operand, length: Operand): void {
    this.emit([0xfc, 0x0a, 0, 0], this.check("memory.copy", ["i32", "i32", "i32"], [to, from, length]));
  }

  private structure(open: number, label: Label, body: () => void): void {
    this.emit([open, 0x40], [], "open", label);
    body();
    this.emit([0x0b], [], "close");
  }

  /** Runs the body once; a branch to `again` runs it once more. */
  loop(body: (again: Label) => void): void {
    const label: Label = { kind: "label" };
    this.structure(0x03, label, () => body(label));
  }

  /** Runs the body once; a branch to `exit` leaves it. */
  block(body: (exit: Label) => void): void {
    const label: Label = { kind: "label" };
    this.structure(0x02, label, () => body(label));
  }

  if(test: Operand, then: () => void, otherwise?: () => void): void {
    this.emit([0x04, 0x40], this.check("if", ["i32"], [test]), "open");
    then();
    if (otherwise) {
      this.emit([0x05], [], "else");
      otherwise();
    }
    this.emit([0x0b], [], "close");
  }

  br(label: Label): void {
    this.emit([0x0c], [], "branch", label);
  }

  brIf(label: Label, test: Operand): void {
    this.emit([0x0d], this.check("br_if", ["i32"], [test]), "branch", label);
  }

  /** Calls a function of the same module; the local holds its result, if it has one. `pure` calls may be left out when unread. */
  call(fn: Signature | number, args: readonly Operand[], pure = false): Local | undefined {
    const callee = typeof fn === "number" ? this.signatureOf(fn) : fn;
    const operands = this.check(`call ${callee.name}`, callee.params, args);
    if (callee.results.length > 1)
      throw new Error(`wasm: call of ${callee.name}: several results are not supported`);
    const type = callee.results[0];
    if (type) return this.result(type, CALL, operands, pure, callee);
    this.emit(CALL, operands, undefined, undefined, callee);
    return undefined;
  }

  return(...values: Operand[]): void {
    this.emit([0x0f], this.check("return", this.results, values));
  }

  unreachable(): void {
    this.emit([0x00], []);
  }

  /** Takes code that was made before, in place of a body. */
  take(code: Code<Signature>): void {
    this.ready = code;
  }

  /** The function's entry in the code section, without its size. */
  encode(): Code<Signature> {
    if (this.ready) return this.ready;
    const last = this.body[this.body.length - 1];
    // A function with results that ends in structured control must not fall off its end.
    const ended =
      this.results.length === 0 || (last?.code.length === 1 && (last.code[0] === 0x0f || last.code[0] === 0));
    if (!ended) this.unreachable();
    const body = this.start.length > 0 ? [...this.start, ...this.body] : this.body;
    const code = encodeBody(this.params.length, this.locals, body);
    this.whenEncoded?.(code);
    return code;
  }
}
