// The program of a worker: an exported module and chains as data in, their parts with a checkpoint after each slice out.
// It is bundled on its own (scripts/bundled-source.mjs): runtime and sampler, no compiler and no model.
import { load, type Artefact } from "../../runtime/entry.js";
import { iterationsOf, type ChainPart } from "./chain.js";
import { SLICE } from "./in-turns.js";
import { chainOf, type ChainJob } from "./job.js";

export type ToWorker = { readonly module: WebAssembly.Module } | { readonly job: ChainJob };

export type FromWorker =
  | {
      readonly kind: "part";
      readonly part: ChainPart;
      readonly iteration: number;
      readonly stepSize: number;
      readonly state: Float64Array;
    }
  /** The chain threw, which it would do again: this is no death of the worker. */
  | { readonly kind: "error"; readonly message: string };

let artefact: Artefact | undefined;

function answer(message: ToWorker, post: (reply: FromWorker) => void): void {
  try {
    if ("module" in message) artefact = load(message.module);
    else run(message.job, post);
  } catch (error) {
    post({ kind: "error", message: error instanceof Error ? error.message : String(error) });
  }
}

function run(job: ChainJob, post: (reply: FromWorker) => void): void {
  const chain = chainOf(job, artefact!);
  const total = iterationsOf(job.plan);
  do {
    const part = chain.advance(SLICE);
    const { iteration, stepSize } = chain;
    post({ kind: "part", part, iteration, stepSize, state: chain.save() });
  } while (chain.iteration < total);
}

// Node and those like it have a port in a module; a browser's worker is its own port.
if (typeof process !== "undefined" && process.versions?.node) {
  void import("node:worker_threads").then(({ parentPort }) =>
    parentPort!.on("message", (message: ToWorker) =>
      answer(message, (reply) => parentPort!.postMessage(reply)),
    ),
  );
} else {
  const scope = globalThis as unknown as {
    onmessage: (event: { data: ToWorker }) => void;
    postMessage(reply: FromWorker): void;
  };
  scope.onmessage = ({ data }) => answer(data, (reply) => scope.postMessage(reply));
}
