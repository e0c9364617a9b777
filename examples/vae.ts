// Nothing in; a variational autoencoder (784-400-20) of synthetic digits, fitted to mini-batches in single precision, out: losses and the
// time of a step (the least of five stretches). Run: npm run build && node build/examples/vae.js [STEPS] [BATCH]
import { dist, getParamStore, infer, np, optim, param, plate, random, sample, SVI } from "sinter";
import type { Tensor } from "sinter";

const [PIXELS, HIDDEN, LATENT] = [784, 400, 20];
const steps = Number(process.argv[2] ?? 300);
const batch = Number(process.argv[3] ?? 256);

/** A layer: inputs times weights plus biases, both parameters. */
function layer(name: string, x: Tensor, inputs: number, outputs: number): Tensor {
  const start = (): Tensor =>
    random
      .normal(random.foldIn(random.key(1), outputs + name.length), [inputs, outputs])
      .div(Math.sqrt(inputs));
  const weights = param(`${name}_weights`, start);
  const biases = param(`${name}_biases`, () => np.zeros([outputs]));
  return x.matmul(weights).add(biases);
}

const decode = (z: Tensor): Tensor =>
  layer("pixels", np.special.softplus(layer("decoder", z, LATENT, HIDDEN)), HIDDEN, PIXELS);

const model = (x: Tensor): void => {
  plate("images", x.shape[0], () => {
    const z = sample("z", dist.Normal(np.zeros([LATENT]), 1).toEvent(1));
    sample("x", dist.Bernoulli({ logits: decode(z) }).toEvent(1), { obs: x });
  });
};

const guide = (x: Tensor): void => {
  plate("images", x.shape[0], () => {
    const hidden = np.special.softplus(layer("encoder", x, PIXELS, HIDDEN));
    const loc = layer("loc", hidden, HIDDEN, LATENT);
    const scale = np.exp(layer("scale", hidden, HIDDEN, LATENT));
    sample("z", dist.Normal(loc, scale).toEvent(1));
  });
};

/** Rings, bars and hooks with varying place and size: 28 x 28 pixels, black or white. */
function digits(count: number, seed: number): Float64Array {
  const uniform = random.uniform(random.key(seed), [count, 4]).data();
  const images = new Float64Array(count * PIXELS);
  for (let n = 0; n < count; n++) {
    const [kind, u, v, w] = uniform.subarray(4 * n, 4 * n + 4);
    const [cx, cy, r] = [11 + 6 * u, 11 + 6 * v, 5 + 4 * w];
    for (let i = 0; i < PIXELS; i++) {
      const [dx, dy] = [(i % 28) - cx, Math.floor(i / 28) - cy];
      const ring = Math.abs(Math.sqrt(dx * dx + dy * dy) - r) < 1.3;
      const bar = Math.abs(dx) < 1.3 && Math.abs(dy) < r;
      const on = kind < 0.33 ? ring : kind < 0.66 ? bar : (ring && dx > 0) || bar;
      images[n * PIXELS + i] = on ? 1 : 0;
    }
  }
  return images;
}

const images = digits(4096, 3);
function* batches(count: number): Generator<readonly [Tensor]> {
  for (let k = 0; k < count; k++) {
    const first = (k * batch) % (4096 - batch + 1);
    yield [np.array(images.subarray(first * PIXELS, (first + batch) * PIXELS)).reshape([batch, PIXELS])];
  }
}

const svi = new SVI(model, guide, optim.adam({ lr: 1e-3 }), infer.TraceMeanFieldELBO(), {
  dtype: "f32",
  relaxedSimd: true,
});
const opened = performance.now();
const first = await svi.fit(batches(1));
const firstMs = performance.now() - opened;
const losses: number[] = [];
let milliseconds = Infinity;
for (let stretch = 0; stretch < 5; stretch++) {
  const began = performance.now();
  const fit = await svi.fit(batches(steps / 5));
  milliseconds = Math.min(milliseconds, (performance.now() - began) / fit.losses.length);
  losses.push(...fit.losses);
}

// Products of matrices: two layers forwards in each half, twice that backwards (less the gradient of the data).
const products = PIXELS * HIDDEN * 2 + HIDDEN * LATENT * 3;
const flops = 2 * batch * (3 * products - PIXELS * HIDDEN);
console.log(
  `first step ${firstMs.toFixed(0)} ms, then ${milliseconds.toFixed(1)} ms a step, ${(flops / milliseconds / 1e6).toFixed(1)} GFlop/s`,
);
console.log(
  `loss per image ${(first.losses[0] / batch).toFixed(1)} -> ${(losses.at(-1)! / batch).toFixed(1)}`,
);
console.log(`${getParamStore().names.length} parameters`);
