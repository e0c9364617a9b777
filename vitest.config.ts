// Which files are tests, and what "sinter" means inside them: the source, so that no test reads a stale dist.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { viteBundledSource } from "./scripts/bundled-source.mjs";

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  plugins: [viteBundledSource()],
  resolve: {
    alias: [
      { find: /^sinter(\/script)?$/, replacement: source("index.ts") },
      { find: /^sinter\/runtime$/, replacement: source("runtime.ts") },
      { find: /^sinter\/plot$/, replacement: source("plot.ts") },
    ],
  },
  test: {
    include: [
      "src/**/*.test.ts",
      "test/**/*.test.ts",
      "examples/**/*.test.ts",
      "bench/**/*.test.ts",
      "posteriordb/**/*.test.ts",
    ],
    // Downloads of the benchmarks hold tests of other people's.
    exclude: ["**/node_modules/**", "**/.peers/**", "**/.venv/**"],
    // A shared two-core machine can stall a test for seconds; a real hang still ends.
    testTimeout: 20_000,
  },
});
