// In: nothing. Out: seconds from a new process to the printed summary of 4 x (1,000 + 1,000) draws, ours and stanli's in turns: least and
// median of seven. Run: npm run build && node bench/peers/cold.mjs [POSTERIOR ...]
import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

const home =
  process.env.SINTER_PEERS ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sinter-peers");
const python = `
import sys, stanli
fit = stanli.Model(stan_file=sys.argv[1], data=sys.argv[2]).sample(seed=2, chains=4, warmup=1000, samples=1000, refresh=0)
print(fit.summary())
`;
const named = process.argv.slice(2);
const chosen =
  named.length > 0
    ? named
    : ["eight_schools-eight_schools_noncentered", "radon_mn-radon_hierarchical_intercept_noncentered"];

function seconds(command, args) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0 || stdout.split("\n").length < 8) throw new Error(`${command} failed:\n${stderr}`);
  return (performance.now() - start) / 1000;
}

for (const name of chosen) {
  const data = `../shared/posteriordb/${name}/data.json`;
  const programs = {
    "empty node": () => seconds(process.execPath, ["-e", "console.log('\\n'.repeat(9))"]),
    ours: () => seconds(process.execPath, ["build/bench/cold.js", name]),
    stanli: () =>
      seconds(join(home, "venv/bin/python"), ["-c", python, `bench/peers/stan/${name}.stan`, data]),
  };
  const times = Object.fromEntries(Object.keys(programs).map((key) => [key, []]));
  for (let i = 0; i < 7; i++) for (const [key, run] of Object.entries(programs)) times[key].push(run());
  const show = (xs) => `${Math.min(...xs).toFixed(3)} / ${[...xs].sort((a, b) => a - b)[3].toFixed(3)}`;
  console.log(
    `${name}: ${Object.entries(times)
      .map(([key, xs]) => `${key} ${show(xs)} s`)
      .join(", ")}`,
  );
}
