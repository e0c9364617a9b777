// Two stretches of trajectory in, one after the other; whether they turn back out: as a whole, from the first's start to the
// second's first point, and from the first's last point to the second's end (Betancourt 2017, appendix A.4.2, with
// Stan's two extra tests).
import type { Local } from "../value.js";
import type { Code } from "./context.js";
import type { At, Base } from "./vectors.js";

export interface Stretches {
  /** Momenta at both ends. */
  readonly a: { readonly first: Base; readonly last: Base };
  readonly b: { readonly first: Base; readonly last: Base };
  /** The sum of the momenta of each, there. */
  sums(at: At): readonly [Local, Local];
  /** Told the sum of both, and the momentum at the second's end. */
  readonly joined?: (at: At, sum: Local, end: Local) => void;
}

export function turnsBack(k: Code, { a, b, sums, joined }: Stretches): Local {
  const { f, v } = k;
  const products = Array.from({ length: 6 }, () => v.accumulator());
  v.each((at) => {
    const [sumA, sumB] = sums(at);
    const [a0, a1] = [v.load(a.first, at), v.load(a.last, at)];
    const [b0, b1] = [v.load(b.first, at), v.load(b.last, at)];
    const sum = v.add(sumA, sumB);
    const left = v.add(sumA, b0);
    const right = v.add(sumB, a1);
    const pairs = [[a0, sum], [b1, sum], [a0, left], [b0, left], [a1, right], [b1, right]] as const; // prettier-ignore
    pairs.forEach(([p, rho], i) => v.accumulate(products[i]!, p, rho));
    joined?.(at, sum, b1);
  });
  const [one, two, three] = [0, 2, 4].map((i) => v.positive(products[i]!, products[i + 1]!));
  const all = f.op("v128.and", f.op("v128.and", one!, two!), three!);
  return k.variable("i32", f.op("i32.eqz", f.op("i64x2.all_true", all)));
}
