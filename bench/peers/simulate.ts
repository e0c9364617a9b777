// In: a posterior's name. Out: data of the shape of the real ones, drawn from the model with a fixed seed.
// Used where ../shared/posteriordb is absent: ratios stay meaningful, since cost hangs on shapes and not on values.
import { Random } from "./random.js";

export type Data = Record<string, unknown>;

const many = <T>(n: number, f: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => f(i));
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

function schools(r: Random): Data {
  const sigma = many(8, () => r.integer(9, 18));
  return { J: 8, sigma, y: sigma.map((s) => r.normal(r.normal(4, 3), s)) };
}

function kids(r: Random): Data {
  const mom_hs = many(434, () => r.bernoulli(0.8));
  const mom_iq = many(434, () => r.normal(100, 15));
  const kid_score = mom_iq.map((iq, n) => Math.round(r.normal(20 + 6 * mom_hs[n] + 0.6 * iq, 18)));
  return { N: 434, kid_score, mom_hs, mom_iq, mom_hs_new: 1, mom_iq_new: 100 };
}

/** A two-state chain, and whatever `emit` says in each state (0 or 1). */
function chain<T>(r: Random, length: number, emit: (state: number) => T): T[] {
  let state = r.bernoulli(0.5);
  return many(length, () => {
    state = r.bernoulli(0.75) ? state : 1 - state;
    return emit(state);
  });
}

/** Yearly values of the predator-prey equations, by classical Runge-Kutta steps of 0.01 years. */
function predatorPrey(years: number): [number, number][] {
  let p = 33;
  let q = 6;
  const slope = (a: number, b: number): [number, number] => [(0.55 - 0.028 * b) * a, (-0.8 + 0.024 * a) * b];
  return many(years, () => {
    const h = 0.01;
    for (let i = 0; i < 100; i++) {
      const [a1, b1] = slope(p, q);
      const [a2, b2] = slope(p + (h / 2) * a1, q + (h / 2) * b1);
      const [a3, b3] = slope(p + (h / 2) * a2, q + (h / 2) * b2);
      const [a4, b4] = slope(p + h * a3, q + h * b3);
      p += (h / 6) * (a1 + 2 * a2 + 2 * a3 + a4);
      q += (h / 6) * (b1 + 2 * b2 + 2 * b3 + b4);
    }
    return [p, q];
  });
}

/** One row a posterior: its own generator, so that adding a row changes no other row's data. */
export const simulators: Record<string, (r: Random) => Data> = {
  "arK-arK": (r) => {
    const y = many(5, () => r.normal());
    const lag = [0.5, -0.3, 0.2, 0.1, -0.1];
    while (y.length < 200)
      y.push(
        r.normal(
          lag.reduce((s, b, k) => s + b * y[y.length - 1 - k], 0),
          1,
        ),
      );
    return { K: 5, T: 200, y };
  },
  "bball_drive_event_0-hmm_drive_0": (r) => {
    const rows = chain(r, 416, (s) => [
      -Math.log(r.uniform()) / (1 + 2 * s),
      -Math.log(r.uniform()) / (0.5 + 2 * s),
    ]);
    const alpha = [
      [4, 2],
      [2, 4],
    ];
    return { K: 2, N: 416, u: rows.map((x) => x[0]), v: rows.map((x) => x[1]), alpha };
  },
  "diamonds-diamonds": (r) => {
    const X = many(5000, () => {
      const carat = r.normal(-0.4, 0.6);
      return many(25, (k) => (k === 0 ? 1 : carat * (1 - 0.03 * k) + r.normal(0, 0.3)));
    });
    return { N: 5000, K: 25, X, Y: X.map((x) => r.normal(8 + 1.5 * x[1], 0.1)), prior_only: 0 };
  },
  "dogs-dogs": (r) => ({
    n_dogs: 30,
    n_trials: 25,
    y: many(30, () => {
      let avoided = 0;
      let shocked = 0;
      return many(25, () => {
        const y = r.bernoulli(logistic(1.8 - 0.35 * avoided - 0.2 * shocked));
        shocked += y;
        avoided += 1 - y;
        return y;
      });
    }),
  }),
  "earnings-logearn_interaction": (r) => {
    const male = many(1192, () => r.bernoulli(0.4));
    const height = male.map((m) => Math.round(r.normal(64.5 + 5.5 * m, 2.7)));
    return {
      N: 1192,
      male,
      height,
      earn: height.map((h) => Math.ceil(Math.exp(r.normal(8.5 + 0.02 * h, 0.9)))),
    };
  },
  "eight_schools-eight_schools_centered": schools,
  "eight_schools-eight_schools_noncentered": schools,
  "garch-garch11": (r) => {
    let variance = 0.25;
    const y = many(200, () => {
      const x = r.normal(5, Math.sqrt(variance));
      variance = 1.5 + 0.5 * (x - 5) ** 2 + 0.2 * variance;
      return x;
    });
    return { T: 200, y, sigma1: 0.5 };
  },
  "gp_pois_regr-gp_regr": (r) => {
    const x = many(11, (i) => 2 * i - 10);
    return {
      N: 11,
      x,
      y: x.map((v) => 2 * Math.sin(v / 4) + r.normal(0, 0.3)),
      k: x.map(() => r.integer(0, 40)),
    };
  },
  "hmm_example-hmm_example": (r) => ({ N: 100, K: 2, y: chain(r, 100, (s) => r.normal(3 + 6 * s)) }),
  "hudson_lynx_hare-lotka_volterra": (r) => ({
    N: 20,
    ts: many(20, (i) => i + 1),
    y_init: [30, 4],
    y: predatorPrey(20).map((row) => row.map((z) => z * Math.exp(r.normal(0, 0.25)))),
  }),
  "irt_2pl-irt_2pl": (r) => {
    const theta = many(100, () => r.normal());
    const item = (): number[] => {
      const a = Math.exp(r.normal(0, 0.4));
      const b = r.normal();
      return theta.map((t) => r.bernoulli(logistic(a * (t - b))));
    };
    return { I: 20, J: 100, y: many(20, item) };
  },
  "kidiq-kidscore_interaction": kids,
  "kidiq-kidscore_momhsiq": kids,
  "kilpisjarvi_mod-kilpisjarvi": (r) => ({
    N: 62,
    x: many(62, (i) => 3952 + i),
    y: many(62, (i) => r.normal(8.7 + 0.02 * i, 1.1)),
    xpred: 2016,
    pmualpha: 9.3,
    psalpha: 100,
    pmubeta: 0,
    psbeta: 1 / 30,
  }),
  "low_dim_gauss_mix-low_dim_gauss_mix": (r) => ({
    N: 1000,
    y: many(1000, () => (r.bernoulli(0.4) === 1 ? r.normal(-2.5, 1) : r.normal(2.5, 1))),
  }),
  "mesquite-logmesquite": (r) => {
    const size = many(46, () => r.normal(0.3, 0.6));
    const measure = (shift: number): number[] => size.map((s) => Math.exp(s + shift + r.normal(0, 0.2)));
    return {
      N: 46,
      weight: measure(5),
      diam1: measure(0.2),
      diam2: measure(0),
      canopy_height: measure(-0.3),
      total_height: measure(0),
      density: size.map(() => r.integer(1, 9)),
      group: size.map(() => r.bernoulli(0.5)),
    };
  },
  "nes1980-nes": (r) => {
    const column = (low: number, high: number): number[] => many(701, () => r.integer(low, high));
    const real_ideo = column(1, 7);
    return {
      N: 701,
      real_ideo,
      partyid7: real_ideo.map((i) => Math.min(7, Math.max(1, Math.round(r.normal(1 + 0.6 * i, 1.8))))),
      race_adj: column(2, 4).map((v) => v / 2),
      educ1: column(1, 4),
      gender: column(1, 2),
      income: column(1, 5),
      age_discrete: column(1, 4),
      year: many(701, () => 1980),
    };
  },
  "nes_logit_data-nes_logit_model": (r) => {
    const income = many(1179, () => r.integer(1, 5));
    return { N: 1179, income, vote: income.map((x) => r.bernoulli(logistic(-1.4 + 0.33 * x))) };
  },
  "radon_mn-radon_hierarchical_intercept_noncentered": (r) => {
    const uppm = many(85, () => r.normal(0, 0.4));
    const effect = many(85, () => r.normal(1.5, 0.3));
    const county_idx = many(919, (n) => (n < 85 ? n + 1 : r.integer(1, 85))).sort((a, b) => a - b);
    const floor_measure = many(919, () => r.bernoulli(0.17));
    const log_uppm = county_idx.map((c) => uppm[c - 1]);
    const mean = (n: number): number =>
      effect[county_idx[n] - 1] + 0.7 * log_uppm[n] - 0.7 * floor_measure[n];
    return {
      N: 919,
      J: 85,
      county_idx,
      log_uppm,
      floor_measure,
      log_radon: many(919, (n) => r.normal(mean(n), 0.75)),
    };
  },
  "sblrc-blr": (r) => {
    const X = many(100, () => {
      const shared = r.normal();
      return many(5, () => 0.7 * shared + r.normal(0, 0.7));
    });
    return { N: 100, D: 5, X, y: X.map((x) => x.reduce((s, v) => s + v, r.normal())) };
  },
  "wells_data-wells_dist": (r) => {
    const dist = many(3020, () => Math.min(340, 0.4 - 48 * Math.log(r.uniform())));
    return {
      N: 3020,
      dist,
      switched: dist.map((d) => r.bernoulli(logistic(0.6 - 0.006 * d))),
      arsenic: dist.map(() => 0.5 - Math.log(r.uniform())),
      assoc: dist.map(() => r.bernoulli(0.4)),
      educ: dist.map(() => r.integer(0, 17)),
    };
  },
};

/** Data of `name`, the same in every run. */
export function simulate(name: string): Data {
  const make = simulators[name];
  if (make === undefined)
    throw new Error(`simulate: no posterior "${name}". Known: ${Object.keys(simulators).join(", ")}.`);
  return make(new Random(20240601));
}
