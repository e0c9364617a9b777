// Calls of a compiled function under handlers that must see its statements -> records of what ran uncompiled, and what to write instead.

/** Calls that ran operation by operation because of the handlers around them. */
export interface InPlaceRecord {
  /** The handlers in force, outermost first. */
  readonly handlers: readonly string[];
  readonly why: string;
  /** The form that is compiled. */
  readonly instead: string;
  readonly calls: number;
}

/** Handlers that a user names by `handlers.<name>(fn, ...)`, with the argument that their compiled form takes. */
const ARGUMENT: Readonly<Record<string, string>> = { seed: "key", trace: "" };

/** One record per stack of handlers, counting its calls. */
export class InPlaceCalls {
  private readonly byStack = new Map<string, { handlers: readonly string[]; calls: number }>();

  constructor(private readonly name: string) {}

  add(handlers: readonly string[]): void {
    const key = handlers.join("\n");
    const entry = this.byStack.get(key);
    if (entry) entry.calls++;
    else this.byStack.set(key, { handlers, calls: 1 });
  }

  get records(): readonly InPlaceRecord[] {
    return Array.from(this.byStack.values(), ({ handlers, calls }) => ({
      handlers,
      why:
        `ran in place, not compiled: the handlers around the call (${handlers.join(", ")}) must see each of its statements, with its ` +
        "value, at every call",
      instead: compiledForm(this.name, handlers),
      calls,
    }));
  }
}

/** `jit((key, ...args) => handlers.trace(handlers.seed(model, key))(...args))`: the handlers moved inside. */
function compiledForm(name: string, handlers: readonly string[]): string {
  const nested = handlers.filter((h) => h !== "plate");
  const wrapped = nested.reduceRight((inner, handler) => {
    const argument = ARGUMENT[handler] ?? "...";
    return `handlers.${handler}(${inner}${argument === "" ? "" : `, ${argument}`})`;
  }, name);
  const plates = handlers.includes("plate") ? ", with the plate inside" : "";
  const called = nested.includes("seed")
    ? `jit((key, ...args) => ${wrapped}(...args))`
    : `jit((...args) => ${wrapped}(...args))`;
  return `${called}${plates}, where ${name} is the function that was given to jit`;
}
