// The passes in the order in which they run, each with why it stands there.
import { subGraphs } from "../ir/sub-graphs.js";
import type { Graph } from "../ir/types.js";
import { mergeCommon } from "./cse.js";
import { dropDeadDeep } from "./dead.js";
import { fold } from "./fold.js";
import { inlineCalls } from "./inline-calls.js";
import { joinScans } from "./join-scans.js";
import { RuleSet, rewrite } from "./rewrite.js";
import type { Rule } from "./rule.js";
import { expansionRules, gatheringRules, sharpenRules, simplifyRules } from "./rules/index.js";
import { shareHyperbolic } from "./share-hyperbolic.js";
import { sharePowers } from "./share-powers.js";
import { shareReciprocals } from "./share-reciprocals.js";
import { shareExponentials } from "./share-exp.js";
import { liftData } from "./lift-data.js";
import { scaleScans } from "./scaled-scans.js";
import { slimLoops } from "./slim-loops.js";
import { split } from "./split.js";
import type { Split } from "./split.js";
import { statistics } from "./statistics.js";

/** What a pass may read and leave behind besides the graph it returns. */
export interface PassContext {
  /** Counts an application of a named rule. */
  fire(rule: string): void;
  readonly fastMath: boolean;
  /** Which inputs are bound; taken by split. */
  readonly bound: readonly boolean[] | undefined;
  /** Left by split. */
  parts?: Split;
}

export interface Pass {
  readonly name: string;
  readonly why: string;
  /** What must hold of the graph before, and what holds after. */
  readonly needs: readonly string[];
  readonly gives: readonly string[];
  run(graph: Graph, context: PassContext): Graph;
}

/** A pass that applies rules; those that assume something are left out unless `fastMath`. */
function rulesPass(
  name: string,
  why: string,
  needs: string[],
  gives: string[],
  rules: readonly Rule[],
): Pass {
  const strict = new RuleSet(rules.filter((r) => r.class !== "assumes"));
  const fast = new RuleSet(rules);
  return {
    name,
    why,
    needs,
    gives,
    run: (graph, { fastMath, fire }) => rewrite(graph, fastMath ? fast : strict, fire),
  };
}

export const pipeline: readonly Pass[] = [
  {
    name: "prune",
    why: "Derivatives leave equations that nothing needs; later passes should not look at them or count their uses.",
    needs: [],
    gives: ["every equation is needed"],
    run: (graph, { fire }) => dropDeadDeep(graph, () => fire("drop-unused")),
  },
  {
    name: "fold",
    why: "What depends on constants alone is computed now, so that later rules see literals.",
    needs: ["derivatives taken"],
    gives: ["no equation of small constants alone"],
    run: (graph, { fire }) => fold(graph, fire),
  },
  {
    name: "inline",
    why: "Sub-graphs that are called meet the rules with what is around them; after fold, which finds tests that are literals.",
    needs: [],
    gives: ["no calls"],
    run: (graph, { fire }) => inlineCalls(graph, fire),
  },
  rulesPass(
    "simplify",
    "Identities, chains of movements and work repeated along axes go, and common factors leave the sums.",
    ["derivatives taken"],
    ["operands in normal form"],
    simplifyRules,
  ),
  {
    name: "loops",
    why: "Loops over the same steps become one, which carries and computes each thing once; before sharpen, so that copies are still alike.",
    needs: ["operands in normal form"],
    gives: ["one loop over the same steps"],
    run(graph, { fire }) {
      if (!graph.equations.some((eq) => subGraphs(eq.params).length > 0)) return graph;
      const slim = slimLoops(joinScans(mergeCommon(graph, fire), fire), fire);
      return dropDeadDeep(mergeCommon(slim, fire), () => fire("drop-unused"));
    },
  },
  rulesPass(
    "sharpen",
    "Compositions that overflow or cancel become functions that do not; after simplify, so that they are recognised.",
    ["operands in normal form"],
    ["operands in normal form", "log-space forms"],
    sharpenRules,
  ),
  {
    name: "merge",
    why: "Forward and backward parts compute many things twice; rules have brought them to the same form.",
    needs: ["operands in normal form"],
    gives: ["no two equal equations"],
    run: (graph, { fire }) => mergeCommon(graph, fire),
  },
  {
    name: "statistics",
    why: "Sums over rows that a factor of the data answers; after merge, so that a residual is one value, and before split.",
    needs: ["no two equal equations"],
    gives: ["no rows of Gaussian-affine terms"],
    run: (graph, { bound, fire }) => (bound?.includes(true) ? statistics(graph, bound, fire) : graph),
  },
  rulesPass(
    "settle",
    "Merging makes operands identical, and rules that ask for that (x * x, equal arms) now apply.",
    ["no two equal equations"],
    ["operands in normal form"],
    simplifyRules,
  ),
  {
    name: "scale",
    why: "Recurrences of log-sum-exps are carried as scaled exponentials; after settle, which leaves one loop in normal form.",
    needs: ["one loop over the same steps", "log-space forms"],
    gives: ["no logarithm per step"],
    run: (graph, { fire }) => scaleScans(graph, fire),
  },
  {
    name: "reciprocals",
    why: "Derivatives of quotients compute the reciprocal of the divisor; before split, which then finds that of data.",
    needs: ["no two equal equations"],
    gives: ["one division per divisor"],
    run: (graph, { fire }) => shareReciprocals(graph, fire),
  },
  {
    name: "lift",
    why: "What steps of a loop compute from data alone becomes a table over the steps; before split, which makes it once per data set.",
    needs: ["one loop over the same steps"],
    gives: ["no step repeats work on data"],
    run(graph, { bound, fire }) {
      if (!bound?.includes(true)) return graph;
      const lifted = liftData(graph, bound, fire);
      return lifted === graph
        ? graph
        : dropDeadDeep(mergeCommon(slimLoops(lifted, fire), fire), () => fire("drop-unused"));
    },
  },
  {
    name: "split",
    why: "What depends on bound data alone runs once per data set; after the rules, which separate data from parameters.",
    needs: ["operands in normal form"],
    gives: ["main depends on parameters"],
    run(graph, context) {
      if (!context.bound?.includes(true)) return graph;
      context.parts = split(graph, context.bound, (rule) => context.fire(rule));
      return context.parts.main;
    },
  },
  rulesPass(
    "expand",
    "Products with vectors are written as sums that fuse; last, because rules know the composite form.",
    ["log-space forms"],
    ["no product with a vector"],
    expansionRules,
  ),
  {
    name: "share",
    why: "Softplus and sigmoid of one argument share one exponential, powers of one base a logarithm, tanh its derivative's exponential; after split, so that data keep their routines.",
    needs: ["log-space forms"],
    gives: ["one exponential per argument", "one logarithm per base"],
    run: (graph, { fire }) =>
      [shareExponentials, sharePowers, shareHyperbolic].reduce((g, share) => share(g, fire), graph),
  },
  rulesPass(
    "gather-logs",
    "Softplus written out leaves logarithms of bounded factors in sums; one for many of them does.",
    ["log-space forms"],
    ["one logarithm per sum of bounded logarithms"],
    gatheringRules,
  ),
  {
    name: "merge-again",
    why: "What expansion wrote out twice is merged.",
    needs: [],
    gives: ["no two equal equations"],
    run: (graph, { fire }) => mergeCommon(graph, fire),
  },
  {
    name: "drop-dead",
    why: "Nothing that no output needs is scheduled.",
    needs: [],
    gives: ["every equation is needed"],
    run: (graph, { fire }) => dropDeadDeep(graph, () => fire("drop-unused")),
  },
];
