// A compiled log density, or one that the host computes, in; where a sampler finds points and gradients out.
import type { Buffer, Kernels } from "../../../schedule/kernel.js";
import type { FunctionBuilder, Signature } from "../module.js";
import type { DensityCode } from "./context.js";
import type { SamplerLayout } from "./plan.js";

/** Whether buffers of f64 lie side by side. */
const sideBySide = (buffers: readonly Buffer[]): boolean =>
  buffers.every((b, i) => i === 0 || b.place === buffers[i - 1]!.place + 8 * buffers[i - 1]!.size);

/** The density's own memory where coordinates are neighbours in it; else vectors of the sampler, copied part by part. */
export function densityOf({ plan, vectors }: SamplerLayout, main: Kernels, run: Signature): DensityCode {
  const coordinates: Buffer[] = [];
  for (let n = 0; n < plan.dim; n += coordinates.at(-1)!.size)
    coordinates.push(main.inputs[coordinates.length]!);
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
  const q = parts(coordinates, vectors.ownQ);
  const g = parts(gradient, vectors.ownG);
  return {
    q: q.base,
    g: g.base,
    value: value!.place,
    run(f: FunctionBuilder) {
      for (const { place, own, bytes } of q.moves) f.memoryCopy(place, own, bytes);
      f.call(run, []);
      for (const { place, own, bytes } of g.moves) f.memoryCopy(own, place, bytes);
    },
  };
}

/** The host reads and writes the sampler's own vectors. */
export const hostDensity = ({ vectors, ownValue }: SamplerLayout, run: Signature): DensityCode => ({
  q: vectors.ownQ,
  g: vectors.ownG,
  value: ownValue,
  run: (f) => void f.call(run, []),
});
