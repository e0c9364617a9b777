// A traced function that calls Math.random or Date.now -> a warning with the place, since the number would be baked in.

declare const process: { readonly env: Readonly<Record<string, string | undefined>> } | undefined;

/** Checks that cost little but are for people: off when NODE_ENV is "production". */
export const development = (): boolean =>
  typeof process === "undefined" || process.env["NODE_ENV"] !== "production";

/** Runs the body; in development each hidden input that it reads is reported once. */
export function watchHiddenInputs<T>(label: string, body: () => T): T {
  if (!development()) return body();
  const random = Math.random;
  const now = Date.now;
  const reported = new Set<string>();
  const report = (what: string, advice: string): void => {
    if (reported.has(what)) return;
    reported.add(what);
    const stack = new Error().stack?.split("\n").slice(3).join("\n") ?? "";
    // The warning is for the person at the console; there is no other channel while tracing.
    // eslint-disable-next-line no-console
    console.warn(
      `${label} calls ${what} while it is traced: the number becomes part of the compiled program and never changes. ${advice}\n${stack}`,
    );
  };
  Math.random = () => {
    report("Math.random()", "Draw with random.uniform(key) and pass the key as an argument.");
    return random();
  };
  Date.now = () => {
    report("Date.now()", "Pass the time as an argument.");
    return now();
  };
  try {
    return body();
  } finally {
    Math.random = random;
    Date.now = now;
  }
}
