// Every write of a script goes through here, so that the arms of a branch can be tried, undone and merged.
import type { Axis } from "./values.js";

type Key = string | number | symbol;

export type Arm = "whole" | "lanes";

/** The values before the first write to each place, in order of writing. */
export class Journal {
  readonly before = new Map<object, Map<Key, unknown>>();

  /** Whether the writes are those of one arm of a branch, to be merged with those of the other: by one test, or lane by lane. */
  constructor(readonly arm: Arm | null) {}

  /** Objects made while this journal was open: writes to them need no undoing. */
  readonly made = new WeakSet<object>();
  /** Places that were written as a whole at least once, and not only in elements that a test had chosen already. */
  private readonly whole = new Map<object, Set<Key>>();

  has(owner: object, key: Key): boolean {
    return this.before.get(owner)?.has(key) ?? false;
  }

  record(owner: object, key: Key, value: unknown, through = false): void {
    if (!through) this.whole.set(owner, (this.whole.get(owner) ?? new Set<Key>()).add(key));
    let slots = this.before.get(owner);
    if (!slots) this.before.set(owner, (slots = new Map()));
    if (!slots.has(key)) slots.set(key, value);
  }

  *places(): Iterable<{ owner: object; key: Key; before: unknown; through: boolean }> {
    for (const [owner, slots] of this.before)
      for (const [key, before] of slots)
        yield { owner, key, before, through: !this.whole.get(owner)?.has(key) };
  }
}

export class Memory {
  private readonly journals: Journal[] = [];
  private readonly owners = new WeakMap<object, readonly Axis[]>();

  /** `around`: the loops whose iterations are being carried out at once. */
  constructor(private readonly around: () => readonly Axis[]) {}

  read(owner: object, key: Key): unknown {
    return (owner as Record<Key, unknown>)[key];
  }

  /** `through`: the value has been merged already, so that the arms of branches must neither undo nor merge it. */
  write(owner: object, key: Key, value: unknown, through = false): void {
    for (const journal of this.journals)
      if (!journal.made.has(owner) && !(through && journal.arm)) {
        journal.record(owner, key, this.read(owner, key), through);
        // Setting an element past the end grows the array.
        if (Array.isArray(owner) && key !== "length") journal.record(owner, "length", owner.length);
      }
    (owner as Record<Key, unknown>)[key] = value;
  }

  /** Whether an arm that is being carried out in some lanes only has written the place as a whole. */
  inArm(owner: object, key: Key): boolean {
    return this.journals.some((j) => j.arm === "lanes" && (j.has(owner, key) || j.made.has(owner)));
  }

  /** Says that the object was made now: every iteration of the loops around, or of those given, has one of its own. */
  make<T extends object>(owner: T, axes = this.around()): T {
    for (const journal of this.journals) journal.made.add(owner);
    if (axes.length > 0) this.owners.set(owner, axes);
    return owner;
  }

  /** The loops of which every iteration has an object of its own. */
  ownersOf(owner: object): readonly Axis[] {
    return this.owners.get(owner) ?? [];
  }

  /** Runs the body and returns what it wrote; with `undo` the writes are taken back. */
  recorded<T>(body: () => T, undo: boolean, arm: Arm | null = null): { result: T; writes: Writes } {
    const journal = new Journal(arm);
    this.journals.push(journal);
    let finished = false;
    try {
      const result = body();
      finished = true;
      const writes: Writes = [...journal.places()].map((p) => ({ ...p, after: this.read(p.owner, p.key) }));
      return { result, writes };
    } finally {
      this.journals.pop();
      if (undo || !finished) this.restore(journal);
    }
  }

  private restore(journal: Journal): void {
    // Lengths last: putting an element back may have grown its array.
    const places = [...journal.places()];
    for (const p of places) if (p.key !== "length") (p.owner as Record<Key, unknown>)[p.key] = p.before;
    for (const p of places) if (p.key === "length") (p.owner as Record<Key, unknown>)[p.key] = p.before;
  }
}

export type Writes = readonly {
  readonly owner: object;
  readonly key: Key;
  readonly before: unknown;
  readonly after: unknown;
  /** Every write was `through`: of an array whose other elements keep what they were. */
  readonly through: boolean;
}[];
