// Nothing in; Observable Plot and a document to draw in, both loaded at the first plot, out.
import type * as ObservablePlot from "@observablehq/plot";

export type Plot = typeof ObservablePlot;
export interface Libraries {
  readonly Plot: Plot;
  readonly document: Document;
}

let loaded: Promise<Libraries> | undefined;

/** The page's document where there is one, else linkedom's. Neither library is part of the package. */
export function libraries(): Promise<Libraries> {
  return (loaded ??= load().catch((error: unknown) => {
    // Asked again after an installation, it looks again.
    loaded = undefined;
    throw error;
  }));
}

async function load(): Promise<Libraries> {
  const Plot = await import("@observablehq/plot").catch(absent("@observablehq/plot"));
  if (typeof document !== "undefined") return { Plot, document };
  const { parseHTML } = await import("linkedom").catch(absent("linkedom"));
  return { Plot, document: parseHTML("<!doctype html><html><body></body></html>").document };
}

/** What is said where a library cannot be loaded. */
export const absent =
  (name: string) =>
  (cause: unknown): never => {
    throw new Error(
      `sinter/plot draws with @observablehq/plot and, outside browsers, linkedom, which it does not install; "${name}" ` +
        `could not be loaded. Run \`npm install @observablehq/plot linkedom\`.`,
      { cause },
    );
  };
