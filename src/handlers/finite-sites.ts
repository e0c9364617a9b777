// The sites of an np.scan in; which of its discrete ones handlers around it want summed out, what depends on those, and the loop with
// their sum taken, out.
import type { Distribution, LoopOfSites } from "../dist/index.js";
import { flatten, np, unflatten, type Shape, type Tensor } from "../tensor/index.js";
import type { Scan } from "../trace/statements.js";
import { LoopBody, type Body } from "./enumeration/loop-body.js";
import { enumerateLoop, gone, spread, type HiddenSite } from "./enumeration/loop.js";
import { EnumeratedRun, supportOf } from "./enumeration/run.js";

/** A statement of the body, as its last recording had it. */
export interface Site {
  readonly name: string;
  readonly fn: Distribution;
  readonly isObserved: boolean;
  readonly infer: Readonly<Record<string, unknown>>;
}

/** Sites of a loop that are summed out, by name. */
export type Claimed = ReadonlyMap<string, EnumeratedRun>;

const NONE: Claimed = new Map();

const isFinite = ({ fn, isObserved }: Site): boolean =>
  !isObserved && fn.isDiscrete && fn.hasEnumerateSupport;

export const hasFinite = (sites: ReadonlyMap<string, Site>): boolean => [...sites.values()].some(isFinite);

/** A state at one combination of the enumerated sites that it depends on, if it depends on some: then it has axes in front. */
export function withoutAxes(init: unknown, shapes: readonly Shape[] | null): unknown {
  const { leaves, def } = flatten(init);
  const extra = leaves.map((t, i) => t.ndim - (shapes?.[i]?.length ?? t.ndim));
  if (extra.every((n) => n <= 0)) return null;
  return unflatten(
    def,
    leaves.map((t, i) => (extra[i] > 0 ? t.at(...Array.from({ length: extra[i] }, () => 0)) : t)),
  );
}

export class FiniteSites implements LoopOfSites {
  private readonly finite: ReadonlyMap<string, HiddenSite>;
  readonly carries: readonly Shape[];
  private found: ReturnType<LoopBody["reach"]> | null = null;

  constructor(
    private readonly f: Body["f"],
    private readonly init: unknown,
    private readonly xs: unknown,
    private readonly length: number,
    private readonly sites: readonly Site[],
  ) {
    const finite = sites.filter(isFinite);
    this.carries = flatten(init).leaves.map((t) => t.shape);
    this.finite = new Map(
      finite.map(({ name, fn }) => [
        name,
        { support: supportOf(fn), batchShape: fn.batchShape, eventShape: fn.eventShape },
      ]),
    );
  }

  readonly finiteFirst = (a: Site, b: Site): number =>
    Number(this.finite.has(b.name)) - Number(this.finite.has(a.name));

  /** Which sites got values that stand for all of theirs. */
  claims(sites: readonly Site[], values: readonly (Tensor | undefined)[]): Claimed {
    if (this.finite.size === 0) return NONE;
    return new Map(
      sites.flatMap(({ name }, i) => {
        const run = EnumeratedRun.of(values[i]);
        return run ? [[name, run] as const] : [];
      }),
    );
  }

  /** What depends on which of the finite sites. */
  private get reach(): ReturnType<LoopBody["reach"]> {
    return (this.found ??= this.findReach());
  }

  private findReach(): ReturnType<LoopBody["reach"]> {
    const hidden = new Map(Array.from(this.finite, ([name, site]) => [name, spread(site)]));
    const body = new LoopBody({ f: this.f, hidden, wanted: new Set(this.sites.map((s) => s.name)) });
    const { leaves, def } = flatten(this.init);
    const over = flatten(this.xs);
    const x = unflatten(
      over.def,
      over.leaves.map((t) => np.zeros(t.shape.slice(1)).astype(t.dtype as "f64")),
    );
    const latent = this.sites.filter((s) => !s.isObserved && !this.finite.has(s.name));
    const values = Object.fromEntries(
      latent.map(({ name, fn }) => [name, np.zeros([...fn.batchShape, ...fn.eventShape])]),
    );
    return body.reach({ def, leaves, live: leaves.map(() => []) }, { x, values });
  }

  dependsOn(name: string, claimed: (name: string) => boolean): boolean {
    if (![...this.finite.keys()].some(claimed)) return false;
    return [...(this.reach.sites.get(name) ?? [])].some(claimed);
  }

  depends(name: string, claimed: Claimed): boolean {
    return claimed.size > 0 && this.dependsOn(name, (n) => claimed.has(n));
  }

  /** Whether a site has no density of its own. */
  isSummed(name: string, claimed: Claimed): boolean {
    return claimed.has(name) || this.depends(name, claimed);
  }

  refuseDraws(undecided: readonly Site[], claimed: Claimed): void {
    const below = undecided.find(({ name }) => this.depends(name, claimed));
    if (!below) return;
    throw new Error(
      `site "${below.name}" is latent and depends on enumerated sites of its loop (${[...claimed.keys()].join(", ")}). ` +
        `Decide it first: handlers.condition(model, { ${below.name}: ... }), or give it a site in the guide.`,
    );
  }

  /** The loop's result, where what depends on summed sites is what it is for all of their values; the rest stays. */
  sumOut(
    claimed: Claimed,
    values: Readonly<Record<string, Tensor>>,
    init: unknown,
    reverse: boolean,
    scan: Scan,
    [carry, y]: readonly [unknown, unknown],
  ): readonly [unknown, unknown] {
    const [run, other] = new Set(claimed.values());
    if (other)
      throw new Error(
        `np.scan: two handlers sum out sites of one loop (${[...claimed.keys()].join(", ")}); let one of them take all.`,
      );
    const { f, xs, length } = this;
    const touched = (read: ReadonlySet<string>): boolean => [...read].some((name) => claimed.has(name));
    const wanted = new Set(this.sites.map((s) => s.name).filter((name) => this.isSummed(name, claimed)));
    const hidden = new Map([...this.finite].filter(([name]) => claimed.has(name)));
    const rest = Object.fromEntries(Object.entries(values).filter(([name]) => !claimed.has(name)));
    const ends = enumerateLoop({ f, hidden, wanted, init, xs, length, reverse, values: rest, scan }, run);
    const last = flatten(carry);
    const out = flatten(y);
    return [
      unflatten(
        last.def,
        last.leaves.map((t, i) => ends[i] ?? t),
      ),
      unflatten(
        out.def,
        out.leaves.map((t, i) => (touched(this.reach.y[i]) ? gone(run, t.shape) : t)),
      ),
    ];
  }
}
