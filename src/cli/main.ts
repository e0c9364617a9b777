// The command line in; a command of sinter run, and the exit code out: 0, or 2 with one line on standard error.
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { CompileOptions } from "./commands/compile.js";
import type { ExplainOptions } from "./commands/explain.js";
import type { PredictOptions } from "./commands/predict.js";
import type { RunOptions } from "./commands/run.js";
import type { ServeOptions } from "./commands/serve.js";
import { firstLine, InputError } from "./input-error.js";
import { version } from "./version.js";

const BAD_INPUT = 2;
const COMMANDS = "run, compile, explain, predict and serve";

const whole =
  (low: number, high = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const x = Number(text);
    if (text.trim() === "" || !Number.isSafeInteger(x) || x < low || x > high)
      throw new InvalidArgumentError(
        `It must be a whole number, ${high < Number.MAX_SAFE_INTEGER ? `from ${low} to ${high}` : `${low} or more`}.`,
      );
    return x;
  };

/** A seed that is one word of a key. */
const word = whole(0, 2 ** 32 - 1);

const dataOption = (): Option =>
  new Option("--data <file>", "JSON with the model's data; replaces the data that FILE exports");

/** Commands load what they need when they run: help and complaints about options do not wait for the library. */
function program(): Command {
  const sinter = new Command("sinter")
    .description("Probabilistic models compiled just in time to WebAssembly.")
    .version(version)
    .showSuggestionAfterError(false)
    .exitOverride()
    .usage("<command> [options]")
    .allowExcessArguments()
    .action((_options: object, { args: [name] }: Command) => {
      throw new InputError(
        name === undefined
          ? `a command is needed: ${COMMANDS}; sinter --help tells of them.`
          : `there is no command "${name}"; the commands are ${COMMANDS}.`,
      );
    })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "sinter: ")) });
  const command = (usage: string, description: string): Command =>
    // Settings of the parent do not reach commands made by `command`.
    sinter
      .command(usage)
      .description(description)
      .showSuggestionAfterError(false)
      .allowExcessArguments(false);

  command("run <FILE>", "sample the posterior with NUTS and print its summary")
    .addOption(dataOption())
    .option("--chains <N>", "number of chains", whole(1), 4)
    .option("--warmup <N>", "iterations of adaptation per chain", whole(0), 1000)
    .option("--samples <N>", "draws kept per chain", whole(1), 1000)
    .option("--seed <N>", "the same seed gives the same draws", whole(0), 0)
    .option(
      "--out <DIR>",
      "write the fit there: summary, draws and statistics as JSON, and model.wasm for predict",
    )
    .action(async (file: string, options: RunOptions) =>
      (await import("./commands/run.js")).run(file, options),
    );

  command("compile <FILE>", "write the log density with its gradient as one .wasm file")
    .addOption(dataOption())
    .requiredOption("-o, --output <F.wasm>", "where to write it")
    .action(async (file: string, options: CompileOptions) =>
      (await import("./commands/compile.js")).compile(file, options),
    );

  command("explain <FILE>", "show what the compiler makes of the model")
    .addOption(dataOption())
    .option("--pass <NAME>", "the graph before and after one pass")
    .option("--profile", "measure what each kernel takes")
    .option("--wat", "show the WebAssembly as text, too")
    .action(async (file: string, options: ExplainOptions) =>
      (await import("./commands/explain.js")).explain(file, options),
    );

  command("predict <F.wasm>", "what a compiled function or fitted model says of data, as JSON")
    .option("--data <file>", "JSON with the arguments; without it a model predicts for its own data")
    .option("--seed <N>", "the same seed gives the same predictions", word, 0)
    .action(async (file: string, options: PredictOptions) =>
      (await import("./commands/predict.js")).predict(file, options),
    );

  command("serve <F.wasm>", "answer the same over HTTP on this machine: POST the data as JSON")
    .option("--port <N>", "0 chooses a free one", whole(0, 65535), 8080)
    .option("--seed <N>", "the same seed gives the same predictions", word, 0)
    .action(async (file: string, options: ServeOptions) =>
      (await import("./commands/serve.js")).serve(file, options),
    );

  return sinter;
}

/** Everything that a command throws comes from its input: a file, data, or a model that does not fit them. */
async function main(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) {
      // commander has written its line; help and version are no errors.
      process.exitCode = error.exitCode === 0 ? 0 : BAD_INPUT;
      return;
    }
    console.error(`sinter: ${firstLine(error)}`);
    if (process.env["SINTER_DEBUG"] !== undefined) console.error(error);
    process.exitCode = BAD_INPUT;
  }
}

await main();
