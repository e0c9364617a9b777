// What TypeScript programs use of bundled-source.mjs.
import type { Plugin as EsbuildPlugin } from "esbuild";
import type { Plugin } from "vite";

export const esbuildBundledSource: EsbuildPlugin;
export function viteBundledSource(): Plugin;
