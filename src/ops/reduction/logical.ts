// Rows of all and any.
import { reduction } from "../define/reduction.js";

export const all = reduction({
  name: "all",
  doc: "Whether every element over the axes holds; true of nothing.",
  takes: "bool",
  identity: () => 1,
  combine: (k, acc, x) => k.and(acc, x),
});

export const any = reduction({
  name: "any",
  doc: "Whether some element over the axes holds; false of nothing.",
  takes: "bool",
  identity: () => 0,
  combine: (k, acc, x) => k.or(acc, x),
});
