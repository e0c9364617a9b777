// Finding a model's sites computes nothing with the data but what the model reads.
import { expect, test } from "vitest";
import { deterministic, dist, infer, np, sample, type Tensor } from "../../index.js";
import { watchKernels } from "../../trace/eager.js";
import { findSites } from "./sites.js";

const x = np.linspace(0, 39, 40).reshape([20, 2]);
const y = np.linspace(0, 19, 20);

function model(x: Tensor, y: Tensor): void {
  const centred = x.sub(x.mean(0));
  const scale = np.sqrt(np.mean(np.square(centred)));
  const b = sample("b", dist.Normal(0, 1).expand([2]).toEvent(1));
  deterministic("scaled", np.divide(b, scale));
  sample("y", dist.Normal(centred.matmul(b), 1).toEvent(1), { obs: y });
}

/** The operations that run while the sites are found. */
function ran(body: () => void): string[] {
  const ops: string[] = [];
  watchKernels((op) => ops.push(op.name), body);
  return ops;
}

test("what is computed from data alone waits until it is read", () => {
  let names: readonly string[] = [];
  expect(ran(() => ({ names } = findSites("test", model, [x, y])))).toEqual([]);
  expect(names).toEqual(["b[0]", "b[1]"]);
});

test("a model may read it, and then gets its numbers", () => {
  const seen: number[] = [];
  const reading = (x: Tensor): void => {
    seen.push(np.mean(x.sub(1)).item());
    sample("mu", dist.Normal(seen[0]!, 1));
  };
  expect(ran(() => void findSites("test", reading, [x]))).toContain("sub");
  expect(seen).toEqual([18.5]);
});

test("observations that are computed from data are held to their support", () => {
  const counts = (y: Tensor): void => {
    const rate = sample("rate", dist.Exponential(1));
    sample("y", dist.Poisson(rate).expand([20]).toEvent(1), { obs: y.sub(0.5) });
  };
  expect(() => infer.logDensity(counts, [y])).toThrow(/site "y"/);
});
