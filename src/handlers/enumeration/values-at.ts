// The values of a site and an index for each element of its plates in; the values there, in the batch shape of the site, out.
import { np, type Tensor } from "../../tensor/index.js";
import type { Frame } from "../message.js";
import type { Named } from "./named.js";

/** `support` has all values along its first axis; axes of the index that are no plates, named in `lead`, come first. */
export function valuesAt(
  support: Tensor,
  { tensor, axes }: Named,
  frames: readonly Frame[],
  lead: readonly string[] = [],
): Tensor {
  const ordered = [...frames].sort((a, b) => a.dim - b.dim);
  const names = [...lead, ...ordered.map((frame) => frame.name)];
  const moved = np.transpose(
    tensor,
    names.map((name) => axes.indexOf(name)),
  );
  const rank = Math.max(0, ...frames.map((frame) => -frame.dim));
  const batch = Array.from({ length: rank }, () => 1);
  for (const frame of frames) batch[rank + frame.dim] = frame.subsampleSize;
  const front = moved.shape.slice(0, lead.length);
  return np.take(support, moved, 0).reshape([...front, ...batch, ...support.shape.slice(1)]);
}
