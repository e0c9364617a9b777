// Unconstrained points in; the values of every site and deterministic, by name, with the axes that count points in front, out.
import { np, type Tensor } from "../tensor/index.js";
import type { DrawMap } from "./chains/draw-map.js";

type Constraining = Pick<DrawMap, "dim" | "constrainedNames" | "constrainFlat" | "constrainRows">;

/** `blocks` hold points one after another, all of them as many as the axes say. */
export function constrainDraws(
  map: Constraining,
  blocks: readonly Float64Array[],
  axes: readonly number[],
): Map<string, Tensor> {
  const rows = axes.reduce((n, axis) => n * axis, 1);
  const origin = map.constrainFlat(
    blocks[0]?.length ? blocks[0].subarray(0, map.dim) : new Float64Array(map.dim),
  );
  const arrays = map.constrainedNames.map((_, k) => new Float64Array(rows * origin.data(k).length));
  const shapes = map.constrainedNames.map((_, k) => origin.shape(k));
  let row = 0;
  for (const block of blocks) {
    constrainPoints(map, block).forEach((values, k) =>
      arrays[k].set(values, (row * arrays[k].length) / rows),
    );
    row += block.length / map.dim;
  }
  return new Map(
    map.constrainedNames.map((name, k) => [name, np.array(arrays[k]).reshape([...axes, ...shapes[k]])]),
  );
}

/** Points one after another in; for each site and deterministic its values at one after another out. */
export function constrainPoints(map: Constraining, points: Float64Array): Float64Array[] {
  const count = points.length / map.dim;
  const rows = map.constrainRows;
  if (!rows) return oneByOne(map, points, count);
  const out = rows.outputs.map((values) => new Float64Array((values.length / rows.capacity) * count));
  for (let row = 0; row < count; row += rows.capacity) {
    const some = Math.min(rows.capacity, count - row);
    rows.points.set(points.subarray(row * map.dim, (row + some) * map.dim));
    rows.run(some);
    rows.outputs.forEach((values, k) => {
      const size = values.length / rows.capacity;
      out[k].set(values.subarray(0, some * size), row * size);
    });
  }
  return out;
}

function oneByOne(map: Constraining, points: Float64Array, count: number): Float64Array[] {
  const out: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const point = map.constrainFlat(points.subarray(i * map.dim, (i + 1) * map.dim));
    for (let k = 0; k < map.constrainedNames.length; k++) {
      const values = point.data(k);
      (out[k] ??= new Float64Array(count * values.length)).set(values, i * values.length);
    }
  }
  return out;
}
