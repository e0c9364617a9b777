# In: steps and batch size. Out: milliseconds a step of the autoencoder of examples/vae.ts in Pyro, on one thread, as JSON; the least of
# five stretches. Needs `setup.sh --pyro`; run beside `node build/examples/vae.js STEPS BATCH`.
import argparse
import json
import time

import pyro
import pyro.distributions as dist
import torch
from pyro.infer import SVI, TraceMeanField_ELBO
from torch import nn
from torch.nn.functional import softplus

PIXELS, HIDDEN, LATENT = 784, 400, 20


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.loc, self.scale = nn.Linear(PIXELS, HIDDEN), nn.Linear(HIDDEN, LATENT), nn.Linear(HIDDEN, LATENT)
        self.decoder, self.pixels = nn.Linear(LATENT, HIDDEN), nn.Linear(HIDDEN, PIXELS)

    def model(self, x):
        pyro.module("vae", self)
        with pyro.plate("images", x.shape[0]):
            z = pyro.sample("z", dist.Normal(x.new_zeros(LATENT), 1.0).expand([x.shape[0], LATENT]).to_event(1))
            logits = self.pixels(softplus(self.decoder(z)))
            pyro.sample("x", dist.Bernoulli(logits=logits, validate_args=False).to_event(1), obs=x)

    def guide(self, x):
        with pyro.plate("images", x.shape[0]):
            hidden = softplus(self.encoder(x))
            pyro.sample("z", dist.Normal(self.loc(hidden), torch.exp(self.scale(hidden))).to_event(1))


parser = argparse.ArgumentParser()
parser.add_argument("steps", nargs="?", type=int, default=100)
parser.add_argument("batch", nargs="?", type=int, default=256)
args = parser.parse_args()
torch.set_num_threads(1)
pyro.set_rng_seed(0)
vae = Autoencoder()
svi = SVI(vae.model, vae.guide, pyro.optim.Adam({"lr": 1e-3}), TraceMeanField_ELBO())
batches = (torch.rand(16, args.batch, PIXELS) < 0.2).float()
losses = [svi.step(batches[0])]
best = float("inf")
for _ in range(5):
    start = time.perf_counter()
    for k in range(args.steps // 5):
        losses.append(svi.step(batches[k % 16]))
    best = min(best, (time.perf_counter() - start) / (args.steps // 5))
products = PIXELS * HIDDEN * 2 + HIDDEN * LATENT * 3
flops = 2 * args.batch * (3 * products - PIXELS * HIDDEN)
print(json.dumps(dict(ms=1e3 * best, gflops=flops / best / 1e9, first=losses[0] / args.batch, last=losses[-1] / args.batch)))
