// The rules by the pass that applies them, in the order in which they are tried at an equation.
import type { Rule } from "../rule.js";
import { alikeRules } from "./alike.js";
import { arithmeticRules } from "./arithmetic.js";
import { boundedLogRules } from "./bounded-logs.js";
import { broadcastRules } from "./broadcast.js";
import { choiceRules } from "./choice.js";
import { expandRules } from "./expand.js";
import { logSpaceRules } from "./log-space.js";
import { movementRules } from "./movement.js";
import { reductionRules } from "./reduction.js";

/** Movements first: they decide what repeats. Sinking comes last, once an equation is in its simplest form. */
export const simplifyRules: readonly Rule[] = [
  ...movementRules,
  ...choiceRules,
  ...arithmeticRules,
  ...reductionRules,
  ...broadcastRules,
];

/** Sharper forms are simplified as they are made. */
export const sharpenRules: readonly Rule[] = [...logSpaceRules, ...simplifyRules];

/** Alike ones late, where nothing that is dead counts as a use. */
export const expansionRules: readonly Rule[] = [...expandRules, ...alikeRules, ...movementRules];

/** For what sharing exponentials leaves. */
export const gatheringRules: readonly Rule[] = [...boundedLogRules, ...movementRules];

/** Every rule there is, once. */
export const allRules: readonly Rule[] = [
  ...simplifyRules,
  ...logSpaceRules,
  ...expandRules,
  ...alikeRules,
  ...boundedLogRules,
];
