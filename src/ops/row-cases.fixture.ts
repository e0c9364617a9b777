// What the test that walks the table feeds to each row: types, parameters and, where numbers must be special, their source.
import type { DType, Params, Type } from "../ir/types.js";

export interface Case {
  readonly inputs: readonly Type[];
  readonly params?: Params;
  /** Range of each float or integer input; [-2, 2] where absent. */
  readonly range?: readonly (readonly [number, number])[];
  /** Makes an input symmetric positive definite over its last two axes. */
  readonly definite?: number;
  /** Values that an input must hold at its start. */
  readonly starts?: Readonly<Record<number, readonly number[]>>;
}

export const f64 = (...shape: number[]): Type => ({ dtype: "f64", shape });
const of = (dtype: DType, ...shape: number[]): Type => ({ dtype, shape });
const i32 = (...shape: number[]) => of("i32", ...shape);

const folds: readonly Case[] = [
  { inputs: [f64(3, 4)], params: { axes: [0] } },
  { inputs: [f64(2, 3, 2)], params: { axes: [0, 2] } },
  { inputs: [f64(5)], params: { axes: [0] } },
  { inputs: [f64(2, 0)], params: { axes: [1] } },
];
const truths = folds.map(({ params, inputs: [t] }): Case => ({ inputs: [of("bool", ...t.shape)], params }));
const running: readonly Case[] = [false, true].flatMap((reverse): Case[] => [
  { inputs: [f64(5)], params: { axis: 0, reverse } },
  { inputs: [f64(3, 4, 2)], params: { axis: 1, reverse } },
  { inputs: [f64(0, 2)], params: { axis: 0, reverse } },
]);
const lines: readonly Case[] = [
  { inputs: [f64(6)], params: { axis: 0 } },
  { inputs: [f64(2, 4, 3)], params: { axis: 1 } },
  { inputs: [i32(2, 5)], params: { axis: 1 } },
];

/** Every row that is not elementwise, by name. Sub-graph operations are tested with the transforms, in test/. */
export const cases: Readonly<Record<string, readonly Case[]>> = {
  broadcast: [
    { inputs: [f64()], params: { shape: [2, 3], dims: [] } },
    { inputs: [f64(3)], params: { shape: [2, 3, 2], dims: [1] } },
    { inputs: [f64(2, 3)], params: { shape: [2, 4, 3], dims: [0, 2] } },
    { inputs: [f64(0)], params: { shape: [2, 0], dims: [1] } },
    { inputs: [of("key", 2)], params: { shape: [3, 2], dims: [1] } },
  ],
  reshape: [
    { inputs: [f64(2, 6)], params: { shape: [3, 4] } },
    { inputs: [f64(2, 3, 4)], params: { shape: [6, 2, 2] } },
    { inputs: [f64(1)], params: { shape: [] } },
    { inputs: [f64(3, 1, 2)], params: { shape: [1, 3, 2, 1] } },
    { inputs: [f64(0, 3)], params: { shape: [2, 0] } },
  ],
  transpose: [
    { inputs: [f64(2, 3)], params: { perm: [1, 0] } },
    { inputs: [f64(2, 3, 4)], params: { perm: [2, 0, 1] } },
    { inputs: [of("key", 2, 3)], params: { perm: [1, 0] } },
  ],
  slice: [
    { inputs: [f64(6)], params: { start: [1], stop: [5], step: [1] } },
    { inputs: [f64(7)], params: { start: [1], stop: [7], step: [3] } },
    { inputs: [f64(4, 8)], params: { start: [0, 1], stop: [4, 8], step: [2, 3] } },
    { inputs: [f64(4)], params: { start: [2], stop: [2], step: [1] } },
    { inputs: [of("key", 4)], params: { start: [1], stop: [3], step: [1] } },
  ],
  pad: [
    { inputs: [f64(3)], params: { low: [1], high: [2], fill: 0 } },
    { inputs: [f64(2, 3)], params: { low: [0, 1], high: [2, 0], fill: 5 } },
    { inputs: [f64(0)], params: { low: [2], high: [0], fill: -1 } },
  ],
  flip: [
    { inputs: [f64(4)], params: { axes: [0] } },
    { inputs: [f64(2, 3, 2)], params: { axes: [0, 1] } },
  ],
  sumLog1p: [
    { inputs: [f64(3, 40)], params: { axes: [1] }, range: [[0, 1]] },
    { inputs: [f64(2, 3, 5)], params: { axes: [0, 2] }, range: [[0, 1]] },
    { inputs: [f64(0)], params: { axes: [0] } },
  ],
  sum: [...folds, { inputs: [i32(3, 2)], params: { axes: [0] } }],
  prod: [
    ...folds,
    { inputs: [f64(3, 3)], params: { axes: [1] }, starts: { 0: [0, 2, 3, 0, 0, 1] } },
    { inputs: [of("u32", 4)], params: { axes: [0] } },
  ],
  reduceMax: [...folds, { inputs: [i32(3, 2)], params: { axes: [0] } }],
  reduceMin: [...folds, { inputs: [of("u32", 3, 2)], params: { axes: [1] } }],
  all: truths,
  any: truths,
  constant: [
    { inputs: [], params: { type: "f64", shape: [2, 2], data: 3 } },
    { inputs: [], params: { type: "i32", shape: [2], data: new Int32Array([4, -1]) } },
  ],
  iota: [
    { inputs: [], params: { dtype: "i32", shape: [3, 2], axis: 0 } },
    { inputs: [], params: { dtype: "f64", shape: [2, 3, 2], axis: 1 } },
  ],
  gather: [
    {
      inputs: [f64(5), i32(3)],
      params: { axis: 0, batch: 0 },
      range: [
        [-2, 2],
        [-2, 7],
      ],
    },
    {
      inputs: [f64(3, 4), i32(2, 2)],
      params: { axis: 1, batch: 0 },
      range: [
        [-2, 2],
        [0, 3],
      ],
    },
    {
      inputs: [f64(3, 4), i32()],
      params: { axis: 0, batch: 0 },
      range: [
        [-2, 2],
        [0, 2],
      ],
    },
    {
      inputs: [f64(2, 3, 4), i32(2, 2)],
      params: { axis: 2, batch: 1 },
      range: [
        [-2, 2],
        [0, 3],
      ],
    },
    {
      inputs: [of("key", 4), i32(2)],
      params: { axis: 0, batch: 0 },
      range: [
        [-2, 2],
        [0, 3],
      ],
    },
    { inputs: [f64(4), i32(0)], params: { axis: 0, batch: 0 } },
  ],
  setAt: [
    {
      inputs: [f64(5), i32(), f64()],
      params: { axis: 0, batch: 0 },
      range: [
        [-2, 2],
        [-2, 7],
        [-2, 2],
      ],
    },
    {
      inputs: [f64(6, 7), i32(), f64(7)],
      params: { axis: 0, batch: 0 },
      range: [
        [-2, 2],
        [0, 5],
        [-2, 2],
      ],
    },
    {
      inputs: [f64(3, 2, 4), i32(3), f64(3, 2)],
      params: { axis: 2, batch: 1 },
      range: [
        [-2, 2],
        [0, 3],
        [-2, 2],
      ],
    },
    {
      inputs: [of("key", 4), i32(), of("key")],
      params: { axis: 0, batch: 0 },
      range: [
        [-2, 2],
        [0, 3],
        [-2, 2],
      ],
    },
  ],
  scatterAdd: [
    {
      inputs: [f64(5), i32(3), f64(3)],
      params: { axis: 0, batch: 0 },
      range: [
        [-2, 2],
        [-2, 7],
        [-2, 2],
      ],
    },
    {
      inputs: [f64(3, 4), i32(2), f64(3, 2)],
      params: { axis: 1, batch: 0 },
      range: [
        [-2, 2],
        [0, 1],
        [-2, 2],
      ],
    },
    {
      inputs: [f64(2, 3), i32(2, 4), f64(2, 4)],
      params: { axis: 1, batch: 1 },
      range: [
        [-2, 2],
        [0, 2],
        [-2, 2],
      ],
    },
    { inputs: [i32(3), i32(4), i32(4)], params: { axis: 0, batch: 0 } },
  ],
  concatenate: [
    { inputs: [f64(2), f64(3), f64(0)], params: { axis: 0 } },
    { inputs: [f64(2, 2), f64(2, 1)], params: { axis: 1 } },
    { inputs: [of("key", 1), of("key", 2)], params: { axis: 0 } },
  ],
  matmul: [
    { inputs: [f64(2, 3), f64(3, 4)] },
    { inputs: [f64(2, 2, 3), f64(2, 3, 1)] },
    { inputs: [f64(2, 0), f64(0, 3)] },
    { inputs: [i32(2, 2), i32(2, 2)] },
  ],
  cumsum: running,
  cumprod: [
    ...running,
    {
      inputs: [f64(2, 5)],
      params: { axis: 1, reverse: false },
      starts: { 0: [1, 0, 2, 3, 4, 2, 0, 1, 0, 3] },
    },
    { inputs: [f64(4)], params: { axis: 0, reverse: true }, starts: { 0: [1, 3, 0, 2] } },
  ],
  cummax: running,
  cumlogsumexp: running,
  argmax: lines,
  argmin: lines,
  sort: [...lines, { inputs: [f64(0)], params: { axis: 0 } }],
  argsort: lines,
  cholesky: [
    { inputs: [f64(3, 3)], definite: 0 },
    { inputs: [f64(2, 4, 4)], definite: 0 },
    { inputs: [f64(1, 1)], definite: 0 },
    { inputs: [f64(0, 0)], definite: 0 },
  ],
  triangularSolve: [true, false].flatMap((lower) =>
    [true, false].flatMap((trans): Case[] => [
      { inputs: [f64(3, 3), f64(3, 2)], params: { lower, trans, unit: false }, definite: 0 },
      { inputs: [f64(2, 3, 3), f64(2, 3, 1)], params: { lower, trans, unit: true }, definite: 0 },
    ]),
  ),
  lu: [{ inputs: [f64(3, 3)] }, { inputs: [f64(2, 4, 4)] }, { inputs: [f64(0, 0)] }],
  qr: [{ inputs: [f64(3, 3)] }, { inputs: [f64(2, 4, 2)] }, { inputs: [f64(3, 0)] }],
  eigh: [
    { inputs: [f64(3, 3)] },
    { inputs: [f64(2, 4, 4)] },
    { inputs: [f64(1, 1)] },
    { inputs: [f64(0, 0)] },
  ],
  svd: [
    { inputs: [f64(3, 3)] },
    { inputs: [f64(2, 4, 2)] },
    { inputs: [f64(2, 3)] },
    { inputs: [f64(0, 2)] },
  ],
  randomBits: [
    { inputs: [of("key")], params: { shape: [5] } },
    { inputs: [of("key", 2)], params: { shape: [2, 3] } },
    { inputs: [of("key")], params: { shape: [] } },
  ],
  splitKey: [
    { inputs: [of("key")], params: { n: 3 } },
    { inputs: [of("key", 2)], params: { n: 2 } },
  ],
  foldIn: [{ inputs: [of("key"), of("u32")] }, { inputs: [of("key", 3), of("u32", 3)] }],
  seedKey: [{ inputs: [i32()] }, { inputs: [f64(2)], starts: { 0: [5, 2 ** 40 + 3] } }],
};

/** Sub-graph operations: see test/control-flow.test.ts. designFactor, designForm, designGradient, triangleBound, groupedFactor, sumLog1p: see src/runtime/. */
export const elsewhere: readonly string[] = [
  "sumLog1p",
  "designFactor",
  "designForm",
  "designGradient",
  "triangleBound",
  "groupedFactor",
  "cond",
  "while",
  "scan",
  "call",
  "forwardCall",
  "attach",
  "logGammaDraw",
  "factoredSolve",
];
