// The public names of "sinter/runtime": what runs an exported program without the compiler; nothing is defined here.

export { load } from "./load.js";
export { Artefact } from "./artefact.js";
export type { Sampler } from "./sampler.js";
export { RuntimeArray } from "./array.js";
export type {
  DensityManifest,
  Entry,
  FunctionManifest,
  InputSlot,
  Manifest,
  ManifestSite,
  Slot,
  Tree,
} from "./manifest.js";
export type * from "../ir/types.js";
