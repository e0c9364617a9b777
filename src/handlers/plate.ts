// plate(name, size, body): declares that the sites in the body are independent along one batch axis, perhaps seen in part.
import type { Tensor } from "../tensor/index.js";
import { checkOptions, random, np, type TensorLike } from "../tensor/index.js";
import { nextKey } from "./global-seed.js";
import { message, showSite, type Frame, type Message } from "./message.js";
import { activeFrames, send, within } from "./stack.js";

export interface PlateOptions {
  /** How many elements to draw at random, without repeats, or the indices to look at; densities are scaled up to the full size. */
  readonly subsample?: TensorLike | null;
  /** How many to draw, under Pyro's name: the same as a number for `subsample`. */
  readonly subsampleSize?: number | null;
  /** The batch axis, counted from the right: -1, -2, ... By default the first that no enclosing plate owns. */
  readonly dim?: number | null;
}

/** Options of a plate whose body runs once per element seen. */
export interface SequentialPlateOptions extends Omit<PlateOptions, "dim"> {
  readonly sequential: true;
}

/**
 * Runs the body with the (i32) indices seen, and returns what it returns. With `sequential: true` the body runs once per element
 * seen, with its index and its number among those seen (for the names of its sites), and a list is returned.
 *
 * @example plate("n", 1000, (indices) => sample("y", dist.Normal(mu, 1), { obs: subsample(y) }), { subsample: 50 })
 * @example plate("n", 3, (index, k) => sample(`y${k}`, dist.Normal(mu, 1), { obs: y.at(index) }), { sequential: true })
 */
export function plate<R>(
  name: string,
  size: number,
  body: (index: Tensor, k: number) => R,
  options: SequentialPlateOptions,
): R[];
export function plate<R>(name: string, size: number, body: (indices: Tensor) => R, options?: PlateOptions): R;
export function plate<R>(
  name: string,
  size: number,
  body: (indices: Tensor, k: number) => R,
  options: PlateOptions & { readonly sequential?: boolean } = {},
): R | R[] {
  if (!Number.isInteger(size) || size < 1)
    throw new RangeError(
      `plate "${name}": the size must be a whole number, 1 or more; got ${String(size)}.${size === undefined ? " The length of a tensor y is y.shape[0]." : ""}`,
    );
  if (typeof body !== "function")
    throw new TypeError(
      `plate "${name}": the third argument must be a function, the plate's body; options follow it.`,
    );
  checkOptions(`plate "${name}"`, options, ["subsample", "subsampleSize", "dim", "sequential"]);
  if (options.sequential === true) return sequentially(name, size, body, options);
  const dim = chooseDim(name, options.dim ?? undefined);
  const indices = seenIndices(name, size, options);
  const frame: Frame = { name, dim, size, subsampleSize: indices.shape[0]! };
  const handler = {
    name: "plate",
    guard: [name, size, frame.subsampleSize, dim],
    frame,
    before: (msg: Message): void => enter(msg, frame, indices),
  };
  return within(handler, () => body(indices, 0));
}

/** One run of the body per element: no axis, the scale alone. */
function sequentially<R>(
  name: string,
  size: number,
  body: (index: Tensor, k: number) => R,
  options: PlateOptions,
): R[] {
  if (options.dim !== undefined && options.dim !== null)
    throw new RangeError(`plate "${name}": a sequential plate has no axis; leave dim out.`);
  const indices = seenIndices(name, size, options);
  const seen = indices.shape[0]!;
  const before = (msg: Message): void => {
    if (msg.type === "sample") rescale(msg, size / seen);
  };
  const handler = { name: "plate", guard: [name, size, seen], before };
  return within(handler, () => Array.from({ length: seen }, (_, k) => body(indices.at(k), k)));
}

function rescale(msg: Message, factor: number): void {
  if (factor !== 1) msg.scale = typeof msg.scale === "number" ? msg.scale * factor : msg.scale.mul(factor);
}

function chooseDim(name: string, asked: number | undefined): number {
  const active = activeFrames();
  if (active.some((f) => f.name === name))
    throw new Error(`plate "${name}" stands inside a plate of the same name; give each its own.`);
  if (asked === undefined) {
    let dim = -1;
    while (active.some((f) => f.dim === dim)) dim--;
    return dim;
  }
  if (!Number.isInteger(asked) || asked >= 0)
    throw new RangeError(`plate "${name}": dim counts from the right and must be -1 or less; got ${asked}.`);
  const other = active.find((f) => f.dim === asked);
  if (other) throw new Error(`plate "${name}": dim ${asked} belongs to the enclosing plate "${other.name}".`);
  return asked;
}

function seenIndices(name: string, size: number, { subsample, subsampleSize }: PlateOptions): Tensor {
  const [drawn, chosen] = typeof subsample === "number" ? [subsample, null] : [subsampleSize, subsample];
  const given = chosen === undefined || chosen === null ? undefined : np.array(chosen, { dtype: "i32" });
  if (given !== undefined && given.ndim !== 1)
    throw new RangeError(
      `plate "${name}": subsample must be a number of elements or a vector of indices, got a tensor of shape [${given.shape.join(", ")}].`,
    );
  const count = given?.shape[0] ?? drawn ?? size;
  if (typeof subsample === "number" && (subsampleSize ?? subsample) !== subsample)
    throw new RangeError(
      `plate "${name}": subsample (${subsample}) and subsampleSize (${subsampleSize!}) differ; give one of them.`,
    );
  if (!Number.isInteger(count) || count < 1 || count > size)
    throw new RangeError(`plate "${name}": cannot see ${count} of ${size} elements.`);
  return send(message("plate", name, { args: [size, count], value: given, compute: drawIndices })).value!;
}

function drawIndices(msg: Message): Tensor {
  if (msg.value !== undefined) return msg.value;
  const [size, count] = msg.args as [number, number];
  if (count === size) return np.arange(size);
  return random.permutation(msg.key ?? nextKey(`plate "${msg.name}"`), size).slice([0, count]);
}

/** What the plate does to a statement inside: one more axis for its distribution, the scale, the rows of its data. */
function enter(msg: Message, frame: Frame, indices: Tensor): void {
  if (msg.type === "plate") return;
  if (msg.type === "subsample") {
    if (frame.subsampleSize < frame.size) msg.value = selectRows(msg, frame, indices);
    return;
  }
  msg.frames = [...msg.frames, frame];
  if (msg.type !== "sample") return;
  const shape = widened(msg, frame);
  if (shape.join() !== msg.fn!.batchShape.join()) msg.fn = msg.fn!.expand(shape);
  rescale(msg, frame.size / frame.subsampleSize);
}

function widened(msg: Message, { name, dim, subsampleSize }: Frame): number[] {
  const shape = [...msg.fn!.batchShape];
  while (shape.length < -dim) shape.unshift(1);
  const axis = shape.length + dim;
  const found = shape[axis]!;
  if (found !== 1 && found !== subsampleSize)
    throw new Error(
      `${showSite(msg)}: its distribution ${msg.fn!.name} has batch shape [${msg.fn!.batchShape.join(", ")}], with ${found} at dim ${dim}, ` +
        `but the plate "${name}" there sees ${subsampleSize} elements.`,
    );
  shape[axis] = subsampleSize;
  return shape;
}

function selectRows(msg: Message, { name, dim, size }: Frame, indices: Tensor): Tensor {
  const value = msg.value!;
  const axis = value.ndim + dim - (msg.args[0] as number);
  if (axis < 0 || value.shape[axis] === 1) return value;
  if (value.shape[axis] !== size)
    throw new Error(
      `subsample: data of shape [${value.shape.join(", ")}] have ${value.shape[axis]} elements where the plate "${name}" has ${size}.`,
    );
  return np.take(value, indices, axis);
}
