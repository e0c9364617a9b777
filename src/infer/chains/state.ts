// Objects whose state is numbers in; those numbers as one array, and back, out: what chains are saved, sent and resumed as.

/** Visits every number of a state in a fixed order: copied out when saving, put back when restoring. */
export interface StateWalk {
  /** Use it as `this.x = walk.number(this.x)`. */
  number(x: number): number;
  array(numbers: Float64Array | Uint32Array): void;
}

/** One method for both ways, so that what is saved and what is restored cannot differ. */
export interface Stateful {
  walk(state: StateWalk): void;
}

export function saveState(x: Stateful): Float64Array {
  const out: number[] = [];
  x.walk({
    number(value) {
      out.push(value);
      return value;
    },
    array(numbers) {
      for (const value of numbers) out.push(value);
    },
  });
  return Float64Array.from(out);
}

export function restoreState(x: Stateful, state: Float64Array): void {
  let at = 0;
  x.walk({
    number: () => state[at++],
    array(numbers) {
      numbers.set(state.subarray(at, at + numbers.length));
      at += numbers.length;
    },
  });
  if (at !== state.length)
    throw new Error(
      `The saved state has ${state.length} numbers and this sampler ${at}: it was saved with other options of the kernel, or by another version of sinter.`,
    );
}
