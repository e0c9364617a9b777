// How Node finds and reads model files: "sinter" is the package that this command belongs to, and .ts files are compiled by esbuild.
// Runs in Node's own loader thread (module.register).
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

type Resolved = { url: string; format?: string | null; shortCircuit?: boolean };
type Loaded = { format: string; source: string; shortCircuit: boolean };
type Next<C, R> = (specifier: string, context: C) => Promise<R>;

const own: Readonly<Record<string, string>> = {
  sinter: new URL("../node.js", import.meta.url).href,
  "sinter/runtime": new URL("../runtime/entry.js", import.meta.url).href,
};

/** A second copy of the package would have a second stack of handlers, and the model's statements would reach nobody. */
export async function resolve(
  specifier: string,
  context: { parentURL?: string },
  next: Next<{ parentURL?: string }, Resolved>,
): Promise<Resolved> {
  const url = own[specifier];
  if (url !== undefined) return { url, shortCircuit: true };
  try {
    return await next(specifier, context);
  } catch (error) {
    // TypeScript files import each other by the names that they will have once compiled.
    const isLocal = /^\.{0,2}\//.test(specifier) && specifier.endsWith(".js");
    if (!isLocal || (error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    return next(`${specifier.slice(0, -3)}.ts`, context);
  }
}

type Esbuild = {
  transform(source: string, options: object): Promise<{ code: string }>;
};

export async function load(url: string, context: object, next: Next<object, Loaded>): Promise<Loaded> {
  if (!/^file:.*\.m?ts$/.test(url)) return next(url, context);
  const path = fileURLToPath(url);
  const { transform } = await esbuildFor(url, path);
  const source = await readFile(path, "utf8");
  const options = { loader: "ts", format: "esm", target: "node20", sourcefile: path, sourcemap: "inline" };
  const { code } = await transform(source, { ...options, logLevel: "silent" });
  return { format: "module", source: code, shortCircuit: true };
}

/** The project's own esbuild, else the one beside this package. */
async function esbuildFor(url: string, path: string): Promise<Esbuild> {
  for (const from of [url, import.meta.url]) {
    try {
      const found = (await import(createRequire(from).resolve("esbuild"))) as { default?: Esbuild } & Esbuild;
      return found.default ?? found;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  throw new Error(
    `${path} is TypeScript, which needs esbuild here: npm install --save-dev esbuild, or compile it to .js first.`,
  );
}
