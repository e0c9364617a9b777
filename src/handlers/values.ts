// Values for sites by name, or from a function of the message: how condition, substitute and do_ are told.
import { np, type Tensor, type TensorLike } from "../tensor/index.js";
import type { Message } from "./message.js";

export type SiteValues =
  | Readonly<Record<string, TensorLike | null | undefined>>
  | ((msg: Readonly<Message>) => TensorLike | null | undefined);

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
