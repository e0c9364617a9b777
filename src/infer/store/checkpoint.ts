// What a run is, and where each of its chains stands, in; files that another process goes on from out, and back.
import { VERSION } from "../../trace/export.js";
import type { ChainCounts, Diverged } from "../chains/chain.js";
import type { RunDescription } from "../chains/description.js";
import type { Explained } from "../divergences.js";
import type { Folder } from "./files.js";

const FORMAT = 2;
const RUN = ".sinter/run.json";
export const MODEL = ".sinter/model.wasm";
const EXPLAINED = ".sinter/divergences.json";
const chainFile = (index: number): string => `.sinter/chain-${index}`;

/** A chain between two slices. */
export interface ChainCheckpoint {
  readonly iteration: number;
  readonly kept: number;
  readonly counts: ChainCounts;
  readonly state: Float64Array;
  readonly diverged: readonly Diverged[];
}

/** Numbers are text, as JSON has no NaN. */
export const writeExplained = (folder: Folder, explained: readonly Explained[]): void =>
  folder.write(
    EXPLAINED,
    JSON.stringify(explained, (_, x: unknown) => (typeof x === "number" ? String(x) : x)),
  );

export function readExplained(folder: Folder): Explained[] {
  const text = folder.read(EXPLAINED);
  if (!text) return [];
  const found = JSON.parse(new TextDecoder().decode(text)) as Record<keyof Explained, string>[];
  return found.map(({ chain, iteration, logDensity, usual, site, why }) => ({
    chain: Number(chain),
    iteration: Number(iteration),
    logDensity: Number(logDensity),
    usual: Number(usual),
    site,
    why: why as Explained["why"],
  }));
}

export function writeRun(folder: Folder, run: RunDescription): void {
  folder.write(RUN, JSON.stringify({ format: FORMAT, sinter: VERSION, ...run }));
}

export function readRun(where: string, folder: Folder): RunDescription {
  const text = folder.read(RUN);
  if (!text)
    throw new Error(
      `${where}: "${folder.path}" holds no run of sinter${folder.read(".zgroup") ? "" : " (nothing was written yet, or the path is wrong)"}. ` +
        "Give the path of `saveTo` or of fit.save.",
    );
  const { format, sinter, ...run } = JSON.parse(new TextDecoder().decode(text)) as RunDescription & {
    readonly format: number;
    readonly sinter: string;
  };
  if (format !== FORMAT || sinter !== VERSION)
    throw new Error(
      `${where}: "${folder.path}" was written by sinter ${sinter} (format ${format}); this is ${VERSION} (format ${FORMAT}), ` +
        "which might draw other numbers. Resume it with that version; its draws can be read by ArviZ as they are.",
    );
  return run;
}

export function writeChain(folder: Folder, index: number, checkpoint: ChainCheckpoint): void {
  const { state, diverged, ...rest } = checkpoint;
  const divergedAfter = diverged.map(({ iteration }) => iteration);
  const head = new TextEncoder().encode(JSON.stringify({ ...rest, states: state.length, divergedAfter }));
  const vectors = [state, ...diverged.map(({ point }) => point)];
  let end = 4 + head.length;
  const bytes = new Uint8Array(vectors.reduce((n, v) => n + v.byteLength, end));
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  for (const { buffer, byteOffset, byteLength } of vectors) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), end);
    end += byteLength;
  }
  folder.write(chainFile(index), bytes);
}

export function readChain(where: string, folder: Folder, index: number): ChainCheckpoint {
  const bytes = folder.read(chainFile(index));
  if (!bytes) throw new Error(`${where}: "${folder.path}" has no checkpoint of chain ${index + 1}.`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + length));
  const { states, divergedAfter, ...head } = JSON.parse(text) as Omit<
    ChainCheckpoint,
    "state" | "diverged"
  > & {
    readonly states: number;
    readonly divergedAfter: readonly number[];
  };
  const numbers = new Float64Array(bytes.slice(4 + length).buffer);
  const dim = (numbers.length - states) / Math.max(divergedAfter.length, 1);
  const diverged = divergedAfter.map((iteration, i) => ({
    iteration,
    point: numbers.slice(states + i * dim, states + (i + 1) * dim),
  }));
  return { ...head, state: numbers.slice(0, states), diverged };
}
