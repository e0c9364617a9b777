// A plain loop over hundreds of sites warns once and says what to do (behaviour J19); others do not.
import { afterEach, expect, test, vi } from "vitest";
import { dist } from "../dist/index.js";
import { handlers, sample } from "./index.js";

afterEach(() => vi.restoreAllMocks());

const loop = (n: number, name: string) => () => {
  for (let i = 0; i < n; i++) sample(`${name}_${i}`, dist.Normal(0, 1));
};

test("a plain loop over 500 sites warns with a hint to vectorise, once (J19)", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  handlers.trace(handlers.seed(loop(499, "few"), 0))();
  expect(warn).not.toHaveBeenCalled();
  for (let run = 0; run < 2; run++) handlers.trace(handlers.seed(loop(500, "many"), 0))();
  expect(warn.mock.calls).toEqual([
    [
      '500 sites are named like "many_0": a plain loop makes them one by one, and each is compiled on its own. Vectorise them, so that compile time and code do not grow with their number: one site in a plate or with a batch of parameters, np.scan where each depends on the last, or script(fn), which does it for you.',
    ],
  ]);
});
