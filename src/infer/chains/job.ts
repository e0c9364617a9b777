// A chain as plain data in, and the exported file of its model; the chain itself, where it was, out.
import type { Artefact } from "../../runtime/entry.js";
import type { Chain, ChainPlan } from "./chain.js";
import { CompiledChain } from "./compiled-chain.js";

/** Can be sent to a worker and kept in a file: all of a chain but its density. */
export interface ChainJob {
  readonly plan: ChainPlan;
  /** What `save` gave. */
  readonly state: Float64Array;
}

export function chainOf({ plan, state }: ChainJob, artefact: Artefact): Chain {
  const { sampler, manifest } = artefact;
  if (!sampler) throw new Error(`The file of ${manifest.name} holds no sampler.`);
  const chain = new CompiledChain(sampler, plan);
  chain.restore(state);
  return chain;
}
