// What an exported .wasm says of itself: the JSON in its custom section "sinter". Written at export, read by `load`.
import type { SamplerLayout } from "../codegen/wasm/sampler/plan.js";
import type { DType, Shape } from "../ir/types.js";

/** Raised when a reader of the former number would misread the file. */
export const FORMAT = 1;
export const SECTION = "sinter";
/** Points of a posterior, kept for predictions. */
export const DRAWS = "sinter.draws";
/** The version of this package; a test compares it with package.json. */
export const VERSION = "0.1.0";

/** A place in memory that is filled before a run or read after it. */
export interface Slot {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  /** The byte address; -1: nothing reads it. */
  readonly place: number;
}

export interface InputSlot extends Slot {
  /** given: at every call; kept: the file holds contents, which may be replaced. */
  readonly role: "given" | "kept";
}

/** One program of the file. All of them share the exported memory. */
export interface Entry {
  /** The exported functions, without parameters or results. */
  readonly main: string;
  /** To be run once before main, and again whenever a kept input has changed. */
  readonly prologue: string | null;
  readonly inputs: readonly InputSlot[];
  readonly outputs: readonly Slot[];
}

/**
 * The structure of arguments or of a result. "*": a tensor. Leaves are numbered with the keys of each object sorted; the
 * entries stand in the object's own order. `text` tells apart what JSON cannot (NaN, -0, undefined); see plain.ts.
 */
export type Tree =
  | "*"
  | { readonly array: readonly Tree[] }
  | { readonly object: readonly (readonly [key: string, tree: Tree])[] }
  | { readonly plain: string }
  /** Something that no file can hold, such as a function: it is part of the program, and callers may pass anything. */
  | { readonly fixed: string };

/** A latent site and the block of coordinates that belongs to it. */
export interface ManifestSite {
  readonly name: string;
  readonly shape: Shape;
  readonly offset: number;
  readonly size: number;
  readonly support: string;
}

interface Head {
  readonly format: number;
  /** The version of the package that wrote the file. */
  readonly sinter: string;
  readonly name: string;
  /** The structure of the arguments. */
  readonly args: Tree;
}

/** Made by `f.export(...args)`. */
export interface FunctionManifest extends Head {
  readonly kind: "function";
  readonly entries: { readonly call: Entry };
  readonly out: Tree;
}

/** Made by `infer.logDensity(model, args).export()`. The first output of logDensity is the value, then one gradient per site. */
export interface DensityManifest extends Head {
  readonly kind: "density";
  /** predict: a key, then the coordinates; its outputs are deterministics and fresh draws of the observed sites. */
  readonly entries: {
    readonly logDensity: Entry;
    readonly constrain: Entry;
    readonly predict?: Entry;
  };
  /** Why there is no entry `predict`. */
  readonly unpredictable?: string;
  /** With a sampler, the function `sampler`: where its state stands. */
  readonly sampler?: SamplerLayout;
  /** With a sampler: the options of the kernel and the plan of the run that wrote the file, for those who run it again. */
  readonly kernel?: unknown;
  /** How many points the section DRAWS holds, as f64, row by row. */
  readonly draws: number;
  readonly dim: number;
  /** One name per coordinate. */
  readonly coordinates: readonly string[];
  readonly sites: readonly ManifestSite[];
}

export type Manifest = FunctionManifest | DensityManifest;
