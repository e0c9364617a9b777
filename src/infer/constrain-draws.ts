// Unconstrained points in; the values of every site and deterministic, by name, with the axes that count points in front, out.
import { np, type Tensor } from "../tensor/index.js";
import type { DrawMap } from "./chains/draw-map.js";

/** Runs the constraining program at each point, straight into one array per site. */
export function constrainDraws(
  map: Pick<DrawMap, "constrainedNames" | "constrainFlat">,
  points: Iterable<Float64Array>,
  axes: readonly number[],
): Map<string, Tensor> {
  const { constrainedNames } = map;
  const rows = axes.reduce((n, axis) => n * axis, 1);
  const arrays: { out: Float64Array; shape: readonly number[]; size: number }[] = [];
  let row = 0;
  for (const q of points) {
    const point = map.constrainFlat(q);
    if (row === 0)
      constrainedNames.forEach((_, k) => {
        const size = point.data(k).length;
        arrays.push({ out: new Float64Array(rows * size), shape: point.shape(k), size });
      });
    for (let k = 0; k < arrays.length; k++) arrays[k].out.set(point.data(k), row * arrays[k].size);
    row++;
  }
  const named = constrainedNames.map((name, k): [string, Tensor] => {
    const { out, shape } = arrays[k] ?? { out: new Float64Array(0), shape: [] };
    return [name, np.array(out).reshape([...axes, ...shape])];
  });
  return new Map(named);
}
