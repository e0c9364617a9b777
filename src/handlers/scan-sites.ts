// np.scan whose body makes statements: each becomes one site with the steps as its first axis. What the handlers outside hear is
// the whole site at once, so that they give values, keys and scores for all steps.
import { Deferred, Distribution, Masked, type Key } from "../dist/index.js";
import { np, random, type Shape, type Tensor, type TensorLike } from "../tensor/index.js";
import { abstractly } from "../trace/abstract.js";
import { registerScanSites, type ScanSites } from "../trace/statements.js";
import { deterministic } from "./deterministic.js";
import { FiniteSites, hasFinite, withoutAxes, type Site } from "./finite-sites.js";
import { message, type Message } from "./message.js";
import { settle } from "./sample.js";
import { sampleJointly, type Decision } from "./sample-jointly.js";
import { logProb } from "./score.js";
import { carriedByLoopOf, send, within } from "./stack.js";

/** Thrown out of a scan that turns out to make statements. */
class Found extends Error {}

type Tree = Readonly<Record<string, Tensor>>;

const scanSites: ScanSites = (f, init, xs, { length, reverse }, scan) => {
  const trip = (msg: Message): void => {
    if (msg.type === "sample" || msg.type === "deterministic") throw new Found();
  };
  try {
    return within({ name: "scan", guard: [], before: trip }, () => scan(f, init, xs, { length, reverse }));
  } catch (error) {
    if (!(error instanceof Found)) throw error;
  }
  const steps = np.arange(length).astype("i32");
  /** The scan with every statement heard on the way: `decide` before it has a value, `keep` what goes out beside the body's own ys. */
  const run = <Y>(
    given: Tree,
    decide: (msg: Message, given: Tree, step: Tensor) => void,
    keep: (heard: readonly Message[]) => Y,
  ): readonly [readonly [unknown, unknown], Y] => {
    const body = (carry: unknown, x: unknown): readonly [unknown, unknown] => {
      const { own, values, step } = x as { own: unknown; values: Tree; step: Tensor };
      const heard: Message[] = [];
      const before = (msg: Message): void => {
        if (msg.type !== "sample" && msg.type !== "deterministic") return;
        if (msg.type === "sample") decide(msg, values, step);
        msg.stop = true;
      };
      const after = (msg: Message): void => {
        if (msg.type !== "sample" && msg.type !== "deterministic") return;
        if (heard.some((other) => other.name === msg.name))
          throw new Error(
            `site "${msg.name}" appears twice in one step of np.scan; every site needs a name of its own.`,
          );
        heard.push(msg);
      };
      const result: unknown = within({ name: "scan", guard: [], before, after }, () => f(carry, own));
      // np.scan itself says what a body must return.
      if (!Array.isArray(result) || result.length !== 2) return result as never;
      const [next, y] = result as [unknown, unknown];
      return [next, { y, kept: keep(heard) }];
    };
    const [carry, out] = scan(body, begin, { own: xs, values: given, step: steps }, { length, reverse });
    const { y, kept } = out as { y: unknown; kept: Y };
    return [[carry, y], kept];
  };
  let begin = init;
  const found = new Map<string, Site>();
  const look = (): void =>
    abstractly(
      "np.scan",
      (unknown) =>
        void run(
          {},
          (msg) => {
            const { name, isObserved, infer } = msg;
            const fn = msg.fn!;
            found.set(name, { name, fn, isObserved, infer });
            if (msg.value === undefined)
              msg.value = unknown({
                dtype: fn.isDiscrete ? "i32" : "f64",
                shape: [...fn.batchShape, ...fn.eventShape],
              });
          },
          () => null,
        ),
    );
  look();
  const plain = hasFinite(found) ? withoutAxes(init, carriedByLoopOf(found.keys().next().value!)) : null;
  if (plain !== null) {
    begin = plain;
    look();
  }
  const loop = new FiniteSites(f, begin, xs, length, [...found.values()]);
  // Sites that may be summed out first: whether others depend on such a site is asked when those are decided.
  const latent = [...found.values()].filter((site) => !site.isObserved).sort(loop.finiteFirst);
  const fns = latent.map((site) => deferred(site, length, loop));
  const values = sampleJointly(
    latent.map(({ name, infer }, i) => ({ name, infer, fn: fns[i] })),
    (decisions) => {
      const values = decisions.map((d) => ("value" in d ? d.value : undefined));
      loop.refuseDraws(
        latent.filter((_, i) => values[i] === undefined),
        loop.claims(latent, values),
      );
      const given = Object.fromEntries(
        decisions.flatMap((d, i) => ("value" in d ? [[latent[i].name, d.value] as const] : [])),
      );
      const byName = new Map<string, Decision>(decisions.map((d, i) => [latent[i].name, d]));
      const [, drawn] = run(
        given,
        (msg, now, step) => {
          const decision = byName.get(msg.name);
          if (now[msg.name]) msg.value = now[msg.name];
          else if (decision && "key" in decision) msg.key = keyOf(decision.key, step);
        },
        (heard) => Object.fromEntries(heard.map((msg) => [msg.name, msg.value!])),
      );
      return latent.map((site) => drawn[site.name]);
    },
  );
  const score = (given: Tree) =>
    run(
      given,
      (msg, now) => {
        if (!msg.isObserved && now[msg.name]) msg.value = now[msg.name];
      },
      (heard) => ({
        logProb: Object.fromEntries(
          heard.flatMap((m) => (m.type === "sample" ? [[m.name, logProb(m)]] : [])),
        ),
        value: Object.fromEntries(heard.map((m) => [m.name, m.value!])),
      }),
    );
  const given: Tree = Object.fromEntries(latent.map((site, i) => [site.name, values[i]]));
  const claimed = loop.claims(latent, values);
  if (claimed.size === 0) begin = init;
  const [result, kept] = score(given);
  const scored = (site: Site): Scored =>
    new Scored(
      site,
      length,
      kept.value[site.name],
      kept.logProb[site.name],
      (x) => score({ ...given, [site.name]: x })[1].logProb[site.name],
    );
  latent.forEach((site, i) => loop.isSummed(site.name, claimed) || fns[i].resolve(scored(site)));
  for (const name of Object.keys(kept.value)) {
    const site = found.get(name);
    if (!site) {
      if (!loop.depends(name, claimed)) deterministic(name, kept.value[name]);
    } else if (site.isObserved)
      observe(
        site,
        loop.depends(name, claimed) ? deferred(site, length, loop) : scored(site),
        kept.value[name],
      );
  }
  return claimed.size === 0 ? result : loop.sumOut(claimed, given, init, reverse, scan, result);
};

const keyOf = (key: Key, step: Tensor): Key => random.foldIn(key, step);

function deferred({ name, fn: given }: Site, length: number, loop: FiniteSites): Deferred {
  // A mask says which steps count, not where values lie: it may be computed step by step.
  const fn = given instanceof Masked ? given.base : given;
  try {
    fn.support.check(np.zeros([...fn.batchShape, ...fn.eventShape]));
  } catch (error) {
    throw new Error(
      `site "${name}": the support ${fn.support.name} of ${fn.name} has bounds that np.scan computes step by step, but the site gets its coordinates before. ` +
        "Compute the bounds before the scan, or sample on a fixed support and compute the value from it.",
      { cause: error },
    );
  }
  return new Deferred(fn, [length], loop);
}

function observe({ name, infer }: Site, fn: Distribution, value: Tensor): void {
  send(
    message("sample", name, {
      fn,
      value,
      isObserved: true,
      untrusted: false,
      infer: { ...infer },
      compute: settle,
    }),
  );
}

/** The site of all steps, with the log density that the scan gave it. */
class Scored extends Distribution {
  readonly support: Distribution["support"];
  readonly hasRsample = false;

  constructor(
    { fn }: Site,
    length: number,
    private readonly at: Tensor,
    private readonly density: Tensor,
    private readonly again: (x: Tensor) => Tensor,
  ) {
    super(fn.name, [length, ...fn.batchShape], fn.eventShape);
    this.support = fn.support;
  }

  protected draw(): Tensor {
    throw new Error(`${this.name}: a site of np.scan is drawn by running its scan, not by itself.`);
  }

  override logProbWithin(x: TensorLike): Tensor {
    return x === this.at ? this.density : super.logProbWithin(x);
  }

  /** Discrete values come as floats, which the body may not carry. */
  protected logDensity(x: Tensor): Tensor {
    return this.again(x.dtype === this.at.dtype ? x : np.array(x, { dtype: this.at.dtype as "i32" }));
  }

  protected withBatch(shape: Shape): Distribution {
    throw new Error(
      `${this.name}: a site of np.scan cannot be expanded to batch shape [${shape.join(", ")}]; put the plate inside of the scan.`,
    );
  }
}

registerScanSites(scanSites);
