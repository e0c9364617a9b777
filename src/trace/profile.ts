// A function and its arguments in; where eager mode spends its time, what the compiled program takes, and when compiling pays, out.
import type { Op } from "../ir/op.js";
import type { Lowered } from "../runtime/backend.js";
import { watchKernels } from "./eager.js";
import { LazyJIT, type Jitted, type JitOptions } from "./lazy-jit.js";
import type { OperationTime, Profile } from "./profile-result.js";
import { showProfile } from "./profile-text.js";
import { currentTrace } from "./trace.js";

/** What is measured: an eager way, and a compiled way that is made when asked for. */
export interface Candidates {
  readonly name: string;
  eager(): unknown;
  compile(): { run(): unknown; lowered: Lowered };
}

const BUDGET_MS = 200;
const SHORTEST_MS = 0.1;
const FEWEST = 3;

/**
 * Calls fn eagerly and compiled, each for about a fifth of a second, and compares. The arguments are those of every call; fn may
 * be the result of `jit`, which is then profiled without its programs.
 *
 * @example console.log(String(profile((x) => np.sum(np.exp(x)), np.ones([1000]))))
 */
export function profile<A extends unknown[], R>(fn: ((...args: A) => R) | Jitted<A, R>, ...args: A): Profile {
  if (typeof fn !== "function") throw new TypeError(`profile: a function is needed, got ${typeof fn}.`);
  const plain = "jit" in fn && fn.jit instanceof LazyJIT ? (fn.jit as LazyJIT<A, R>).fn : fn;
  const options: JitOptions = { profile: true, name: plain.name || "anonymous" };
  return profileCandidates({
    name: options.name!,
    eager: () => plain(...args),
    compile() {
      const lazy = new LazyJIT(plain, options);
      lazy.warm(...args);
      return { run: () => lazy.call(...args), lowered: lazy.lower(...args) };
    },
  });
}

export function profileCandidates({ name, eager, compile }: Candidates): Profile {
  if (currentTrace() !== null)
    throw new Error(
      `profile(${name}): inside a compiled function there is nothing to time; call profile outside.`,
    );
  const eagerMs = quickestCall(eager);
  const watched = watchedCall(eager, eagerMs);
  const started = performance.now();
  const { run, lowered } = compile();
  const compileMs = performance.now() - started;
  const ms = quickestCall(run);
  const computeMs = Math.min(
    eagerMs,
    watched.reduce((sum, op) => sum + op.ms, 0),
  );
  const kernels = lowered.kernelCosts.length > 0 ? lowered.kernelTimes() : [];
  const found: Omit<Profile, "toString"> = {
    name,
    eager: { ms: eagerMs, computeMs, hostMs: eagerMs - computeMs, operations: watched },
    compiled: { compileMs, ms, kernels },
    speedup: eagerMs / ms,
    breakEven: eagerMs > ms ? Math.ceil(compileMs / (eagerMs - ms)) : Infinity,
  };
  const text = { value: () => showProfile(found), enumerable: false };
  return Object.defineProperties(found, {
    toString: text,
    [Symbol.for("nodejs.util.inspect.custom")]: text,
  }) as Profile;
}

/**
 * Milliseconds of one call, after calls for half the budget that warm up the JavaScript engine: the quickest of many batches, as
 * whatever else the machine does only adds.
 */
function quickestCall(run: () => unknown): number {
  run();
  // Quick functions are called in batches, for the clock to see them.
  let batch = 1;
  const timed = (): number => {
    const started = performance.now();
    for (let i = 0; i < batch; i++) run();
    return performance.now() - started;
  };
  const warm = performance.now() + BUDGET_MS / 2;
  do if (timed() < SHORTEST_MS) batch *= 2;
  while (performance.now() < warm);
  let best = Infinity;
  let batches = 0;
  const end = performance.now() + BUDGET_MS / 2;
  do best = Math.min(best, timed() / batch);
  while (++batches < FEWEST || performance.now() < end);
  return best;
}

/**
 * Time per operation in the quickest of as many calls as fit the budget, less what reading the clock takes, as parts of a call
 * that takes `eagerMs`: both accounts come from one call, so that they add up.
 */
function watchedCall(run: () => unknown, eagerMs: number): readonly OperationTime[] {
  const clock = clockCost();
  let best: OperationTime[] = [];
  let least = Infinity;
  const end = performance.now() + BUDGET_MS / 2;
  do {
    const found = new Map<Op, { calls: number; ms: number }>();
    let readings = 0;
    const started = performance.now();
    watchKernels((op, measured) => {
      readings++;
      const entry = found.get(op) ?? { calls: 0, ms: 0 };
      found.set(op, { calls: entry.calls + 1, ms: entry.ms + Math.max(0, measured - clock) });
    }, run);
    const whole = Math.max(performance.now() - started - readings * clock, Number.MIN_VALUE);
    if (whole >= least) continue;
    least = whole;
    best = [...found].map(([op, { calls, ms }]) => ({ name: op.name, calls, ms: (ms * eagerMs) / whole }));
  } while (performance.now() < end);
  return best.sort((x, y) => y.ms - x.ms);
}

/** What two readings of the clock say of nothing. */
function clockCost(): number {
  const times = Array.from({ length: 301 }, () => {
    const started = performance.now();
    return performance.now() - started;
  });
  return median(times);
}

function median(xs: readonly number[]): number {
  const sorted = [...xs].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
