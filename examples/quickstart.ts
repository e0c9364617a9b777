// The README's first model: a line through ten points, sampled by NUTS.
import { dist, MCMC, np, NUTS, sample, type Tensor } from "sinter";

const line = (x: Tensor, y: Tensor): void => {
  const slope = sample("slope", dist.Normal(0, 10));
  const intercept = sample("intercept", dist.Normal(0, 10));
  const sigma = sample("sigma", dist.HalfNormal(2));
  sample("y", dist.Normal(slope.mul(x).add(intercept), sigma), { obs: y });
};

const x = np.array([-4, -3, -2, -1, 0, 1, 2, 3, 4, 5]);
const y = np.array([-7.2, -4.1, -3.6, -0.4, 0.7, 3.9, 4.6, 7.2, 8.1, 11.5]);

const fit = await new MCMC(new NUTS(line), { warmup: 1000, samples: 1000, chains: 4, seed: 0 }).run(x, y);
fit.print();
