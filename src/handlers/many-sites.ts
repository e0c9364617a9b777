// The names of a run's sites in; a warning, once for each pattern, where a plain loop made hundreds of them one by one.

const MANY = 500;
const told = new Set<string>();

/** Sites whose names differ in numbers alone are taken for those of one loop. */
export function warnOfManySites(names: readonly string[]): void {
  if (names.length < MANY) return;
  const counts = new Map<string, number>();
  for (const name of names) {
    const pattern = name.replace(/\d+/g, "#");
    counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
  }
  for (const [pattern, count] of counts) {
    if (count < MANY || told.has(pattern)) continue;
    told.add(pattern);
    // eslint-disable-next-line no-console -- the result is right, only slow to compile
    console.warn(
      `${count} sites are named like "${pattern.replaceAll("#", "0")}": a plain loop makes them one by one, and each is compiled on its own. ` +
        "Vectorise them, so that compile time and code do not grow with their number: one site in a plate or with a batch of parameters, np.scan where each depends on the last, or script(fn), which does it for you.",
    );
  }
}
