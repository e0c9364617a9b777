// What SVI keeps from step to step: saved and resumed bit for bit, streamed batches, evaluation, skipped steps, mutable state, f32.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { dist } from "../../dist/index.js";
import { clearParamStore, getParamStore, mutable, param, plate, sample } from "../../handlers/index.js";
import { np, type Tensor } from "../../tensor/index.js";
import { TraceELBO } from "../elbo/trace-elbo.js";
import { AutoNormal } from "../guides/index.js";
import { adam, rmsprop, sgd } from "../optim/index.js";
import { SVI, type SVIOptions } from "../svi.js";
import type { SVIState } from "./saved-state.js";

afterEach(clearParamStore);

const y = np.array([1.2, 0.7, 2.1, 1.6]);
function normalMean(y: Tensor): void {
  const mu = sample("mu", dist.Normal(0, 2));
  const tau = sample("tau", dist.HalfNormal(1));
  plate("n", y.shape[0], () => sample("y", dist.Normal(mu, tau), { obs: y }));
}
const fresh = (options: SVIOptions = {}): SVI =>
  new SVI(normalMean, AutoNormal(normalMean), adam({ lr: 0.05 }), TraceELBO({ particles: 2 }), options);

describe("saving", () => {
  test.each([true, false])("a resumed run equals an uninterrupted one bit for bit, jit %s", async (jit) => {
    const whole = Array.from((await fresh({ jit, seed: 4 }).run(9, y)).losses);
    const end = getParamStore().get("tau_auto_scale").item();
    clearParamStore();
    const first = fresh({ jit, seed: 4 });
    const losses = Array.from((await first.run(5, y)).losses);
    const text = JSON.stringify(first.getState());
    clearParamStore();
    const second = fresh({ jit });
    second.setState(JSON.parse(text) as SVIState);
    losses.push(...(await second.run(4, y)).losses);
    expect(losses).toEqual(whole);
    expect(getParamStore().get("tau_auto_scale").item()).toBe(end);
    // The same object goes back in time, too, and a state that was not used yet is given out again.
    second.setState(JSON.parse(text) as SVIState);
    expect(JSON.stringify(second.getState())).toBe(text);
    expect(second.step(y)).toBe(whole[5]);
  });

  test("through a file", () => {
    const path = join(tmpdir(), `sinter-svi-${process.pid}.json`);
    const svi = fresh();
    svi.step(y);
    svi.save(path);
    const next = svi.step(y);
    svi.load(path);
    expect(svi.step(y)).toBe(next);
  });

  test("errors: another optimiser, another shape, no state", () => {
    const svi = fresh();
    svi.step(y);
    const state = svi.getState();
    const other = new SVI(normalMean, AutoNormal(normalMean), sgd(), TraceELBO());
    expect(() => other.setState(state)).toThrow(
      "SVI.setState: the state is of the optimiser adam, this SVI has sgd; make it with the same one.",
    );
    expect(() => svi.setState({} as SVIState)).toThrow(/not a state that getState made: its format is undef/);
    const guide = (): void => void sample("x", dist.Normal(param("mu_auto_loc", [1, 2]).at(0), 1));
    clearParamStore();
    const wide = new SVI(() => sample("x", dist.Normal(0, 1)), guide, adam(), TraceELBO());
    wide.setState(state);
    expect(() => wide.step()).toThrow(
      'SVI.setState: "mu_auto_loc" has the unconstrained shape [2], the state has []; it is of another model or guide.',
    );
  });
});

describe("batches", () => {
  async function* later(batches: readonly Tensor[]): AsyncGenerator<readonly unknown[]> {
    for (const batch of batches) {
      await new Promise((resume) => setTimeout(resume, 1));
      yield [batch];
    }
  }

  test("fit takes one step per batch, whatever their lengths, and equals step (J24)", async () => {
    const batches = [np.array([1, 2, 3]), np.array([0, 1, 4]), np.array([2]), np.array([5, 1, 1])];
    const svi = fresh({ seed: 2 });
    const { losses, params } = await svi.fit(later(batches));
    expect(svi.compiles).toBe(2);
    clearParamStore();
    const other = fresh({ seed: 2 });
    expect(Array.from(losses)).toEqual(batches.map((b) => other.step(b)));
    expect(params["mu_auto_loc"].item()).toBe(getParamStore().get("mu_auto_loc").item());
    // Arrays of batches, and tensors without a list around them, do as well.
    expect((await svi.fit(batches)).losses.length).toBe(4);
    await expect(svi.fit([3 as never])).rejects.toThrow(
      "SVI.fit: batch 0 must be a list of arguments or a tensor, got number.",
    );
  });

  test("a stream that fails leaves the parameters of the steps before", async () => {
    async function* failing(): AsyncGenerator<Tensor> {
      yield await Promise.resolve(y);
      throw new Error("disk");
    }
    const svi = fresh({ seed: 3 });
    await expect(svi.fit(failing())).rejects.toThrow("disk");
    const value = getParamStore().get("mu_auto_loc").item();
    clearParamStore();
    fresh({ seed: 3 }).step(y);
    expect(getParamStore().get("mu_auto_loc").item()).toBe(value);
  });
});

test.each([true, false])("evaluateLoss moves nothing and equals itself, jit %s", (jit) => {
  const svi = fresh({ jit, seed: 1 });
  svi.step(y);
  const state = JSON.stringify(svi.getState());
  const loss = svi.evaluateLoss(y);
  expect(svi.evaluateLoss(y)).toBe(loss);
  expect(svi.evaluateLoss(y.add(100))).toBeGreaterThan(loss + 100);
  expect(JSON.stringify(svi.getState())).toBe(state);
  const next = svi.step(y);
  clearParamStore();
  const other = fresh({ jit, seed: 1 });
  other.step(y);
  expect(other.step(y)).toBe(next);
});

test.each([true, false])("stableUpdate skips steps whose gradient is not finite, jit %s", (jit) => {
  const model = (y: Tensor): void => {
    const m = param("m", 1);
    sample("y", dist.Normal(m, 1), { obs: y });
  };
  const none = (): null => null;
  const steps = (stableUpdate: boolean): number[] => {
    clearParamStore();
    const svi = new SVI(model, none, rmsprop({ lr: 0.1 }), TraceELBO(), { jit, stableUpdate });
    return [3, 1e200, 3].map((x) => {
      svi.step(np.array(x));
      return getParamStore().get("m").item();
    });
  };
  const [a, b, c] = steps(true);
  expect(b).toBe(a);
  expect(c).toBeGreaterThan(b);
  // The mean of squares is infinite from then on.
  expect(steps(false)[2]).not.toBeGreaterThan(b);
});

describe("mutable state (J53)", () => {
  const model = (x: Tensor): void => {
    const mean = mutable("mean", 0);
    const calls = mutable("calls", np.array(0, { dtype: "i32" }));
    mean.value = mean.value.mul(0.5).add(np.mean(x).mul(0.5));
    calls.value = calls.value.add(1);
    sample("y", dist.Normal(param("m", 1), 1), { obs: x.sub(mean.value) });
  };
  const none = (): null => null;

  test.each([true, false])("advances with each step and is saved, jit %s", (jit) => {
    const svi = new SVI(model, none, sgd({ lr: 0.01 }), TraceELBO(), { jit });
    [1, 2, 3].forEach((x) => svi.step(np.array([x, x])));
    expect(getParamStore().get("mean").item()).toBe(0.5 * 3 + 0.25 * 2 + 0.125);
    expect(getParamStore().get("calls").item()).toBe(3);
    expect(svi.compiles).toBe(jit ? 1 : 0);
    const state = svi.getState();
    const loss = svi.step(np.array([1, 1]));
    svi.setState(state);
    expect(svi.step(np.array([1, 1]))).toBe(loss);
    expect(svi.evaluateLoss(np.array([1, 1]))).not.toBeNaN();
    expect(getParamStore().get("calls").item()).toBe(4);
  });

  test("with several particles it is an error; so are another shape and a changed one", () => {
    const many = new SVI(model, none, sgd(), TraceELBO({ particles: 3 }));
    expect(() => many.step(y)).toThrow(
      'mutable "mean": each of the 3 particles would leave a value of its own; use particles: 1.',
    );
    const grows = (): void => {
      const state = mutable("state", 0);
      state.value = np.array([1, 2]);
    };
    expect(grows).toThrow('mutable "state": it holds f64[] and cannot become f64[2]; keep shape and dtype.');
  });
});

test("single precision: the same path up to rounding, parameters stay f64 in the store", async () => {
  const { losses } = await fresh({ seed: 6 }).run(30, y);
  clearParamStore();
  const svi = fresh({ seed: 6, dtype: "f32" });
  const narrow = (await svi.run(30, y)).losses;
  expect(Array.from(narrow)).not.toEqual(Array.from(losses));
  losses.forEach((x, i) => expect(Math.abs(narrow[i] - x)).toBeLessThan(1e-3));
  expect(getParamStore().getUnconstrained("mu_auto_loc").dtype).toBe("f64");
});
