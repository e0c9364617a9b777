// Programs by key, a bounded number of them: the least recently used is freed first.

export class ProgramCache<P> {
  /** In order of use, oldest first. */
  private order: { readonly key: string; readonly program: P }[] = [];
  private readonly byKey = new Map<string, { readonly key: string; readonly program: P }[]>();

  constructor(
    private readonly limit: number,
    private readonly free: (program: P) => void,
  ) {
    if (!Number.isInteger(limit) || limit < 1)
      throw new RangeError(`jit: maxPrograms must be a whole number >= 1, got ${limit}.`);
  }

  /** The program of that key that also passes the test; it becomes the most recently used. */
  find(key: string, fits: (program: P) => boolean): P | undefined {
    const entry = this.byKey.get(key)?.find((e) => fits(e.program));
    if (entry && this.order.at(-1) !== entry) {
      this.order.splice(this.order.indexOf(entry), 1);
      this.order.push(entry);
    }
    return entry?.program;
  }

  add(key: string, program: P): void {
    const entry = { key, program };
    this.order.push(entry);
    const same = this.byKey.get(key);
    if (same) same.push(entry);
    else this.byKey.set(key, [entry]);
    if (this.order.length <= this.limit) return;
    const oldest = this.order.shift()!;
    const rest = this.byKey.get(oldest.key)!.filter((e) => e !== oldest);
    if (rest.length > 0) this.byKey.set(oldest.key, rest);
    else this.byKey.delete(oldest.key);
    this.free(oldest.program);
  }

  all(): P[] {
    return this.order.map((e) => e.program);
  }

  clear(): void {
    for (const { program } of this.order) this.free(program);
    this.order = [];
    this.byKey.clear();
  }
}
