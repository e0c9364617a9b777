// np.cond whose branches make statements: both are run, and what they observe counts where the test chooses them. Latent sites of a
// branch keep their priors, so that the number of sites does not hang on the test.
import { np, type Tensor } from "../tensor/index.js";
import { abstractly } from "../trace/abstract.js";
import { registerBranchSites, type BranchSites } from "../trace/statements.js";
import type { Message } from "./message.js";
import { within } from "./stack.js";

/** Thrown out of a branch that turns out to make statements. */
class Found extends Error {}

const isStatement = (msg: Message): boolean => msg.type === "sample" || msg.type === "deterministic";

const branchSites: BranchSites = (test, f, g, choose) => {
  if (!makesStatements(f) && !makesStatements(g)) return null;
  const first = new Map<string, Message>();
  const run = (fn: () => unknown, taken: Tensor, meet: (msg: Message) => void): unknown => {
    const before = (msg: Message): void => {
      if (!isStatement(msg)) return;
      meet(msg);
      if (msg.isObserved) msg.mask = msg.mask === null ? taken : np.logicalAnd(msg.mask, taken);
    };
    return within({ name: "cond", guard: [], before }, fn);
  };
  const a = run(f, test, (msg) => void first.set(msg.name, { ...msg }));
  const b = run(g, np.logicalNot(test), (msg) => {
    const other = first.get(msg.name);
    if (other) refuseTwins(other, msg);
  });
  return { result: choose(a, b) };
};

function makesStatements(fn: () => unknown): boolean {
  const before = (msg: Message): void => {
    if (isStatement(msg)) throw new Found();
  };
  try {
    abstractly("np.cond", () => within({ name: "cond", guard: [], before }, fn));
  } catch (error) {
    if (error instanceof Found) return true;
    throw error;
  }
  return false;
}

function refuseTwins(a: Message, b: Message): never {
  const of = ({ fn, type }: Message): string => fn?.name ?? type;
  throw new Error(
    `np.cond: both branches have a site "${a.name}" (${of(a)} in the first, ${of(b)} in the second), and a site has one distribution. ` +
      "Give them names of their own, or make one site outside whose parameters are chosen by np.where(test, a, b); script(fn) with if and else takes both.",
  );
}

registerBranchSites(branchSites);
