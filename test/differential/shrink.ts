// A graph and inputs on which a check fails in; a smaller pair on which it still fails out, and a file that keeps it as a test.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { interpret } from "../../src/ir/interpret.js";
import { parse } from "../../src/ir/parse.js";
import { print } from "../../src/ir/print.js";
import { allocate, type Data, type Graph, type Value } from "../../src/ir/types.js";
import { opTable } from "../../src/ops/index.js";
import { dropDead } from "../../src/passes/dead.js";

export interface Case {
  readonly graph: Graph;
  readonly inputs: readonly Data[];
  /** Which inputs are data of the program. */
  readonly bound: readonly boolean[];
}

/** What is wrong with a case, or null; an error counts as wrong, with its message. */
export type Check = (c: Case) => string | null;

const wrong = (check: Check, c: Case): string | null => {
  try {
    return check(c);
  } catch (error) {
    return `throws ${(error as Error).message}`;
  }
};

/** Fewer outputs, equations and inputs, as long as the case stays wrong in the same way (it differs, or it throws). */
export function shrink(start: Case, check: Check): Case {
  const throws = wrong(check, start)?.startsWith("throws ") ?? false;
  const fails = (c: Case): boolean => {
    const found = wrong(check, c);
    return found !== null && found.startsWith("throws ") === throws;
  };
  let best = start;
  for (let progress = true; progress;) {
    const smaller = candidates(best).find(fails);
    progress = smaller !== undefined;
    if (smaller) best = smaller;
  }
  return best;
}

/** Cases that are smaller by one step, the boldest steps first. */
function candidates(c: Case): Case[] {
  const { graph } = c;
  const inner = graph.equations.flatMap((eq) => [...eq.outputs]);
  const only = graph.outputs.length > 1 ? graph.outputs.map((v) => withOutputs(c, [v])) : [];
  const earlier = inner.filter((v) => !graph.outputs.includes(v)).map((v) => withOutputs(c, [v]));
  const cut = [...graph.equations.keys()].reverse().map((i) => withoutEquation(c, i));
  const size = sizeOf(c);
  return [...only, ...earlier, ...cut].filter((next) => sizeOf(next) < size);
}

const sizeOf = ({ graph }: Case): number =>
  100 * graph.equations.length + 10 * graph.outputs.length + graph.inputs.length;

function withOutputs(c: Case, outputs: readonly Value[]): Case {
  return trimmed({ ...c, graph: { ...c.graph, outputs } });
}

/** An equation's results become inputs that hold what it computed. */
function withoutEquation({ graph, inputs, bound }: Case, at: number): Case {
  const { outputs } = graph.equations[at];
  const values = interpret({ ...graph, outputs }, inputs);
  return trimmed({
    graph: {
      ...graph,
      inputs: [...graph.inputs, ...outputs],
      equations: graph.equations.filter((_, i) => i !== at),
    },
    inputs: [...inputs, ...values],
    bound: [...bound, ...outputs.map(() => false)],
  });
}

/** Without equations and inputs that nothing reads. */
function trimmed({ graph, inputs, bound }: Case): Case {
  const live = dropDead(graph);
  const read = new Set<Value>([...live.outputs, ...live.equations.flatMap((eq) => eq.inputs)]);
  const kept = live.inputs.map((v) => read.has(v));
  return {
    graph: { ...live, inputs: live.inputs.filter((_, i) => kept[i]) },
    inputs: inputs.filter((_, i) => kept[i]),
    bound: bound.filter((_, i) => kept[i]),
  };
}

const folder = new URL("kept/", import.meta.url);

interface Written {
  readonly tolerance: number;
  readonly graph: string;
  readonly inputs: readonly string[];
  readonly bound: readonly boolean[];
}

const bytesOf = (x: Data): Buffer => Buffer.from(x.buffer, x.byteOffset, x.byteLength);

/** Shrinks a failing case, keeps it in test/differential/kept when SHRUNK=keep, and tells what to do with it. */
export function report(start: Case, check: Check, tolerance: number): string {
  const { graph, inputs, bound } = shrink(start, check);
  const found = wrong(check, { graph, inputs, bound });
  const text = print(graph);
  const written: Written = {
    tolerance,
    graph: text,
    inputs: inputs.map((x) => bytesOf(x).toString("hex")),
    bound,
  };
  const name = `${createHash("sha256").update(text).digest("hex").slice(0, 12)}.json`;
  const keep = process.env.SHRUNK === "keep";
  if (keep) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(new URL(name, folder), `${JSON.stringify(written, null, 2)}\n`);
  }
  const where = keep ? `kept as test/differential/kept/${name}` : "run npm run test:differential to keep it";
  return `shrunk to ${graph.equations.length} equations (${where}): ${found}\n${text}`;
}

/** The cases that were kept, by file name. */
export function keptCases(): readonly (readonly [name: string, c: Case, tolerance: number])[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => {
      const written = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Written;
      const graph = parse(written.graph, opTable);
      const inputs = graph.inputs.map((v, i) => {
        const data = allocate(v.type);
        bytesOf(data).set(Buffer.from(written.inputs[i], "hex"));
        return data;
      });
      return [name, { graph, inputs, bound: written.bound }, written.tolerance] as const;
    });
}
