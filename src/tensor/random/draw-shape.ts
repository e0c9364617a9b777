// The shape argument of a sampler -> a list of lengths; one number stands for one axis.

/** Lengths of axes, or one number for a vector. */
export type Shape = number | readonly number[];

/** The lengths; throws naming the sampler where they are not whole numbers. */
export function lengths(shape: Shape, name: string): readonly number[] {
  const list = typeof shape === "number" ? [shape] : shape;
  if (!Array.isArray(list) || !list.every((d) => Number.isInteger(d) && d >= 0))
    throw new TypeError(
      `${name}: the shape must be a whole number or a list of them, such as [2, 3]; got ${JSON.stringify(shape)}.`,
    );
  return list as readonly number[];
}
