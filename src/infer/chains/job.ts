// A chain as plain data in, and the exported file of its model; the chain itself, where it was, out.
import type { Artefact, Data } from "../../runtime/entry.js";
import { RandomStream, type KeyWords } from "../hmc/philox.js";
import { ProgramChain } from "../program/program-chain.js";
import { iterationsOf, type Chain, type ChainPlan } from "./chain.js";
import { stepsChain, type KernelSpec } from "./kernel-spec.js";

/** Can be sent to a worker and kept in a file: all of a chain but its density. */
export interface ChainJob {
  readonly plan: ChainPlan;
  readonly spec: KernelSpec;
  readonly key: KeyWords;
  /** Contents of the inputs, where the sampler is a program of the file; null: the sampler runs in JavaScript. */
  readonly contents: readonly Data[] | null;
  /** What `save` gave. */
  readonly state: Float64Array;
}

export function chainOf({ plan, spec, key, contents, state }: ChainJob, artefact: Artefact): Chain {
  const chain = contents
    ? programChain(artefact, contents, plan)
    : stepsChain(spec, artefact, plan, nowhere(artefact.dim), RandomStream.of(key));
  chain.restore(state);
  return chain;
}

function programChain(artefact: Artefact, contents: readonly Data[], plan: ChainPlan): Chain {
  const { sampler, manifest } = artefact;
  if (!sampler) throw new Error(`The file of ${manifest.name} holds no sampler.`);
  return new ProgramChain(sampler.program, sampler.layout, contents, {
    warmup: plan.warmup,
    total: iterationsOf(plan),
  });
}

/** The state says where the chain is. */
const nowhere = (dim: number) => ({ q: new Float64Array(dim), g: new Float64Array(dim), logp: NaN });
