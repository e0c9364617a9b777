// A seed -> the text of a small random program on two numbers and an array, over the whole language of scripts: loops of every
// kind, exits, branches, functions, arrays of one and two axes, records, destructuring, choices, and values that are not numbers.

/** mulberry32: 32 bits of state are plenty here. */
function generator(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface RandomProgram {
  readonly text: string;
  readonly p: number;
  readonly q: number;
  readonly x: number[];
}

interface Around {
  /** Loop variables in sight, all in [0, n). */
  readonly indices: readonly string[];
  /** Other numbers in sight: elements of for..of, parameters, constants. */
  readonly names: readonly string[];
  /** Functions in sight: of two numbers, and of an index, which write. */
  readonly pure: readonly string[];
  readonly writing: readonly string[];
  readonly depth: number;
  readonly loop: boolean;
  readonly returns: boolean;
  /** Labels of loops around. */
  readonly labels: readonly string[];
}

export function randomProgram(seed: number): RandomProgram {
  const random = generator(seed);
  const pick = <T>(xs: readonly T[]): T => xs[Math.floor(random() * xs.length)]!;
  const chance = (p: number): boolean => random() < p;
  const n = pick([3, 5, 11, 14]);
  const scalars = ["a", "b", "c"];
  let count = 0;
  const fresh = (base: string): string => `${base}${count++}`;
  const constant = (): string =>
    (Math.round((random() * 4 - 2) * 8) / 8).toString().replace(/^-(.*)$/, "(-$1)");

  /** A whole number in [0, n) that depends on the loops. */
  const index = (at: Around): string => {
    const i = pick(at.indices);
    return pick([i, i, i, i, `${n - 1} - ${i}`, `(${i} + 1) % ${n}`, `Math.max(0, ${i} - 1)`]);
  };
  const leaf = (at: Around): string => {
    const elements = at.indices.length === 0 ? [] : [`x[${index(at)}]`, `x[${index(at)}]`, `w[${index(at)}]`];
    if (at.indices.length > 0) elements.push(`m[${pick(["0", "1"])}][${index(at)}]`, pick(at.indices));
    return pick([...scalars, "p", "q", constant(), "o.u", "o.v[1]", ...at.names, ...elements]);
  };
  const expression = (at: Around, depth = 2): string => {
    if (depth <= 0 || chance(0.3)) return leaf(at);
    const sub = (): string => expression(at, depth - 1);
    const called = at.pure.map((f) => () => `${f}(${sub()}${chance(0.7) ? `, ${sub()}` : ""})`);
    return pick([
      () => `(${sub()} + ${sub()})`,
      () => `(${sub()} - ${sub()})`,
      () => `(0.5 * ${sub()})`,
      () => `(Math.tanh(${sub()}) * ${sub()})`,
      () => `(${sub()} / (2 + Math.abs(${sub()})))`,
      () => `(Math.tanh(${sub()}) ** 2)`,
      () => `Math.${pick(["sin", "tanh", "abs", "cos", "sqrt", "atan", "sign", "log1p"])}(${sub()})`,
      () => `Math.${pick(["max", "min"])}(${sub()}, ${sub()})`,
      () => `(${test(at, depth - 1)} ? ${sub()} : ${sub()})`,
      () => `(-${sub()})`,
      () => `[${sub()}, ${sub()}][${pick(["0", "1"])}]`,
      () => `({ k: ${sub()} }).k`,
      () => `(${pick(["null", "undefined", sub()])} ?? ${sub()})`,
      () => `[${sub()}, ${sub()}, 1].reduce((s, v) => 0.5 * s + v, 0)`,
      () => `Math.max(...[${sub()}, ${sub()}].map((v) => Math.sin(v)))`,
      ...called,
      ...called,
    ])();
  };
  const test = (at: Around, depth = 1): string => {
    const simple = `${expression(at, depth)} ${pick(["<", ">", "<=", ">=", "!=="])} ${expression(at, depth)}`;
    if (chance(0.1)) return `Number.isNaN(${expression(at, depth)})`;
    if (!chance(0.25)) return simple;
    return `(${simple}) ${pick(["&&", "||"])} !(${expression(at, 1)} > ${constant()})`;
  };
  const block = (at: Around, size: number): string => `{ ${statements(at, size).join(" ")} }`;
  const statements = (at: Around, size: number): string[] =>
    Array.from({ length: size }, () => statement(at));
  /** Assignments that keep numbers small, so that rounding is not blown up. */
  const assignment = (at: Around): string => {
    const target = pick(scalars);
    if (at.indices.length > 0 && chance(0.3)) {
      const place = chance(0.7) ? `w[${index(at)}]` : `m[${pick(["0", "1"])}][${pick(at.indices)}]`;
      return `${place} ${pick(["=", "+="])} Math.tanh(${expression(at)});`;
    }
    return pick([
      () => `${target} = Math.tanh(${expression(at)});`,
      () => `${target} += 0.25 * Math.sin(${expression(at)});`,
      () => `${target} -= 0.125 * Math.tanh(${expression(at)});`,
      () => `${target} *= Math.tanh(${expression(at)});`,
      () => `${target} = 0.5 * ${target} + Math.cos(${expression(at)});`,
      () => `${target} = Math.max(${target}, Math.tanh(${expression(at)}));`,
      () => `[a, b] = [Math.sin(${expression(at)}), a];`,
      () => `o.u = Math.tanh(${expression(at)});`,
      () => `o.v[1] += 0.125 * Math.sin(${expression(at)});`,
      () => `${target} = Math.tanh(${target}); ${target} **= 2; ${target}++;`,
      ...at.writing.map((g) => () => (at.indices.length > 0 ? `${g}(${pick(at.indices)});` : `${g}(1);`)),
    ])();
  };
  const exit = (at: Around): string => {
    const label = at.labels.length > 0 && chance(0.3) ? ` ${pick(at.labels)}` : "";
    return `if (${test(at)}) ${pick(["break", "continue"])}${label};`;
  };
  const counted = (at: Around, inner: Around): string => {
    const i = fresh("i");
    const label = chance(0.25) ? fresh("L") : null;
    const labels = label ? [...at.labels, label] : at.labels;
    const head = pick([
      `let ${i} = 0; ${i} < ${n}; ${i}++`,
      `let ${i} = 0; ${i} < ${n}; ${i}++`,
      `let ${i} = ${n - 1}; ${i} >= 0; ${i}--`,
      `let ${i} = 0; ${i} < x.length; ${i} += 2`,
    ]);
    const body = block(
      { ...inner, indices: [...at.indices, i], loop: true, labels },
      1 + Math.floor(random() * 2.5),
    );
    return `${label ? `${label}: ` : ""}for (${head}) ${body}`;
  };
  const statement = (at: Around): string => {
    const inner = { ...at, depth: at.depth + 1 };
    if (at.depth >= 3 || chance(0.4)) return assignment(at);
    return pick([
      () => `if (${test(at)}) ${block(inner, 1 + Number(chance(0.5)))}`,
      () => `if (${test(at)}) ${block(inner, 1)} else ${block(inner, 1)}`,
      () => counted(at, inner),
      () => counted(at, inner),
      () => {
        const k = fresh("k");
        // Exits of its own would skip nothing: the counter goes up first.
        const body = `${k}++; ${statement({ ...inner, loop: false, labels: [] })}`;
        return pick([
          `let ${k} = 0; while (${k} < 6 && (${test(at)})) { ${body} }`,
          `let ${k} = 0; do { ${body} } while (${k} < 4 && (${test(at)}));`,
          `let ${k} = 0; while (true) { ${body} if (${k} > 4 || (${test(at)})) break; }`,
        ]);
      },
      () => {
        const v = fresh("v");
        const over = pick(["x", "w", `[${expression(at)}, ${expression(at)}]`]);
        const names = [...at.names, v];
        return `for (const ${v} of ${over}) ${block({ ...inner, names, loop: true }, 1 + Number(chance(0.4)))}`;
      },
      () => {
        const r = fresh("r");
        const i = fresh("i");
        const there = { ...inner, indices: [...at.indices, i] };
        return `const ${r} = []; for (let ${i} = 0; ${i} < ${n}; ${i}++) ${r}.push(Math.tanh(${expression(there)})); ${pick(scalars)} += 0.1 * ${r}[${n - 1}] - ${r}[0];`;
      },
      () => `{ const d = Math.tanh(${expression(at)}); ${pick(scalars)} += d * 0.5; }`,
      () => {
        // An array of the block's own, in loops one for each iteration.
        const l = fresh("l");
        const k = fresh("k");
        const place = at.indices.length > 0 ? index(at) : "1";
        const end = at.indices.length > 0 && chance(0.5) ? index(at) : `${n}`;
        const write = `${l}[${place}] ${pick(["=", "+="])} Math.tanh(${expression(at)});`;
        const parts = [
          chance(0.5) ? `if (${test(at)}) ${write}` : write,
          `for (let ${k} = 0; ${k} < ${end}; ${k}++) ${l}[${k}] ${pick(["=", "+="])} Math.sin(x[${k}] + ${expression(at, 1)});`,
        ];
        if (chance(0.5)) parts.reverse();
        return `{ const ${l} = new Array(${n}).fill(0.25); ${parts.join(" ")} ${pick(scalars)} += 0.1 * ${l}[0] - 0.2 * ${l}[${place}]; }`;
      },
      () => {
        // From one place that stands in data to another.
        const k = fresh("k");
        const end = (): string =>
          `Math.floor(5 * Math.abs(x[${at.indices.length > 0 ? index(at) : "1"}])) % ${n}`;
        const there = { ...inner, indices: [...at.indices, k], depth: at.depth + 1, loop: false, labels: [] };
        const header = pick([
          `let ${k} = ${end()}; ${k} <= ${end()}; ${k}++`,
          `let ${k} = ${end()}; ${k} >= ${end()}; ${k}--`,
          `let ${k} = ${end()}; ${k} < ${n}; ${k}++`,
          `let ${k} = ${end()}; ${k} > 0; ${k}--`,
        ]);
        return `for (${header}) { ${pick(scalars)} += 0.1 * Math.tanh(x[${k}]); ${statement(there)} }`;
      },
      () =>
        `{ const { u: d, v: [e, g = ${expression(at)}] } = { u: ${expression(at)}, v: [${expression(at)}] }; ${pick(scalars)} = Math.sin(d + 0.5 * e) * Math.tanh(g); }`,
      () => {
        const t = fresh("t");
        return `let ${t} = ${test(at)}; ${t} = ${t} || ${test(at)}; if (!${t}) ${block(inner, 1)}`;
      },
      () =>
        at.indices.length > 0
          ? `switch (${pick(at.indices)} % 3) { case 0: ${assignment(inner)} break; case 1: ${assignment(inner)} default: ${assignment(inner)} }`
          : assignment(at),
      () => (at.loop ? exit(at) : assignment(at)),
      () => (at.returns && chance(0.3) ? `if (${test(at)}) return ${expression(at)};` : assignment(at)),
    ])();
  };
  const nothing: Around = {
    indices: [],
    names: [],
    pure: [],
    writing: [],
    depth: 0,
    loop: false,
    returns: true,
    labels: [],
  };
  const pure = chance(0.5) ? ["f"] : [];
  const writing = chance(0.25) ? ["g"] : [];
  const inF: Around = { ...nothing, names: ["u", "v"], depth: 2, returns: true };
  const inG: Around = { ...nothing, indices: ["i"], pure, depth: 3, returns: false };
  const top: Around = { ...nothing, pure, writing };
  const text = [
    `(p, q, x) => {`,
    `  let a = p; let b = q; let c = 1;`,
    `  const w = new Array(${n}).fill(0.5);`,
    `  const m = [new Array(${n}).fill(0), new Array(${n}).fill(1)];`,
    `  const o = { u: 0.25, v: [q, 0.5] };`,
    ...pure.map((f) => `  const ${f} = (u, v = 0.5) => { ${statement(inF)} return ${expression(inF)}; };`),
    ...writing.map((g) => `  function ${g}(i) { ${assignment(inG)} ${assignment(inG)} }`),
    ...statements(top, 2 + Math.floor(random() * 4)).map((s) => `  ${s}`),
    `  let total = a + 2 * b + 3 * c + 4 * o.u + 5 * o.v[1];`,
    `  for (let i = 0; i < ${n}; i++) total += w[i] * (i + 1) - m[0][i] / (i + 1) + m[1][i];`,
    `  return total;`,
    `}`,
  ].join("\n");
  const number = (): number => (chance(0.03) ? pick([NaN, Infinity, -Infinity, 0]) : random() * 4 - 2);
  return { text, p: number(), q: number(), x: Array.from({ length: n }, number) };
}
