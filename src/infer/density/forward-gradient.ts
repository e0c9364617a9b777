// A scalar function of tensors and a point in; its value and its gradient by forward mode out: one derivative for each coordinate,
// all of them at once, so that loops without a bound on their iterations have gradients, too.
import { np, type Tensor } from "../../tensor/index.js";
import { jvp } from "../../trace/derivatives.js";
import { vmap } from "../../trace/vmap.js";

export function forwardGradient(
  fn: (xs: readonly Tensor[]) => Tensor,
  xs: readonly Tensor[],
): [value: Tensor, gradient: readonly Tensor[]] {
  const total = xs.reduce((n, x) => n + x.size, 0);
  const starts: number[] = [];
  let at = 0;
  const directions = xs.map((x) => {
    const rows = new Float64Array(total * x.size);
    for (let k = 0; k < x.size; k++) rows[(at + k) * x.size + k] = 1;
    starts.push(at);
    at += x.size;
    return np.array(rows).reshape([total, ...x.shape]);
  });
  const along = (...ts: Tensor[]): Tensor => jvp((...ys: Tensor[]) => fn(ys), [...xs], ts)[1];
  const slopes = vmap(along)(...directions);
  const gradient = xs.map((x, i) => slopes.slice([starts[i]!, starts[i]! + x.size]).reshape([...x.shape]));
  return [fn(xs), gradient];
}
