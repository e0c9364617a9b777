// The variables that a piece of a script sees: cells in nested scopes, and at the outside what the script captures.
/** One variable. `value` is written through Memory only. */
export interface Cell {
  readonly name: string;
  readonly constant: boolean;
  value: unknown;
}

export class Scope {
  private readonly cells = new Map<string, Cell>();

  constructor(
    readonly parent: Scope | null,
    /** Values by name that no cell holds: the captures. */
    private readonly outside: Readonly<Record<string, unknown>> = {},
    /** Whether those were given by the user. */
    private readonly explicit = false,
  ) {}

  declare(cell: Cell): Cell {
    this.cells.set(cell.name, cell);
    return cell;
  }

  own(name: string): Cell | undefined {
    return this.cells.get(name);
  }

  /** The innermost cell of that name, or null. */
  find(name: string): Cell | null {
    return this.cells.get(name) ?? this.parent?.find(name) ?? null;
  }

  /**
   * A captured value. esbuild calls the namespace np `np_exports`, and renames what collides in a bundle: `flat2` is looked for
   * as `flat` too, but among explicit captures only, since anywhere else it could be another function of that name.
   */
  captured(name: string): { value: unknown } | null {
    const found = this.given(name, false);
    if (found) return found;
    if (name.endsWith("_exports")) return this.captured(name.slice(0, -"_exports".length));
    const base = name.replace(/\$?\d+$/, "");
    return base === name || base === "" ? null : this.given(base, true);
  }

  private given(name: string, explicit: boolean): { value: unknown } | null {
    if ((this.explicit || !explicit) && Object.hasOwn(this.outside, name))
      return { value: this.outside[name] };
    return this.parent?.given(name, explicit) ?? null;
  }
}

/**
 * The name behind an import as bundlers write it: `sample` of `__vi_import_0__.sample`, `sinter__WEBPACK_IMPORTED_MODULE_0__.sample`,
 * `sinter_1.sample`, `import_sinter.sample`.
 */
export function isImportObject(name: string): boolean {
  return /^__(vi|vite_ssr)_import_\d+__$|__WEBPACK_IMPORTED_MODULE_\d+__$|^import_\w+$|^\w+_\d+$/.test(name);
}

/** Names every JavaScript engine has that scripts may use on values known while compiling. */
export const builtins: Readonly<Record<string, unknown>> = {
  Math,
  Number,
  String,
  Boolean,
  Array,
  Object,
  Float64Array,
  Int32Array,
  Error,
  RangeError,
  TypeError,
  Infinity,
  NaN,
  undefined,
  parseInt,
  parseFloat,
  isNaN,
  isFinite,
  // esbuild's and tsx's note of a function's name.
  __name: (fn: unknown) => fn,
};
