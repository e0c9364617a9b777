// In: a seed. Out: uniforms and normals, the same on every machine, for simulated data and points.

/** The minimal standard generator of Park and Miller (1988) with multiplier 48271; products stay below 2^53. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.abs(Math.trunc(seed)) % 2147483646) + 1;
    // Small seeds give small first states; a few steps take them apart.
    for (let i = 0; i < 8; i++) this.uniform();
  }

  /** A number strictly between 0 and 1. */
  uniform(): number {
    this.#state = (this.#state * 48271) % 2147483647;
    return this.#state / 2147483647;
  }

  /** Box and Muller (1958): one normal from two uniforms. */
  normal(mean = 0, sd = 1): number {
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    return mean + sd * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  integer(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.uniform());
  }

  bernoulli(p: number): number {
    return this.uniform() < p ? 1 : 0;
  }
}
