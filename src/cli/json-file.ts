// The path of a JSON file in, its contents out.
import { readFile } from "node:fs/promises";
import { firstLine, InputError, reading } from "./input-error.js";

export async function readJson(path: string): Promise<unknown> {
  const text = await reading("the data", path, () => readFile(path, "utf8"));
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InputError(`the data ${path} are not JSON: ${firstLine(error)}.`, { cause: error });
  }
}
