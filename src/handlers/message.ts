// What travels through the handlers: one message per statement of a model.
import type { Distribution, Key } from "../dist/index.js";
import type { Tensor } from "../tensor/index.js";

export type SiteType = "sample" | "param" | "mutable" | "deterministic" | "plate" | "subsample";

/** One enclosing plate: which batch axis it owns (negative, from the right) and how much of it is seen. */
export interface Frame {
  readonly name: string;
  readonly dim: number;
  readonly size: number;
  readonly subsampleSize: number;
}

/** Handlers change these fields in place; `value` undefined means that nobody has decided it yet. */
export interface Message {
  type: SiteType;
  name: string;
  /** The distribution of a sample statement, null otherwise. */
  fn: Distribution | null;
  /** What the statement was given besides: [size, subsampleSize] of a plate, [eventDim] of subsample. */
  args: readonly unknown[];
  value: Tensor | undefined;
  isObserved: boolean;
  /** Whether traced values must be tested against the support when scored: observations and foreign draws. */
  untrusted: boolean;
  /** A factor on the log density. */
  scale: Tensor | number;
  /** Where the log density counts; null is everywhere. */
  mask: Tensor | null;
  infer: Record<string, unknown>;
  /** Enclosing plates, innermost first. */
  frames: readonly Frame[];
  /** For a statement that draws: where its randomness comes from. */
  key: Key | null;
  /** True keeps the message from handlers further out. */
  stop: boolean;
  /** What happens when no handler gives a value. */
  compute(msg: Message): Tensor;
}

export function message(
  type: SiteType,
  name: string,
  rest: Partial<Message> & Pick<Message, "compute">,
): Message {
  if (typeof name !== "string" || name === "")
    throw new TypeError(
      `${type}: the first argument must be the site's name, a string that is not empty; got ${String(name)}.`,
    );
  return {
    type,
    name,
    fn: null,
    args: [],
    value: undefined,
    isObserved: false,
    untrusted: false,
    scale: 1,
    mask: null,
    infer: {},
    frames: [],
    key: null,
    stop: false,
    ...rest,
  };
}

export const showSite = (msg: Pick<Message, "name">): string => `site "${msg.name}"`;
