// An import of "./file.js?bundled" in; that file with all it imports, as one string of JavaScript, out: for esbuild and for Vite.
// Workers are started from such a string, so that no bundler of a user has to find a second file.
import { dirname, resolve } from "node:path";
import { build } from "esbuild";

const QUERY = /\.js\?bundled$/;

/** Paths are those of the source: the .js of an import is a .ts file. */
const sourceOf = (specifier, importer) => resolve(dirname(importer), specifier.replace(QUERY, ".ts"));

async function moduleOf(path) {
  const { outputFiles, metafile } = await build({
    entryPoints: [path],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    external: ["node:*"],
    write: false,
    metafile: true,
  });
  const contents = `export default ${JSON.stringify(outputFiles[0].text)};`;
  return { contents, files: Object.keys(metafile.inputs).map((file) => resolve(file)) };
}

export const esbuildBundledSource = {
  name: "bundled-source",
  setup(builder) {
    builder.onResolve({ filter: QUERY }, ({ path, importer }) => ({
      path: sourceOf(path, importer),
      namespace: "bundled-source",
    }));
    builder.onLoad({ filter: /.*/, namespace: "bundled-source" }, async ({ path }) => {
      const { contents, files } = await moduleOf(path);
      return { contents, loader: "js", watchFiles: files };
    });
  },
};

export const viteBundledSource = () => ({
  name: "bundled-source",
  enforce: "pre",
  resolveId: (specifier, importer) =>
    QUERY.test(specifier) && importer ? `\0bundled:${sourceOf(specifier, importer)}` : null,
  load: async (id) =>
    id.startsWith("\0bundled:") ? (await moduleOf(id.slice("\0bundled:".length))).contents : null,
});
