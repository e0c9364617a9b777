// In: a command line. Out: answers checked against Stan, then microseconds and ratios; exit code 1 when an answer disagrees.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus, homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { distance } from "./agreement.js";
import type { Answers } from "./agreement.js";
import type { Contender, Ready } from "./contender.js";
import { ours } from "./ours.js";
import { peers } from "./peers.js";
import { fullName, headline, load, names } from "./posteriors.js";
import { geometricMean, ratios, table } from "./table.js";
import type { Row } from "./table.js";

const usage = `usage: npm run bench:peers -- [flags]
  --models a,b|headline|all   posteriors, by full name or part of it (headline)
  --peers stan,numpyro,stanli what to compare with (all three)
  --seconds S                 per model, contender and round (0.4)
  --rounds N                  rounds, in which contenders take turns (3)
  --nuts --svi                also a whole NUTS run, SVI steps, where a peer has them
  --no-ours                   the peers alone
  --folder PATH               posteriordb's folder (../shared/posteriordb)
  --json FILE                 everything measured`;

interface Record_ extends Row {
  distances: Record<string, { gradient: number; lp: number; agrees: boolean }>;
  details: Record<string, Record<string, number>>;
  extras: Record<string, Record<string, Record<string, number>>>;
}

function commandLine(): ReturnType<typeof options> {
  try {
    return options();
  } catch (error) {
    console.error(`bench:peers: ${error instanceof Error ? error.message : String(error)}\n${usage}`);
    process.exit(2);
  }
}

function options() {
  const { values } = parseArgs({
    options: {
      models: { type: "string", default: "headline" },
      peers: { type: "string", default: Object.keys(peers).join(",") },
      seconds: { type: "string", default: "0.4" },
      rounds: { type: "string", default: "3" },
      nuts: { type: "boolean", default: false },
      svi: { type: "boolean", default: false },
      "no-ours": { type: "boolean", default: false },
      folder: { type: "string", default: "../shared/posteriordb" },
      json: { type: "string" },
    },
  });
  const list = (text: string): string[] => text.split(",").filter((part) => part !== "");
  const models =
    values.models === "all"
      ? [...names]
      : values.models === "headline"
        ? [...headline]
        : list(values.models).map(fullName);
  const chosen = list(values.peers);
  for (const peer of chosen)
    if (peers[peer] === undefined)
      throw new Error(`--peers: no "${peer}"; there are ${Object.keys(peers).join(", ")}.`);
  const seconds = Number(values.seconds);
  const rounds = Number(values.rounds);
  if (!(seconds > 0)) throw new Error(`--seconds: "${values.seconds}" is not a positive number.`);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds: "${values.rounds}" is not 1, 2, 3, ...`);
  const extras = (["nuts", "svi"] as const).filter((what) => values[what]);
  return { ...values, models, chosen, seconds, rounds, extras };
}

const args = commandLine();
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
const home = process.env.SINTER_PEERS ?? join(cache, "sinter-peers");
if (args.chosen.length > 0 && !existsSync(join(home, "venv/bin/python"))) {
  console.error(`bench:peers: no Python environment in ${home}. Run bench/peers/setup.sh first.`);
  process.exit(1);
}
mkdirSync(home, { recursive: true });

// Stan first: the others are checked against it.
const contenders: Contender[] = Object.keys(peers)
  .filter((peer) => args.chosen.includes(peer))
  .map((peer) => peers[peer](home));
if (!args["no-ours"]) contenders.push(...ours);

let failures = 0;
function fail(model: string, message: string): void {
  failures++;
  console.error(`FAILED ${model}: ${message}`);
}

/** Prepares every contender, and keeps those whose answers agree with the reference. */
async function prepareAll(posterior: ReturnType<typeof load>, record: Record_): Promise<Map<string, Ready>> {
  const ready = new Map<string, Ready>();
  let reference: { name: string; answers: Answers } | undefined = posterior.gold && {
    name: "posteriordb's gold",
    answers: posterior.gold,
  };
  for (const contender of contenders) {
    try {
      const prepared = await contender.prepare(posterior);
      if ("missing" in prepared) {
        console.error(`  ${contender.name}: left out, ${prepared.missing}`);
        continue;
      }
      record.compileMs[contender.name] = prepared.compileMs;
      if (reference === undefined) {
        if (contender.name !== "stan")
          throw new Error(
            "nothing to check the answers against: there is no gold file, so --peers must name stan.",
          );
      } else {
        const d = distance(prepared.answers, reference.answers, posterior.tolerance);
        record.distances[contender.name] = d;
        if (!d.agrees) {
          fail(
            posterior.name,
            `${contender.name} disagrees with ${reference.name}: gradient by ${d.gradient.toExponential(1)} ` +
              `(allowed ${posterior.tolerance.gradient}), log density by ${d.lp.toExponential(1)} (allowed ${posterior.tolerance.lp}). Not timed.`,
          );
          prepared.release?.();
          continue;
        }
      }
      if (contender.name === "stan") reference = { name: "Stan", answers: prepared.answers };
      ready.set(contender.name, prepared);
    } catch (error) {
      fail(posterior.name, error instanceof Error ? error.message : String(error));
    }
  }
  return ready;
}

/** Rounds in which the contenders take turns, so that a busy minute of the machine falls on all of them alike. */
async function timeAll(ready: Map<string, Ready>, record: Record_): Promise<void> {
  for (let round = 0; round < args.rounds; round++)
    for (const [name, prepared] of ready) {
      const { us, details } = await prepared.time(args.seconds);
      if (record.us[name] === undefined || us < record.us[name]) {
        record.us[name] = us;
        if (details) record.details[name] = details;
      }
    }
  for (const what of args.extras)
    for (const [name, prepared] of ready) {
      const figures = (await prepared.extra?.(what)) ?? null;
      if (figures) (record.extras[name] ??= {})[what] = figures;
    }
}

const records: Record_[] = [];
for (const model of args.models) {
  const posterior = load(model, args.folder, home);
  console.error(model);
  if (posterior.simulated)
    console.error(
      `  *** SIMULATED DATA (fixed seed): ${join(args.folder, model, "data.json")} is absent ***`,
    );
  const record: Record_ = {
    model,
    dim: posterior.points[0].length,
    simulated: posterior.simulated,
    us: {},
    compileMs: {},
    distances: {},
    details: {},
    extras: {},
  };
  const ready = await prepareAll(posterior, record);
  try {
    await timeAll(ready, record);
  } catch (error) {
    fail(model, error instanceof Error ? error.message : String(error));
  }
  for (const prepared of ready.values()) prepared.release?.();
  for (const [name, us] of Object.entries(record.us))
    console.error(`  ${name}: ${us.toPrecision(4)} us, prepared in ${record.compileMs[name].toFixed(0)} ms`);
  for (const [name, extras] of Object.entries(record.extras))
    for (const [what, figures] of Object.entries(extras))
      console.error(`  ${name} ${what}: ${JSON.stringify(figures)}`);
  records.push(record);
}
for (const contender of contenders) contender.stop();

console.log(table(records, args["no-ours"] ? [] : ours.map((c) => c.name), args.chosen));
if (args.json !== undefined) {
  const means = Object.fromEntries(
    ours.map((o) => [
      o.name,
      Object.fromEntries(args.chosen.map((c) => [c, geometricMean(ratios(records, c, o.name))])),
    ]),
  );
  const machine = { cpu: cpus()[0]?.model, node: process.version, date: new Date().toISOString() };
  writeFileSync(
    args.json,
    JSON.stringify({ machine, geometricMeans: means, models: records }, null, 1) + "\n",
  );
}
if (failures > 0) {
  console.error(`bench:peers: ${failures} ${failures === 1 ? "failure" : "failures"}, named above.`);
  process.exitCode = 1;
}
