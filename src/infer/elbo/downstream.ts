// Model and guide in; for every latent site of the guide, which terms of the bound its value can change, and how plates part them, out.
import { handlers, within, type Message, type SiteTrace, type TraceNode } from "../../handlers/index.js";
import { dependence } from "../../trace/dependence.js";
import type { Tensor } from "../../tensor/index.js";
import { callModel, type Model } from "../model.js";

/** The term of a site in the guide's or the model's log density. */
export type TermName = `guide ${string}` | `model ${string}`;

export interface Downstream {
  /** The site; its tensors have no contents. */
  readonly node: TraceNode;
  /** Terms whose value depends on the site's, or on values that are drawn depending on it. */
  readonly terms: ReadonlySet<TermName>;
  /** Plates of the site in which element i of the term depends on element i of the site alone. */
  elementwise(term: TermName, node: TraceNode): readonly string[];
}

/** Runs guide and model once without contents. */
export function downstreamOf(
  model: Model,
  guide: Model,
  args: readonly unknown[],
): ReadonlyMap<string, Downstream> {
  const plates = new Map<string, readonly string[]>();
  const nodes = new Map<string, TraceNode>();
  const reads = dependence("TraceGraphELBO", (unknown) => {
    const inputs = new Map<string, Tensor>();
    const choose = (msg: Message): void => {
      if (msg.type !== "sample" || msg.isObserved || msg.value !== undefined) return;
      const { batchShape, eventShape, isDiscrete } = msg.fn!;
      msg.value = unknown({ dtype: isDiscrete ? "i32" : "f64", shape: [...batchShape, ...eventShape] });
      inputs.set(msg.name, msg.value);
    };
    const key = unknown({ dtype: "key", shape: [] });
    const chosen = (...xs: readonly unknown[]): unknown =>
      within({ name: "downstream", guard: [], before: choose }, () => callModel(guide, xs, "guide"));
    const guideTrace = handlers.trace(handlers.seed(chosen, key))(...args);
    const replayed = handlers.replay((...xs: readonly unknown[]) => callModel(model, xs), guideTrace);
    const modelTrace = handlers.trace(handlers.seed(replayed, key))(...args);
    for (const [name] of inputs) {
      const node = guideTrace.nodes[name];
      nodes.set(name, node);
      plates.set(
        name,
        node.frames.map((frame) => frame.name),
      );
    }
    return { inputs, results: new Map([...terms("guide", guideTrace), ...terms("model", modelTrace)]) };
  }) as ReadonlyMap<TermName, ReadonlySet<string>>;

  const after = (start: Iterable<string>): Set<string> => {
    const found = new Set(start);
    for (let size = -1; size < found.size;) {
      size = found.size;
      for (const name of plates.keys()) if (intersects(reads.get(`guide ${name}`)!, found)) found.add(name);
    }
    return found;
  };
  return new Map(
    Array.from(plates.keys(), (name) => {
      const reached = after([name]);
      const own = plates.get(name)!;
      // What lies outside a plate, and all that comes after it, sees every element of the plate.
      const beyond = new Map(
        own.map((plate) => [plate, after([...reached].filter((site) => !plates.get(site)!.includes(plate)))]),
      );
      const hit = [...reads].filter(([, sites]) => intersects(sites, reached)).map(([term]) => term);
      return [
        name,
        {
          node: nodes.get(name)!,
          terms: new Set(hit),
          elementwise: (term: TermName, node: TraceNode) =>
            nodes
              .get(name)!
              .frames.filter(
                (plate) =>
                  node.frames.some((frame) => frame.name === plate.name && frame.dim === plate.dim) &&
                  !intersects(reads.get(term)!, beyond.get(plate.name)!),
              )
              .map((plate) => plate.name),
        },
      ];
    }),
  );
}

const terms = (side: "guide" | "model", trace: SiteTrace): [TermName, Tensor][] =>
  Object.values(trace.nodes)
    .filter((node) => node.type === "sample")
    .map((node) => [`${side} ${node.name}`, node.logProb]);

const intersects = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean => [...a].some((x) => b.has(x));
