// What code whose sites depend on each other is about: the sites found in it, and what its statements leave behind.
import type { AnyNode } from "acorn";
import type { Tensor } from "../tensor/tensor.js";
import type { Decision, DistributionLike } from "./host.js";
import type { LaneDistribution } from "./lane-distribution.js";
import type { Axis } from "./values.js";

export type Family = (...args: unknown[]) => DistributionLike;

/** A family, its arguments, and the methods called on the result. */
export interface Recipe {
  readonly family: Family;
  readonly args: readonly unknown[];
  readonly then: readonly { readonly method: string; readonly args: readonly unknown[] }[];
}

/** What a statement leaves for the end of the loops that it stands in. */
export interface Emission {
  readonly what: "draw" | "part" | "factor" | "deterministic";
  readonly name: string;
  readonly node: AnyNode;
  /** Values, which get the axes of the loops on their way out. */
  readonly tree: Record<string, unknown>;
  readonly axes: readonly Axis[];
  readonly recipe: Recipe | null;
  /** A distribution without a recipe: the same at every step. */
  readonly fixed: DistributionLike | LaneDistribution | null;
}

/** One site as found: the sizes of the loops around it, one element's distribution, and the statements that make it. */
export interface FoundSite {
  readonly name: string;
  readonly lead: readonly number[];
  readonly one: DistributionLike;
  readonly observed: boolean;
  readonly infer: object;
  readonly statements: Set<AnyNode>;
  decision: Decision | null;
  value: Tensor | null;
}

export type Phase = "find" | "draw" | "given";

/** The code while it is being run. */
export interface JointRun {
  readonly phase: Phase;
  readonly sites: Map<string, FoundSite>;
  /** Factors and deterministics by name: the statements that make each. */
  readonly values: Map<string, Set<AnyNode>>;
  emit(emission: Emission): void;
}
