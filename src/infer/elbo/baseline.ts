// A scored site of the guide in; what is subtracted from the cost of its draws, and how that learns, out.
import { mutable, type SiteTrace, type TraceNode } from "../../handlers/index.js";
import { checkOptions, np, type Tensor, type TensorLike } from "../../tensor/index.js";
import { scored } from "./score-function.js";

interface BaselineOptions {
  /** A running mean of the site's costs. */
  readonly useDecayingAvgBaseline?: boolean;
  /** What is kept of the running mean at each step. Default 0.9. */
  readonly baselineBeta?: number;
  /** A tensor that depends on parameters: they are moved to predict the cost. */
  readonly baselineValue?: TensorLike;
  /** The same, as a function of `nnBaselineInput`, through which no gradient flows. */
  readonly nnBaseline?: (input: Tensor) => Tensor;
  readonly nnBaselineInput?: TensorLike;
}

const KNOWN = ["useDecayingAvgBaseline", "baselineBeta", "baselineValue", "nnBaseline", "nnBaselineInput"];

export interface Baseline {
  /** The value to subtract, and the squared error of its learnt part. */
  at(node: TraceNode, cost: Tensor): { readonly value: Tensor | null; readonly loss: Tensor | null };
  /** Tells the cost of this step, averaged over particles. */
  learn(cost: Tensor): void;
}

const stateName = (site: string): string => `__baseline_avg_downstream_cost_${site}`;

function optionsOf(node: TraceNode): BaselineOptions {
  const options = node.infer["baseline"] as BaselineOptions | undefined;
  if (options === undefined) return {};
  const where = `site "${node.name}", infer.baseline`;
  checkOptions(where, options, KNOWN);
  const { baselineBeta: beta = 0.9 } = options;
  if (!(beta >= 0 && beta < 1))
    throw new RangeError(`${where}: baselineBeta must lie in [0, 1), got ${beta}.`);
  if (options.nnBaseline && options.nnBaselineInput === undefined)
    throw new TypeError(`${where}: nnBaseline needs nnBaselineInput, which it is a function of.`);
  return options;
}

/** Running means start at zero, in the shape of the plates around the site. */
export function baselineStates({ guide }: { readonly guide: SiteTrace }): Record<string, Tensor> {
  const using = scored(guide).filter((node) => optionsOf(node).useDecayingAvgBaseline === true);
  return Object.fromEntries(using.map((node) => [stateName(node.name), np.zeros(costShape(node))]));
}

function costShape(node: TraceNode): number[] {
  const rank = Math.max(0, ...node.frames.map((frame) => -frame.dim));
  const shape = Array.from({ length: rank }, () => 1);
  for (const frame of node.frames) shape[rank + frame.dim] = frame.subsampleSize;
  return shape;
}

export function baselineOf(node: TraceNode): Baseline {
  const { useDecayingAvgBaseline = false, baselineBeta: beta = 0.9 } = optionsOf(node);
  const shape = costShape(node);
  const average = useDecayingAvgBaseline ? mutable(stateName(node.name), np.zeros(shape)) : null;
  return {
    at(current, cost) {
      const { baselineValue, nnBaseline, nnBaselineInput } = optionsOf(current);
      const learnt = [
        ...(baselineValue === undefined ? [] : [np.array(baselineValue)]),
        ...(nnBaseline ? [nnBaseline(np.stopGradient(np.array(nnBaselineInput!)))] : []),
      ];
      const parts = [...(average ? [average.value] : []), ...learnt];
      if (parts.length === 0) return { value: null, loss: null };
      const value = parts.reduce((a, b) => a.add(b));
      const miss = cost.sub(value);
      return { value, loss: learnt.length > 0 ? np.sum(miss.mul(miss)) : null };
    },
    learn(cost) {
      if (average) average.value = average.value.mul(beta).add(np.broadcastTo(cost, shape).mul(1 - beta));
    },
  };
}
