// Outputs that are next values of inputs share their memory where that changes nothing, and never another input's.
import { expect, test } from "vitest";
import { np, type Tensor } from "../tensor/index.js";
import { flatProgram, type FlatFunction, type FlatProgram } from "./flat-program.js";

const n = 40;
const type = { dtype: "f64", shape: [n] } as const;
const start = [Float64Array.from({ length: n }, Math.sin), Float64Array.from({ length: n }, Math.cos)];

/** Feeds outputs back three times. */
function thrice(fn: FlatFunction, next: readonly (readonly [number, number])[] | undefined): FlatProgram {
  const options = { label: "state", jit: true, ...(next ? { next } : {}) };
  const program = flatProgram(options, [type, type], [], fn);
  start.forEach((x, i) => program.inputs[i]!.set(x));
  for (let turn = 0; turn < 3; turn++) {
    program.run();
    const outputs = [0, 1].map((i) => program.output(i));
    outputs.forEach((out, i) => {
      if (out.byteOffset !== program.inputs[i]!.byteOffset) program.inputs[i]!.set(out);
    });
  }
  return program;
}

const loop =
  (step: (x: Tensor, y: Tensor) => readonly Tensor[]): FlatFunction =>
  ([x, y]) =>
    np.fori(0, 5, (_, c: readonly Tensor[]) => step(c[0]!, c[1]!), [x!, y!] as readonly Tensor[]) as Tensor[];

const programs: readonly [string, FlatFunction, shared: boolean][] = [
  ["a loop's state", loop((x, y) => [x.add(y.mul(0.1)), y.sub(x.mul(0.1))]), true],
  ["a loop whose state changes places", loop((x, y) => [y, x.add(0.5)]), true],
  ["inputs that change places", ([x, y]) => [y!, x!], false],
  ["an input that stays", ([x, y]) => [x!, y!], true],
  ["values of both, read backwards", ([x, y]) => [np.flip(x!).add(y!), np.flip(y!).mul(x!)], false],
  [
    "a loop's old state in another output",
    ([x, y]) => [np.fori(0, 3, (_, c: Tensor) => c.mul(2).add(y!), x!), np.flip(x!).add(y!)],
    false,
  ],
];

test.each(programs)("%s", (_, fn, shared) => {
  const pairs = [[0, 0], [1, 1]] as const; // prettier-ignore
  const [own, apart] = [thrice(fn, pairs), thrice(fn, undefined)];
  for (const i of [0, 1]) {
    expect([...own.output(i)]).toEqual([...apart.output(i)]);
    const places = own.inputs.map((input) => input.byteOffset);
    if (shared) expect(own.output(i).byteOffset).toBe(places[i]);
    else expect(own.output(i).byteOffset).not.toBe(places[1 - i]);
    expect(apart.output(i).byteOffset).not.toBe(apart.inputs[i]!.byteOffset);
  }
});
