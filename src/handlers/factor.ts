// factor(name, logWeight): adds a number to the log density. In plates it counts once per element.
import { dist } from "../dist/index.js";
import type { TensorLike } from "../tensor/index.js";
import { sample } from "./sample.js";

/** Adds a log weight to the log density; it broadcasts to the plates around it and is summed. */
export function factor(name: string, logWeight: TensorLike): void {
  sample(name, dist.Unit(logWeight), { obs: 0 });
}
