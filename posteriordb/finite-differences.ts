// A function of several numbers and a point in; its gradient by central differences of fourth order out.

/**
 * Steps of 1e-3: the truncation error, of order h^4, and the rounding error, of order 1e-16 |f| / h, are then both small
 * beside 1e-6 for the functions at hand.
 */
export function finiteDifferences(f: (q: Float64Array) => number, point: readonly number[]): number[] {
  const q = Float64Array.from(point);
  return point.map((x, i) => {
    const h = 1e-3;
    const at = (steps: number): number => {
      q[i] = x + steps * h;
      return f(q);
    };
    const slope = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h);
    q[i] = x;
    return slope;
  });
}
