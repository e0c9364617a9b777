// The build plugin `sinter/plugin` for Vite, Rollup, Rolldown, esbuild and webpack: scripts keep their own text, places and names.
import { relative } from "node:path";
import { createUnplugin, type UnpluginFactory, type UnpluginInstance } from "unplugin";
import tsBlankSpace from "ts-blank-space";
import { captureNames } from "./captures.js";

/** Options of the plugin. */
export interface PluginOptions {
  /** Files in error messages are named relative to this folder. Default: the working directory. */
  readonly root?: string;
}

const MODULE = /\.([cm]?[jt]s|[jt]sx)$/;
const TYPED = /\.([cm]?ts|tsx)$/;

const factory: UnpluginFactory<PluginOptions | undefined> = (options) => ({
  name: "sinter",
  // Before types are stripped and names change.
  enforce: "pre",
  transform: {
    filter: { id: MODULE, code: /\bscript\b/ },
    handler(code, id) {
      const [path] = id.split("?") as [string];
      if (!MODULE.test(path)) return null;
      const file = relative(options?.root ?? process.cwd(), path).replaceAll("\\", "/");
      try {
        return captureNames(code, { file, ...(TYPED.test(path) ? { blank: withoutTypes(file) } : {}) });
      } catch (error) {
        this.warn(
          `sinter: ${file} cannot be read, so that its scripts must be given their captures: ${(error as Error).message}. ` +
            "Scripts belong in files without JSX, enums and namespaces.",
        );
        return null;
      }
    },
  },
});

const withoutTypes =
  (file: string) =>
  (code: string): string =>
    tsBlankSpace(code, (node) => {
      throw new Error(`${file} holds TypeScript that is not types alone: ${node.getText().split("\n")[0]}`);
    });

const plugin: UnpluginInstance<PluginOptions | undefined, boolean> = createUnplugin(factory);

/** The plugin for Vite. */
export const { vite, rollup, rolldown, esbuild, webpack } = plugin;
export default plugin;
