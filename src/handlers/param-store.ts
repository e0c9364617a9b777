// Named parameters, kept as unconstrained tensors with their constraints. `version` grows with every change.
import { biject, constraints, type Constraint } from "../bijectors/index.js";
import { np, type Tensor, type TensorLike } from "../tensor/index.js";

interface Entry {
  readonly unconstrained: Tensor;
  readonly constraint: Constraint;
}

export class ParamStore {
  private readonly entries = new Map<string, Entry>();
  private changes = 0;
  /** Values newer than the entries', which who moves parameters leaves where they are until somebody looks. */
  private owed: { readonly by: object; readonly pay: () => void } | null = null;

  /** Grows with every change. */
  get version(): number {
    this.collect();
    return this.changes;
  }

  /** The version without what the asker itself owes. */
  versionFor(asker: object): number {
    if (this.owed?.by !== asker) this.collect();
    return this.changes;
  }

  /** `pay` sets known names to newer values; it is called before any of them is read or set. */
  owe(by: object, pay: () => void): void {
    if (this.owed?.by !== by) this.collect();
    this.owed = { by, pay };
  }

  private collect(): void {
    const { owed } = this;
    this.owed = null;
    owed?.pay();
  }

  /** The names, in the order in which they were first set. */
  get names(): string[] {
    return [...this.entries.keys()];
  }

  keys(): string[] {
    return this.names;
  }

  /** The constrained values, in the order of the names. */
  values(): Tensor[] {
    return this.names.map((name) => this.get(name));
  }

  /** Names and constrained values. */
  items(): [name: string, value: Tensor][] {
    return this.names.map((name) => [name, this.get(name)]);
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** The constrained value; throws when the name is unknown. */
  get(name: string): Tensor {
    this.collect();
    const { unconstrained, constraint } = this.entry(name);
    return biject(constraint).forward(unconstrained);
  }

  constraint(name: string): Constraint {
    return this.entry(name).constraint;
  }

  /** What optimisers move. */
  getUnconstrained(name: string): Tensor {
    this.collect();
    return this.entry(name).unconstrained;
  }

  /** Sets a constrained value; a known name keeps its constraint unless another is given. */
  set(name: string, value: TensorLike, constraint?: Constraint): void {
    const set = constraint ?? this.entries.get(name)?.constraint ?? constraints.real;
    const tensor = np.array(value);
    this.refuseTraced(name, tensor);
    if (np.all(set.check(tensor)).item() === 0)
      throw new RangeError(`param "${name}": the value ${String(tensor)} is not ${set.name}.`);
    this.setUnconstrained(name, biject(set).inverse(tensor), set);
  }

  setUnconstrained(name: string, value: TensorLike, constraint?: Constraint): void {
    this.collect();
    const unconstrained = np.array(value);
    this.refuseTraced(name, unconstrained);
    this.entries.set(name, {
      unconstrained,
      constraint: constraint ?? this.entries.get(name)?.constraint ?? constraints.real,
    });
    this.changes++;
  }

  delete(name: string): boolean {
    this.collect();
    this.changes++;
    return this.entries.delete(name);
  }

  clear(): void {
    this.collect();
    this.entries.clear();
    this.changes++;
  }

  private entry(name: string): Entry {
    const entry = this.entries.get(name);
    if (entry) return entry;
    throw new Error(
      `param "${name}" is not in the parameter store; it holds ${this.names.join(", ") || "nothing"}.`,
    );
  }

  private refuseTraced(name: string, value: Tensor): void {
    if (value.link)
      throw new Error(
        `param "${name}": a traced value cannot be stored, since it exists only inside the compiled function. ` +
          "Return it from there and store the result, or give the parameter a plain initial value.",
      );
  }
}

const store = new ParamStore();

/** The store that `param` reads. */
export const getParamStore = (): ParamStore => store;

/** Empties the global parameter store. */
export const clearParamStore = (): void => store.clear();
