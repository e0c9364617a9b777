// A compiled log density, or one that the host computes, in; where a sampler finds points and gradients, and what it calls, out.
import type { Buffer, Kernels } from "../../../schedule/kernel.js";
import type { ModuleBuilder, Signature } from "../module.js";
import type { DensityPlaces } from "./places.js";
import type { SamplerLayout } from "./plan.js";

export interface DensityCode extends DensityPlaces {
  /** Computes log density and gradient at q. */
  readonly run: Signature;
}

/** Whether buffers of f64 lie side by side. */
const sideBySide = (buffers: readonly Buffer[]): boolean =>
  buffers.every((b, i) => i === 0 || b.place === buffers[i - 1]!.place + 8 * buffers[i - 1]!.size);

/** The inputs that make a point. */
export function coordinatesOf(main: Kernels, dim: number): readonly Buffer[] {
  let n = 0;
  for (let i = 0; ; i++) {
    if (n >= dim) return main.inputs.slice(0, i);
    n += main.inputs[i]!.size;
  }
}

/** The density's own memory where coordinates are neighbours in it; else vectors of the sampler, copied part by part. */
export function densityOf(
  module: ModuleBuilder,
  { plan, vectors }: SamplerLayout,
  main: Kernels,
  run: Signature,
): DensityCode {
  const [value, ...gradient] = main.outputs;
  const parts = (buffers: readonly Buffer[], own: number) => {
    const inPlace = sideBySide(buffers);
    let at = 0;
    return {
      base: inPlace ? buffers[0]!.place : own,
      moves: inPlace
        ? []
        : buffers.map(({ place, size }) => ({
            place,
            own: own + 8 * (at += size) - 8 * size,
            bytes: 8 * size,
          })),
    };
  };
  const q = parts(coordinatesOf(main, plan.dim), vectors.ownQ);
  const g = parts(gradient, vectors.ownG);
  const places = { q: q.base, g: g.base, value: value!.place };
  if (q.moves.length === 0 && g.moves.length === 0) return { ...places, run };
  const f = module.func("density", [], []);
  for (const { place, own, bytes } of q.moves) f.memoryCopy(place, own, bytes);
  f.call(run, []);
  for (const { place, own, bytes } of g.moves) f.memoryCopy(own, place, bytes);
  return { ...places, run: f };
}

/** The host reads and writes the sampler's own vectors. */
export const hostDensity = ({ vectors, ownValue }: SamplerLayout, run: Signature): DensityCode => ({
  q: vectors.ownQ,
  g: vectors.ownG,
  value: ownValue,
  run,
});
