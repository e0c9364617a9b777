// The name of an IndexedDB database in; a store of compiled programs for `cacheDir`, with all that it held in memory, out (browsers).
// Compiling is synchronous and the database is not: everything is read when it is opened, and written behind the caller's back.
import type { ProgramStore } from "./program-store.js";

interface Kept {
  /** A hash of the facts, by which the database finds it. */
  readonly key: string;
  readonly facts: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Milliseconds since 1970: programs that were not used for longest go first. */
  readonly used: number;
}

const PROGRAMS = "programs";
/** Uses are written down once a day. */
const DAY = 86_400_000;

/** Options of `openProgramDatabase`. */
export interface ProgramDatabaseOptions {
  /** Programs kept, those not used for longest going first. Default 256. */
  readonly maxPrograms?: number;
}

/**
 * Opens (or makes) an IndexedDB database in which compiled programs outlive the page: pass it as `cacheDir` to `jit`,
 * `infer.logDensity`, `NUTS`, `HMC` or `SVI`. Nothing that goes wrong with the database stops a program: it is compiled then,
 * and `problems` and the console say why. Rejects where there is no IndexedDB at all, as in Node.
 *
 * @example
 * const cacheDir = await openProgramDatabase("my-page");
 * const mcmc = new MCMC(new NUTS(model, { cacheDir }));
 */
export async function openProgramDatabase(
  name = "sinter",
  { maxPrograms = 256 }: ProgramDatabaseOptions = {},
): Promise<ProgramDatabase> {
  const label = `openProgramDatabase(${JSON.stringify(name)})`;
  if (!Number.isInteger(maxPrograms) || maxPrograms < 1)
    throw new RangeError(`${label}: maxPrograms must be a whole number >= 1, got ${maxPrograms}.`);
  if (typeof indexedDB === "undefined")
    throw new Error(`${label}: there is no IndexedDB here; give a folder instead: { cacheDir: "programs" }.`);
  const database = new ProgramDatabase(label, maxPrograms);
  await database.open(name);
  return database;
}

/** Compiled programs in memory and in IndexedDB, made by `openProgramDatabase`; nothing that goes wrong with the database throws. */
export class ProgramDatabase implements ProgramStore {
  /** What went wrong so far, in words. */
  readonly problems: string[] = [];
  private readonly programs = new Map<string, Kept>();
  private database: IDBDatabase | null = null;
  private pending: Promise<void> = Promise.resolve();

  /** Made by `openProgramDatabase`. */
  constructor(
    private readonly label: string,
    private readonly maxPrograms: number,
  ) {}

  async open(name: string): Promise<void> {
    try {
      const opening = indexedDB.open(name, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(PROGRAMS, { keyPath: "key" });
      const database = (this.database = await settled(opening));
      database.onversionchange = () => {
        database.close();
        this.lose("another page deletes or changes it");
      };
      database.onclose = () => this.lose("the browser closed it");
      const records = await settled<unknown[]>(database.transaction(PROGRAMS).objectStore(PROGRAMS).getAll());
      const sound = records.filter(isKept).sort((a, b) => b.used - a.used);
      if (sound.length < records.length)
        this.report(`${records.length - sound.length} entries hold no program; they are left out.`);
      for (const kept of sound.slice(0, this.maxPrograms)) this.programs.set(kept.key, kept);
      for (const { key } of sound.slice(this.maxPrograms)) this.change((store) => store.delete(key));
    } catch (error) {
      this.lose(messageOf(error));
    }
  }

  /** Programs held. */
  get size(): number {
    return this.programs.size;
  }

  read(facts: string): Uint8Array<ArrayBuffer> | null {
    const kept = this.programs.get(hash(facts));
    if (!kept || kept.facts !== facts) return null;
    if (Date.now() - kept.used > DAY) this.put({ ...kept, used: Date.now() });
    return kept.bytes;
  }

  write(facts: string, bytes: Uint8Array<ArrayBuffer>): void {
    this.put({ key: hash(facts), facts, bytes, used: Date.now() });
    if (this.programs.size <= this.maxPrograms) return;
    const [oldest] = [...this.programs.values()].sort((a, b) => a.used - b.used);
    this.programs.delete(oldest!.key);
    this.change((store) => store.delete(oldest!.key));
  }

  report(problem: string): void {
    this.problems.push(problem);
    // eslint-disable-next-line no-console -- the program runs all the same
    console.warn(`${this.label}: ${problem}`);
  }

  /** Resolves when all that was written so far is in the database, or is known not to be. */
  flush(): Promise<void> {
    return this.pending;
  }

  /** Closes the database once what was written is in it; programs stay in this page's memory. */
  close(): void {
    this.database?.close();
    this.database = null;
  }

  private put(kept: Kept): void {
    this.programs.set(kept.key, kept);
    this.change((store) => store.put(kept));
  }

  private change(write: (store: IDBObjectStore) => void): void {
    if (!this.database) return;
    try {
      const transaction = this.database.transaction(PROGRAMS, "readwrite");
      const done = new Promise<void>((resolve) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => {
          this.report(`a program could not be written (${messageOf(transaction.error)}); this page goes on.`);
          resolve();
        };
      });
      this.pending = Promise.all([this.pending, done]).then(() => undefined);
      write(transaction.objectStore(PROGRAMS));
    } catch (error) {
      this.lose(messageOf(error));
    }
  }

  /** From here on programs live as long as the page. */
  private lose(why: string): void {
    this.database = null;
    this.report(`the database cannot be used (${why}); programs are kept until the page ends.`);
  }
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("no reason given"));
  });

const messageOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

function isKept(x: unknown): x is Kept {
  const { key, facts, bytes, used } = x as Partial<Kept>;
  return (
    typeof facts === "string" &&
    bytes instanceof Uint8Array &&
    typeof used === "number" &&
    key === hash(facts)
  );
}

/** 64 bits; programs whose hashes agree are told apart by their facts. */
function hash(text: string): string {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul((b << 5) | (b >>> 27), 0x27d4eb2f) ^ c;
  }
  const word = (x: number): string => (x >>> 0).toString(16).padStart(8, "0");
  return word(a ^ (b >>> 15)) + word(b ^ (a >>> 13));
}
