// What TypeScript programs use of bundled-source.mjs.
import type { Plugin } from "vite";

export function viteBundledSource(): Plugin;
