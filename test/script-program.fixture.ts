// A seed -> the text of a small random program on two numbers and an array, with loops, branches, exits and NaN.

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
  readonly depth: number;
  readonly loop: boolean;
  readonly returns: boolean;
}

export function randomProgram(seed: number): RandomProgram {
  const random = generator(seed);
  const pick = <T>(xs: readonly T[]): T => xs[Math.floor(random() * xs.length)]!;
  const chance = (p: number): boolean => random() < p;
  const n = pick([3, 5, 11, 14]);
  const scalars = ["a", "b", "c"];
  let names = 0;
  const constant = (): string =>
    (Math.round((random() * 4 - 2) * 8) / 8).toString().replace(/^-(.*)$/, "(-$1)");

  const expression = (at: Around, depth = 2): string => {
    const leaf = depth <= 0 || chance(0.3);
    if (leaf) {
      const elements = at.indices.flatMap((i) => [`x[${i}]`, `x[${i}]`, `w[${i}]`]);
      return pick([
        ...scalars,
        "p",
        "q",
        constant(),
        ...elements,
        ...(at.indices.length > 0 ? [pick(at.indices)] : []),
      ]);
    }
    const sub = (): string => expression(at, depth - 1);
    return pick([
      () => `(${sub()} + ${sub()})`,
      () => `(${sub()} - ${sub()})`,
      () => `(0.5 * ${sub()})`,
      () => `Math.sin(${sub()})`,
      () => `Math.tanh(${sub()})`,
      () => `Math.abs(${sub()})`,
      () => `Math.max(${sub()}, ${sub()})`,
      () => `Math.sqrt(${sub()})`,
      () => `(${test(at, depth - 1)} ? ${sub()} : ${sub()})`,
      () => `(-${sub()})`,
    ])();
  };
  const test = (at: Around, depth = 1): string => {
    const simple = `${expression(at, depth)} ${pick(["<", ">", "<=", ">="])} ${expression(at, depth)}`;
    if (!chance(0.25)) return simple;
    return `(${simple}) ${pick(["&&", "||"])} !(${expression(at, 1)} > ${constant()})`;
  };
  const block = (at: Around, count: number): string =>
    `{ ${Array.from({ length: count }, () => statement(at)).join(" ")} }`;
  /** Assignments that keep numbers small, so that rounding is not blown up. */
  const assignment = (at: Around): string => {
    const target = pick(scalars);
    if (at.indices.length > 0 && chance(0.3))
      return `w[${pick(at.indices)}] ${pick(["=", "+="])} Math.tanh(${expression(at)});`;
    return pick([
      () => `${target} = Math.tanh(${expression(at)});`,
      () => `${target} += 0.25 * Math.sin(${expression(at)});`,
      () => `${target} -= 0.125 * Math.tanh(${expression(at)});`,
      () => `${target} = 0.5 * ${target} + Math.cos(${expression(at)});`,
      () => `${target} = Math.max(${target}, Math.tanh(${expression(at)}));`,
    ])();
  };
  const statement = (at: Around): string => {
    const inner = { ...at, depth: at.depth + 1 };
    const simple = at.depth >= 3 || chance(0.45);
    if (simple) return assignment(at);
    return pick([
      () => `if (${test(at)}) ${block(inner, 1 + Number(chance(0.5)))}`,
      () => `if (${test(at)}) ${block(inner, 1)} else ${block(inner, 1)}`,
      () => {
        const i = `i${names++}`;
        return `for (let ${i} = 0; ${i} < ${n}; ${i}++) ${block({ ...inner, indices: [...at.indices, i], loop: true }, 1 + Math.floor(random() * 2.5))}`;
      },
      () => {
        const k = `k${names++}`;
        return `let ${k} = 0; while (${k} < 6 && (${test(at)})) { ${k}++; ${statement({ ...inner, loop: false, returns: false })} }`;
      },
      () => `{ const d = Math.tanh(${expression(at)}); ${pick(scalars)} += d * 0.5; }`,
      () => (at.loop ? `if (${test(at)}) ${pick(["break", "continue"])};` : assignment(at)),
      () => (at.returns && chance(0.3) ? `if (${test(at)}) return ${expression(at)};` : assignment(at)),
    ])();
  };
  const top: Around = { indices: [], depth: 0, loop: false, returns: true };
  const lines = Array.from({ length: 2 + Math.floor(random() * 4) }, () => `  ${statement(top)}`);
  const text = [
    `(p, q, x) => {`,
    `  let a = p; let b = q; let c = 1;`,
    `  const w = new Array(${n}).fill(0.5);`,
    ...lines,
    `  let total = a + 2 * b + 3 * c;`,
    `  for (let i = 0; i < ${n}; i++) total += w[i] * (i + 1);`,
    `  return total;`,
    `}`,
  ].join("\n");
  const x = Array.from({ length: n }, () => random() * 4 - 2);
  return { text, p: random() * 4 - 2, q: random() * 4 - 2, x };
}
