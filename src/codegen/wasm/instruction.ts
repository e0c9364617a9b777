// One instruction of a function body before it is encoded: three-address form, with what encoding needs to know of it.
import type { Blank } from "./blank.js";
import type { Signature } from "./signature.js";
import type { Local, WasmValue } from "./value.js";

/** A place that branches go to: the end of a block, or the head of a loop. */
export interface Label {
  readonly kind: "label";
}

export type Control = "open" | "else" | "close" | "branch";

/** A class, so that all have one layout: encoding walks them several times. */
export class Instruction {
  constructor(
    /** The opcode with its immediates; a branch's depth is filled in when encoding. */
    readonly code: readonly number[],
    readonly operands: readonly WasmValue[],
    readonly target: Local | undefined,
    /** May be left out when the target is never read. */
    readonly pure: boolean,
    readonly control: Control | undefined,
    /** Opened here, or branched to. */
    readonly label: Label | undefined,
    /** Whose number stands behind the code: that of the function that is called, or an offset. */
    readonly hole: Signature | Blank | undefined = undefined,
  ) {}
}
