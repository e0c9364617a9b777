// Named parameters, kept as unconstrained tensors with their constraints. `version` grows with every change.
import { biject, constraints, type Constraint } from "../bijectors/index.js";
import { np, type Tensor, type TensorLike } from "../tensor/index.js";

interface Entry {
  readonly unconstrained: Tensor;
  readonly constraint: Constraint;
}

export class ParamStore {
  private readonly entries = new Map<string, Entry>();
  /** Grows with every change. */
  version = 0;

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
    const { unconstrained, constraint } = this.entry(name);
    return biject(constraint).forward(unconstrained);
  }

  constraint(name: string): Constraint {
    return this.entry(name).constraint;
  }

  /** What optimisers move. */
  getUnconstrained(name: string): Tensor {
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
    const unconstrained = np.array(value);
    this.refuseTraced(name, unconstrained);
    this.entries.set(name, {
      unconstrained,
      constraint: constraint ?? this.entries.get(name)?.constraint ?? constraints.real,
    });
    this.version++;
  }

  delete(name: string): boolean {
    this.version++;
    return this.entries.delete(name);
  }

  clear(): void {
    this.entries.clear();
    this.version++;
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
