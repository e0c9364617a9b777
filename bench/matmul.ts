// Square matrix products in; GFlop/s of compiled tiles beside a plain triple loop in JavaScript, f32 and f64, answers checked, out.
import { jit, np, type Tensor } from "sinter";
import { Random } from "./peers/random.js";

const SIZES = [64, 128, 256];
const TARGET = { f32: 25, f64: 7 };
/** Batches are short, so that some of them meet nobody on a busy machine. */
const ROUNDS = 60;
const ROWS = 8;

type Floats = Float32Array | Float64Array;

type Triple = (x: Floats, y: Floats, out: Floats, n: number, rows: number) => void;

/** Made anew for each type of array, so that the engine compiles it for that one. */
const tripleLoop = (): Triple =>
  new Function(
    "x",
    "y",
    "out",
    "n",
    "rows",
    `for (let i = 0; i < rows; i++)
      for (let j = 0; j < n; j++) {
        let s = 0;
        for (let k = 0; k < n; k++) s += x[i * n + k] * y[k * n + j];
        out[i * n + j] = s;
      }`,
  ) as Triple;

function best(rounds: number, run: () => void): number {
  let least = Infinity;
  for (let r = 0; r < rounds; r++) {
    const start = performance.now();
    run();
    least = Math.min(least, performance.now() - start);
  }
  return least / 1000;
}

let failed = false;
console.log("dtype   n     tiles GFlop/s   triple loop GFlop/s     ratio");
for (const dtype of ["f32", "f64"] as const) {
  const triple = tripleLoop();
  for (const n of SIZES) {
    const random = new Random(7);
    const make = (): Floats => {
      const values = Array.from({ length: n * n }, () => random.normal());
      return dtype === "f32" ? Float32Array.from(values) : Float64Array.from(values);
    };
    const [x, y] = [make(), make()];
    const plain = x.slice();
    triple(x, y, plain, n, n);
    const tensor = (v: Floats): Tensor => np.array(v, { dtype }).reshape([n, n]);
    const [a, b] = [tensor(x), tensor(y)];
    // The product is repeated inside of the program: copying matrices in and out is not what is measured.
    const repeats = Math.max(1, Math.round(1e7 / n ** 3));
    const product = jit((p: Tensor, q: Tensor) =>
      np.fori(0, repeats, (_, c: Tensor) => np.matmul(p.add(c.mul(0)), q), np.zeros([n, n], { dtype })),
    );
    const got = product(a, b).data();
    let apart = 0;
    for (let i = 0; i < got.length; i++) apart = Math.max(apart, Math.abs(plain[i] - got[i]) / Math.sqrt(n));
    if (!(apart < (dtype === "f32" ? 1e-5 : 1e-13))) {
      console.error(`bench:matmul: FAILED ${dtype} ${n}: ${apart.toExponential(1)} from the triple loop.`);
      failed = true;
      continue;
    }
    const flops = 2 * n ** 3;
    const tiles = (flops * repeats) / best(ROUNDS, () => product(a, b)) / 1e9;
    const loops = (2 * n * n * ROWS) / best(ROUNDS, () => triple(x, y, plain, n, ROWS)) / 1e9;
    console.log(
      `${dtype}${String(n).padStart(7)}${tiles.toFixed(1).padStart(16)}${loops.toFixed(2).padStart(22)}` +
        `${(tiles / loops).toFixed(1).padStart(10)}   (asked ${TARGET[dtype]})`,
    );
  }
}
if (failed) process.exitCode = 1;
