// factor(name, logWeight): adds a number to the log density. In plates it counts once per element.
import { dist } from "../dist/index.js";
import type { TensorLike } from "../tensor/index.js";
import { sample } from "./sample.js";

export function factor(name: string, logWeight: TensorLike): void {
  sample(name, dist.Unit(logWeight), { obs: 0 });
}
