// The version that `sinter --version` prints: this package's own.
import { createRequire } from "node:module";

export const { version } = createRequire(import.meta.url)("sinter/package.json") as {
  readonly version: string;
};
