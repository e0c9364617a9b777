// In: where the Python environment is. Out: Stan, NumPyro and stanli as contenders.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Answers } from "./agreement.js";
import type { Contender } from "./contender.js";
import { LineServer } from "./line-server.js";

interface Points {
  points: { lp: number; gradient: number[] }[];
}
type Figures = { us: number } & Record<string, number>;

const here = resolve("bench/peers");

const answersOf = ({ points }: Points): Answers => ({
  lp: points.map((p) => p.lp),
  gradient: points.map((p) => p.gradient),
});

function timingOf(figures: Figures): { us: number; details: Record<string, number> } {
  return { us: figures.us, details: figures };
}

function run(
  command: string,
  args: readonly string[],
  input: string,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  return new Promise((done, fail) => {
    const child = execFile(
      command,
      args,
      { maxBuffer: 1 << 26, env: { ...process.env, ...env } },
      (error, stdout, stderr) => {
        if (error === null) done(stdout);
        else
          fail(new Error(`${command} ${args.join(" ")} failed:\n${(stderr || error.message).slice(-3000)}`));
      },
    );
    // A program that ends before it has read its points is reported by its exit code.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}

/** Stan's C++ through our driver: about 40 s to compile a model the first time, then from the cache. */
function stan(): Contender {
  return {
    name: "stan",
    async prepare(posterior) {
      const program = join(here, "stan", `${posterior.name}.stan`);
      if (!existsSync(program)) return { missing: `${program} is not written` };
      const built = await run("bash", [join(here, "stan-build.sh"), program], "");
      const { binary, libraries, compileMs } = JSON.parse(built.trim().split("\n").at(-1) ?? "") as {
        binary: string;
        libraries: string;
        compileMs: number;
      };
      const rows = posterior.points.map((q) => q.join(" "));
      const input = `${rows.length} ${posterior.points[0].length}\n${rows.join("\n")}\n`;
      const call = (...args: string[]): Promise<string> =>
        run(binary, [posterior.dataPath, ...args], input, { LD_LIBRARY_PATH: libraries });
      return {
        compileMs,
        answers: answersOf(JSON.parse(await call("check")) as Points),
        time: async (seconds) => timingOf(JSON.parse(await call("time", String(seconds))) as Figures),
      };
    },
    stop: () => undefined,
  };
}

/** A peer behind a Python script that keeps its models between requests. */
function python(name: string, script: string, home: string, extras: readonly string[]): Contender {
  let server: LineServer | undefined;
  return {
    name,
    async prepare(posterior) {
      server ??= new LineServer(name, join(home, "venv/bin/python"), [join(here, script)]);
      const live = server;
      const model = posterior.name;
      // Where stanli is quicker with another form of the program, that form stands beside it.
      const own = join(here, "stan", `${model}.${name}.stan`);
      const program = existsSync(own) ? own : join(here, "stan", `${model}.stan`);
      const request = { do: "prepare", model, data: posterior.dataPath, points: posterior.points, program };
      const reply = await live.ask<Points & { compileMs: number; missing?: string }>(request);
      if (reply.missing !== undefined) return { missing: reply.missing };
      return {
        compileMs: reply.compileMs,
        answers: answersOf(reply),
        time: async (seconds) => timingOf(await live.ask<Figures>({ do: "gradient", model, seconds })),
        extra: async (what) =>
          extras.includes(what) ? await live.ask<Record<string, number>>({ do: what, model }) : null,
      };
    },
    stop: () => server?.stop(),
  };
}

/** Contenders by the names that --peers takes. */
export const peers: Record<string, (home: string) => Contender> = {
  stan,
  numpyro: (home) => python("numpyro", "numpyro_bench.py", home, ["nuts", "svi"]),
  stanli: (home) => python("stanli", "stanli_bench.py", home, ["nuts"]),
};
