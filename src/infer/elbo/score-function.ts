// A guide's trace in; the sites whose draws carry no gradient, and the sum of their log densities, out.
import { logProbSum, type SiteTrace, type TraceNode } from "../../handlers/index.js";
import type { Tensor } from "../../tensor/index.js";

/** A latent site whose draws are not differentiable functions of the parameters. */
export const isScored = (node: TraceNode): boolean =>
  node.type === "sample" && !node.isObserved && !node.fn!.hasRsample;

export const scored = (guide: SiteTrace): readonly TraceNode[] => Object.values(guide.nodes).filter(isScored);

/** Without the scales: a draw of a subsampled plate is drawn once, however much it stands for. Null when there is none. */
export function scoreSum(guide: SiteTrace): Tensor | null {
  const terms = scored(guide).map(({ fn, value, mask, untrusted }) =>
    logProbSum({ fn, value, mask, untrusted, scale: 1 }),
  );
  return terms.length === 0 ? null : terms.reduce((a, b) => a.add(b));
}
