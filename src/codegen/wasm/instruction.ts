// One instruction of a function body before it is encoded: three-address form, with what encoding needs to know of it.
import type { Local, WasmValue } from "./value.js";

/** A place that branches go to: the end of a block, or the head of a loop. */
export interface Label {
  readonly kind: "label";
}

/** `code` is the opcode with its immediates; a branch's depth is filled in when encoding. */
export interface Instruction {
  readonly code: readonly number[];
  readonly operands: readonly WasmValue[];
  readonly target?: Local;
  /** May be left out when the target is never read. */
  readonly pure: boolean;
  /** Leaves a value although nobody takes it: it must be dropped. */
  readonly results: number;
  readonly control?: "open" | "else" | "close" | "branch";
  /** Opened here, or branched to. */
  readonly label?: Label;
}
