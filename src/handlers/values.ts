// Values for sites by name, or from a function of the message: how condition, substitute and do_ are told.
import { np, type Tensor, type TensorLike } from "../tensor/index.js";
import type { Message } from "./message.js";

type ByName = Readonly<Record<string, TensorLike | null | undefined>>;

export type SiteValues = ByName | ((msg: Readonly<Message>) => TensorLike | null | undefined);

/** The value for this site, undefined when there is none. */
export function lookUp(values: SiteValues, msg: Message): Tensor | undefined {
  const found =
    typeof values === "function"
      ? values(msg)
      : Object.hasOwn(values, msg.name)
        ? values[msg.name]
        : undefined;
  return found === undefined || found === null ? undefined : np.array(found);
}

/** A recorded run, as `trace` gives it: the part that is read. */
export interface RecordedValues {
  readonly nodes: Readonly<Record<string, { readonly type: string; readonly value: Tensor }>>;
}

/** The values that the sample sites of a recorded run had; values by name are passed on as they are. */
export function valuesOf(given: SiteValues | RecordedValues): SiteValues {
  const { nodes } = given as Partial<RecordedValues>;
  if (typeof given === "function" || !isRecord(nodes)) return given as SiteValues;
  return (msg) => (nodes[msg.name]?.type === "sample" ? nodes[msg.name]!.value : undefined);
}

const isRecord = (x: unknown): x is RecordedValues["nodes"] =>
  typeof x === "object" && x !== null && !Array.isArray(x) && !("dtype" in x) && !ArrayBuffer.isView(x);
