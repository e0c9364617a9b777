// An einsum with ellipses -> the same with a letter for every axis that they stand for.
import { tensor } from "../../trace/promote.js";
import type { TensorLike } from "../array.js";
import type { Tensor } from "../tensor.js";
import { squeeze } from "./shape.js";

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];

/**
 * Axes are matched from the right. Those of length one where another operand is longer are dropped: that is broadcasting.
 * Without "->" the result has the ellipsis' axes first, then the letters that occur once, as in NumPy.
 */
export function withoutEllipsis(subscripts: string, xs: readonly TensorLike[]): [string, ...Tensor[]] {
  const match = /^([^>]*?)(?:->([^>]*))?$/.exec(subscripts.replace(/\s/g, ""));
  const terms = (match?.[1] ?? "").split(",");
  const target = match?.[2];
  const bad = [...terms, target ?? ""].some((term) => !/^[a-zA-Z]*(\.\.\.)?[a-zA-Z]*$/.test(term));
  if (!match || bad)
    throw new Error(
      `np.einsum: "${subscripts}" must be letters, commas, one "..." a term and one "->", such as "...ij,jk->...ik".`,
    );
  if (terms.length !== xs.length)
    throw new Error(`np.einsum: "${subscripts}" names ${terms.length} operands, ${xs.length} were given.`);
  const ts = xs.map((x) => tensor(x, "np.einsum"));
  const counts = terms.map((term, i) => (term.includes(".") ? ts[i]!.ndim - (term.length - 3) : 0));
  const short = counts.findIndex((n) => n < 0);
  if (short >= 0)
    throw new Error(
      `np.einsum: "${terms[short]}" names more axes than an operand of shape [${ts[short]!.shape.join(",")}] has.`,
    );
  const free = LETTERS.filter((c) => !subscripts.includes(c)).slice(0, Math.max(0, ...counts));
  const starts = terms.map((term) => Math.max(0, term.indexOf(".")));
  /** The letters of the ellipsis of an operand, and the length at each. */
  const spans = ts.map((t, i) =>
    free
      .slice(free.length - counts[i]!)
      .map((letter, k) => ({ letter, axis: starts[i]! + k, size: t.shape[starts[i]! + k]! })),
  );
  const longest = (letter: string): number =>
    Math.max(...spans.flat().map((s) => (s.letter === letter ? s.size : 0)));
  const operands = ts.map((t, i) => {
    const dropped = spans[i]!.filter((s) => s.size === 1 && longest(s.letter) > 1);
    const letters = spans[i]!.filter((s) => !dropped.includes(s)).map((s) => s.letter);
    return {
      t:
        dropped.length === 0
          ? t
          : squeeze(
              t,
              dropped.map((s) => s.axis),
            ),
      term: terms[i]!.replace("...", letters.join("")),
    };
  });
  const every = terms.join("").replaceAll(".", "");
  const once = [...new Set(every)].filter((c) => every.split(c).length === 2).sort();
  const output = target?.replace("...", free.join("")) ?? [...free, ...once].join("");
  return [`${operands.map((o) => o.term).join(",")}->${output}`, ...operands.map((o) => o.t)];
}
