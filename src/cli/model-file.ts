// The path of a model file in; the model that it exports, and its arguments, out.
import { stat } from "node:fs/promises";
import { register } from "node:module";
import { basename, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { modelWithData, withTensors } from "./data.js";
import { firstLine, InputError, reading } from "./input-error.js";
import { readJson } from "./json-file.js";

export type Model = (...args: unknown[]) => unknown;

export interface ModelFile {
  readonly name: string;
  readonly model: Model;
  readonly args: readonly unknown[];
}

const KINDS = [".js", ".mjs", ".ts", ".mts"];
let registered = false;

/** `dataPath` replaces the data that the file exports. */
export async function readModel(file: string, dataPath: string | undefined): Promise<ModelFile> {
  const path = resolve(file);
  const kind = extname(path);
  await reading("the model", file, async () => {
    if ((await stat(path)).isDirectory()) throw new Error("it is a folder");
  });
  if (!KINDS.includes(kind))
    throw new InputError(`the model ${file} must be a ${KINDS.join(", ")} file, not "${kind}".`);
  if (!registered) register(new URL("./model-hooks.js", import.meta.url));
  registered = true;
  const exported = await imported(file, path);
  const model = exported["default"];
  if (typeof model !== "function")
    throw new InputError(
      `${file} must export its model by default (export default function model(...) { ... }); ${"default" in exported ? `its default export is ${model === null ? "null" : `a ${typeof model}`}` : "it has no default export"}.`,
    );
  const given = dataPath === undefined ? undefined : await readJson(dataPath);
  const data = dataPath === undefined ? exported["data"] : withTensors(given, exported["data"], "");
  return { name: basename(path, kind), ...modelWithData(model as Model, data) };
}

async function imported(file: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new InputError(`${file} cannot be loaded: ${firstLine(error)}`, { cause: error });
  }
}
