// Programs that no script can be, and what is said about each: place, reason, what to write instead.
// UPDATE_SCRIPT_ERRORS=1 writes the golden file anew; read the difference before keeping it.
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { dist, jit, np, sample, script } from "sinter";

const golden = new URL("./script-errors.golden.txt", import.meta.url);

/** Functions of x, a tensor of twelve numbers, and p, a number that is not known while compiling. */
const programs: readonly string[] = [
  "(x, p) => missing + 1",
  "(x, p) => { var a = 1; return a; }",
  "async (x, p) => x",
  "function* (x, p) { yield x; }",
  "(x, p) => { class A {} return x; }",
  "function (x, p) { return this.x; }",
  "(x, p) => { try { return x; } catch { return p; } }",
  "(x, p) => { for (const k in { a: 1 }) p += 1; return p; }",
  "(x, p) => { debugger; return p; }",
  "function (x, p) { return arguments[0]; }",
  "(x, p) => { const o = { a: 1 }; delete o.a; return p; }",
  "(x, p) => `${p}`",
  "(x, p) => x[12]",
  "(x, p) => x[-1]",
  "(x, p) => { let s = 0; for (let t = 0; t < x.length; t++) s += x[t - 1]; return s; }",
  "(x, p) => { const w = np.zeros([3]); w[3] = 1; return w; }",
  "(x, p) => p[0]",
  "(x, p) => x.foo",
  "(x, p) => x.push(1)",
  "(x, p) => p.length",
  "(x, p) => x.toArray()",
  "(x, p) => p.item()",
  "(x, p) => Math.random() * p",
  "(x, p) => Date.now() * p",
  "(x, p) => p | 0",
  "(x, p) => p & 1",
  "(x, p) => p >>> 2",
  "(x, p) => ~p",
  "(x, p) => dist.Norml(0, 1)",
  "(x, p) => np.zeroes([3])",
  "(x, p) => Math.foo(p)",
  "(x, p) => p()",
  "(x, p) => { let y; if (p > 0) y = 1; return y + 1; }",
  "(x, p) => { let y = 1; if (p > 0) y = [1, 2]; return y; }",
  "(x, p) => { let y = 'a'; if (p > 0) y = 'b'; return y; }",
  "(x, p) => { let d = dist.Normal(0, 1); if (p > 0) d = dist.Cauchy(0, 1); return d.logProb(p); }",
  "(x, p) => { const a = []; if (p > 0) a.push(1); return a; }",
  "(x, p) => { if (p > 0) return 1; }",
  "(x, p) => { if (p > 0) throw new Error('no'); return p; }",

  "(x, p) => { const y = 1; y = 2; return y; }",
  "(x, p) => { z = 2; return p; }",
  "(x, p) => { K = 2; return p; }",
  "(x, p) => { const f = (n) => (n > 0 ? f(n - 1) : p); return f(3); }",
  "(x, p) => { for (let t = 0; t < x.length; t++) sample('y', dist.Normal(p, 1), { obs: x[t] }); }",
  "(x, p) => { let t = 0; while (t < p) { sample(`y_${t}`, dist.Normal(p, 1), { obs: 1 }); t++; } }",
  "(x, p) => { let z = p; for (let t = 0; t < x.length; t++) z = sample('z', dist.Normal(z, 1)); return z; }",
  "(x, p) => { let z = p; for (let t = 0; t < x.length; t++) z = sample(`z_${t}`, dist.Uniform(z, 9)); return z; }",
  "(x, p) => { if (p > 0) sample('z', dist.Normal(0, 1)); else sample('z', dist.Gamma(1, 1)); }",
  "(x, p) => { if (p > 0) sample('z', dist.Normal(0, 1)); else sample('z', dist.Normal(0, 1).expand([2])); }",
  "(x, p) => { for (let t = 0; t < x.length; t++) if (x[t] > p) sample(`z_${t}`, dist.Normal(0, 1)); }",
  "(x, p) => { sample('y', p); }",
  "(x, p) => { sample('', dist.Normal(0, 1)); }",
  "(x, p) => { let a = [1]; for (let t = 0; t < x.length; t++) { a.push(a[0] * p); a[0] = p; } return a; }",
  "(x, p) => { const [a, b] = p; return a; }",
  "(x, p) => { const { a } = undefined; return a; }",
  "(x, p) => { for (const v of 3) p += v; return p; }",
  "(x, p) => { let s = 0; for (const v of p) s += v; return s; }",
  "(x, p) => { const o = null; return o.a; }",
  "(x, p) => { let a = 1; while (p > 0) { a += 1; a = 'x'; } return a; }",
  "(x, p) => new Map()",
  "(x, p) => 10n",
  "(x, p) => dist.Normal(0, 1) + p",
  "(x, p) => 'a' * p",
  "(x, p) => { const a = [3, 1]; a.sort(); return p; }",
  "(x, p) => import('fs')",
];

function messageOf(text: string): string {
  try {
    const fn = new Function(`return ${text}`)() as () => unknown;
    Object.defineProperty(fn, "name", { value: "f" });
    jit(script(fn, { K: 1, dist, np, sample }) as never, { backend: "interpret" })(
      ...([np.arange(12).astype("f64"), np.array(0.5)] as never[]),
    );
    return "NO ERROR";
  } catch (error) {
    return (error as Error).message;
  }
}

test(`${programs.length} bad programs`, () => {
  const text = programs.map((p) => `${p}\n${messageOf(p).replace(/^/gm, "    ")}\n`).join("\n");
  if (process.env.UPDATE_SCRIPT_ERRORS) writeFileSync(golden, text);
  expect(text).toBe(readFileSync(golden, "utf8"));
  expect(text).not.toContain("NO ERROR");
  expect(programs.length).toBeGreaterThanOrEqual(60);
});
