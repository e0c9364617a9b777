// The families of `dist` -> docs/distributions.md: parameters with their sets, support, and what each family has.
// test/distributions-page.test.ts compares; `npm run docs:update` writes.
import { readdirSync, readFileSync } from "node:fs";
import {
  bijectors,
  constraints,
  dist,
  np,
  random,
  type Constraint,
  type Distribution,
  type Tensor,
} from "sinter";

interface Parameter {
  readonly constraint: Constraint;
  readonly default?: number;
}

/** What `family` puts on its callables; functions without it take other things than tensors. */
interface Facts {
  readonly parameters?: Readonly<Record<string, Parameter>>;
  readonly oneOf?: Readonly<Record<string, Parameter>>;
}

type Make = ((...args: unknown[]) => Distribution) & Facts;

type Families = Readonly<Record<string, Make>>;

/** Families have capital letters; `dist` also holds functions of distributions, such as kl. */
const families: Families = Object.fromEntries(
  Object.entries(dist as unknown as Families).filter(([name]) => /^[A-Z]/.test(name)),
);

/** One of each family that takes other things than tensors; such a family of a later day is one more line. */
const examples: Readonly<Record<string, (d: Families) => Distribution>> = {
  CAR: (d) => d["CAR"]([0, 0], 0.5, 1, [[0, 1], [1, 0]]), // prettier-ignore
  DoublyTruncatedPowerLaw: (d) => d["DoublyTruncatedPowerLaw"](-2, 0.5, 3),
  CirculantNormal: (d) => d["CirculantNormal"]([0, 0, 0], { covarianceRow: [1, 0.3, 0.3] }),
  EulerMaruyama: (d) => d["EulerMaruyama"]([0, 1], (x: Tensor) => [x, 1], d["Normal"](0, 1)),
  GaussianCopula: (d) => d["GaussianCopula"](d["Normal"](0, 1), { correlationMatrix: np.eye(2) }),
  GaussianCopulaBeta: (d) =>
    d["GaussianCopulaBeta"]({ concentration1: 1, concentration0: 2, correlationMatrix: np.eye(2) }),
  GaussianStateSpace: (d) =>
    d["GaussianStateSpace"](3, { transitionMatrix: np.eye(2), scaleTril: np.eye(2) }),
  SineBivariateVonMises: (d) => d["SineBivariateVonMises"](0, 0, 1, 1, 0.5),
  SineSkewed: (d) => d["SineSkewed"](d["VonMises"](0, 1).expand([1]).toEvent(1), [0.5]),
  ExpandedDistribution: (d) => d["ExpandedDistribution"](d["Normal"](0, 1), [2]),
  FoldedDistribution: (d) => d["FoldedDistribution"](d["Normal"](0, 1)),
  HurdleDistribution: (d) => d["HurdleDistribution"](d["Poisson"](2), { gate: 0.3 }),
  HurdleGamma: (d) => d["HurdleGamma"](0.3, 2, 1),
  HurdleLogNormal: (d) => d["HurdleLogNormal"](0.3, 0, 1),
  HurdleNegativeBinomial2: (d) => d["HurdleNegativeBinomial2"](0.3, 2, 1),
  HurdlePoisson: (d) => d["HurdlePoisson"](0.3, 2),
  Independent: (d) => d["Independent"](d["Normal"]([0, 1], 1), 1),
  IntervalCensoredDistribution: (d) => d["IntervalCensoredDistribution"](d["Weibull"](1, 2), 0, 1),
  LeftCensoredDistribution: (d) => d["LeftCensoredDistribution"](d["Normal"](0, 1), 1),
  LeftTruncatedDistribution: (d) => d["LeftTruncatedDistribution"](d["Cauchy"](0, 1), 1),
  LogUniform: (d) => d["LogUniform"](0.5, 2),
  LowerTruncatedPowerLaw: (d) => d["LowerTruncatedPowerLaw"](-2, 0.5),
  MaskedDistribution: (d) => d["MaskedDistribution"](d["Normal"](0, 1), true),
  MatrixNormal: (d) => d["MatrixNormal"](np.zeros([2, 2]), np.eye(2), np.eye(2)),
  Mixture: (d) =>
    d["Mixture"](d["Categorical"]({ probs: [0.4, 0.6] }), [d["Normal"](0, 1), d["Cauchy"](0, 1)]),
  MixtureGeneral: (d) =>
    d["MixtureGeneral"](d["Categorical"]({ probs: [0.4, 0.6] }), [d["Normal"](0, 1), d["Cauchy"](0, 1)]),
  RightCensoredDistribution: (d) => d["RightCensoredDistribution"](d["Weibull"](1, 2), 1),
  RightTruncatedDistribution: (d) => d["RightTruncatedDistribution"](d["Cauchy"](0, 1), 1),
  TruncatedCauchy: (d) => d["TruncatedCauchy"]({ low: 0, high: 2 }),
  TruncatedDistribution: (d) => d["TruncatedDistribution"](d["Laplace"](0, 1), 0, 2),
  TruncatedGamma: (d) => d["TruncatedGamma"]({ low: 0, high: 2 }),
  TwoSidedTruncatedDistribution: (d) => d["TwoSidedTruncatedDistribution"](d["Cauchy"](0, 1), 0, 1),
  ZeroInflatedDistribution: (d) => d["ZeroInflatedDistribution"](d["Poisson"](2), { gate: 0.3 }),
  ZeroSumNormal: (d) => d["ZeroSumNormal"](1, [3]),
  Delta: (d) => d["Delta"](1),
  GaussianRandomWalk: (d) => d["GaussianRandomWalk"](1, 4),
  ImproperUniform: (d) => d["ImproperUniform"](constraints.positive, [], []),
  LKJ: (d) => d["LKJ"](3, 2),
  LKJCholesky: (d) => d["LKJCholesky"](3, 2),
  LowRankMultivariateNormal: (d) =>
    d["LowRankMultivariateNormal"]({ loc: [0, 0], covFactor: [[1], [1]], covDiag: [1, 1] }),
  MixtureSameFamily: (d) =>
    d["MixtureSameFamily"](d["Categorical"]({ probs: [0.4, 0.6] }), d["Normal"]([0, 1], [1, 1])),
  TransformedDistribution: (d) => d["TransformedDistribution"](d["Normal"](0, 1), [bijectors.exp]),
  Unit: (d) => d["Unit"](0.5),
};

/** Values of parameters that must be in order, by the parameter's name. */
const ordered: Readonly<Record<string, number>> = { low: 0, peak: 1, high: 2 };

/** Members of the sets that parameters come from, by the set's name. */
const members: Readonly<Record<string, unknown>> = {
  real: 0.5,
  realVector: [0.5, 1],
  positive: 1.5,
  nonnegative: 1.5,
  unitInterval: 0.3,
  simplex: [0.4, 0.6],
  positiveInteger: 3,
  nonnegativeInteger: 3,
  integer: 3,
  orderedVector: [0, 1],
  lowerCholesky: np.eye(2),
  positiveDefinite: np.eye(2),
  corrCholesky: np.eye(2),
};

function exampleOf(name: string, make: Make): Distribution {
  const given = examples[name];
  if (given) return given(families);
  const add = `add one of ${name} to \`examples\` in scripts/docs/distributions.ts`;
  if (!make.parameters) throw new Error(`dist.${name} is no family of tensors: ${add}.`);
  const chosen = [...Object.entries(make.parameters), ...Object.entries(make.oneOf ?? {}).slice(0, 1)];
  const named = chosen.map(([parameter, { constraint }]) => {
    if (name.includes("Wishart") && parameter === "concentration") return [parameter, 4] as const;
    const member = ordered[parameter] ?? memberOf(plainName(constraint));
    if (member === undefined) throw new Error(`No member of ${constraint.name} is known: ${add}.`);
    return [parameter, member] as const;
  });
  return make(Object.fromEntries(named));
}

function memberOf(set: string): unknown {
  const each = /^independent\((.*), 1\)$/.exec(set)?.[1];
  if (each === undefined) return members[set];
  const one = memberOf(each);
  return one === undefined ? undefined : [one, one];
}

/** independent(real, 1) is what a reader knows as a vector of reals. */
const plainName = ({ name }: Constraint): string => name.replace(/^independent\(real, 1\)$/, "realVector");

/** What a family does beyond draws and log densities, found by asking one. */
function extras(d: Distribution): string {
  const tries: readonly (readonly [string, () => unknown])[] = [
    ["mean", () => d.mean],
    ["variance", () => d.variance],
    ["cdf", () => d.cdf(d.sample(random.key(0)))],
    ["icdf", () => d.icdf(0.5)],
    ["entropy", () => d.entropy()],
  ];
  const has = tries.filter(([, attempt]) => works(attempt)).map(([name]) => name);
  if (d.hasRsample) has.push("rsample");
  if (d.hasEnumerateSupport) has.push("enumerate");
  return has.join(", ") || "-";
}

function works(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    // Any other failure would hide a mistake behind a missing entry.
    if (!/ has no \w+ here: | cannot be sampled: /.test((error as Error).message)) throw error;
    return false;
  }
}

interface Described {
  readonly signature: string;
  readonly text: string;
}

/** `Normal(loc, scale): the Gaussian ...`, the first line of a family's file or its doc comment where a file has several. */
function descriptions(): ReadonlyMap<string, Described> {
  const found = new Map<string, Described>();
  for (const file of readdirSync("src/dist").filter((f) => f.endsWith(".ts"))) {
    const source = readFileSync(`src/dist/${file}`, "utf8");
    const first = /^\/\/ (\w+)(\([^\n]*?\))?: ([^\n]*(?:\n\/\/ [^\n]*)*)/.exec(source);
    const inside = source.matchAll(/^\/\*\* ([A-Z]\w+)(\([^\n]*?\))[^:\n]*: ([^\n]*) \*\/$/gm);
    for (const [, name, signature = "", text] of [...inside, ...(first ? [first] : [])]) {
      const whole = text!.replaceAll("\n// ", " ").split(/\. (?=[A-Z])/)[0]!;
      found.set(name!, { signature: `${name!}${signature}`, text: whole.replace(/\.$/, "") });
    }
  }
  return found;
}

const parameterText = ([name, p]: readonly [string, Parameter]): string =>
  `\`${name}\` ${plainName(p.constraint)}${p.default === undefined ? "" : ` = ${p.default}`}`;

function parametersOf(make: Make, signature: string): string {
  if (!make.parameters) return `\`${signature}\``;
  const alternatives = Object.entries(make.oneOf ?? {}).map(parameterText);
  const parts = Object.entries(make.parameters).map(parameterText);
  if (alternatives.length > 0) parts.push(alternatives.join(" or "));
  return parts.join(", ");
}

const sections = ["Continuous, univariate", "Discrete", "Vectors and matrices"] as const;

function sectionOf(d: Distribution): (typeof sections)[number] {
  if (d.eventDim > 0) return "Vectors and matrices";
  return d.isDiscrete ? "Discrete" : "Continuous, univariate";
}

/** The page, as text before formatting. */
export function distributionsPage(): string {
  const about = descriptions();
  const rows = Object.entries(families).map(([name, make]) => {
    const d = exampleOf(name, make);
    const support = plainName(d.support).replaceAll("|", "\\|");
    const parameters = parametersOf(make, about.get(name)?.signature ?? name).replaceAll("|", "\\|");
    const text = `| \`${name}\` | ${parameters} | ${support} | ${extras(d)} |`;
    return { section: sectionOf(d), text, name, about: about.get(name)?.text };
  });
  const undescribed = rows.filter((row) => row.about === undefined).map((row) => row.name);
  if (undescribed.length > 0)
    throw new Error(
      `The first line of the files of ${undescribed.join(", ")} (or their doc comments) should read "// Name(parameters): what it is."`,
    );
  const tables = sections.map((section) => {
    const mine = rows.filter((row) => row.section === section);
    const head = "| name | parameters | support | has |\n| --- | --- | --- | --- |";
    const notes = mine.map((row) => `- \`${row.name}\`: ${row.about!}.`).join("\n");
    return `## ${section}\n\n${head}\n${mine.map((row) => row.text).join("\n")}\n\n${notes}\n`;
  });
  return `${introduction}\n${tables.join("\n")}`;
}

const introduction = `<!-- Generated by scripts/docs/distributions.ts; after a change run \`npm run docs:update\`. -->

# Distributions

Names and parameters are NumPyro's. Parameters are given in order or by name, are tensors or numbers, and broadcast to the batch shape.
Of alternatives (\`or\`) exactly one is given, by name. Known values outside a parameter's set throw.

\`\`\`ts
import { dist, random } from "sinter";

const d = dist.Gamma({ concentration: [2, 3], rate: 1 });
console.log(String(d), d.sample(random.key(0), [5]).shape, d.logProb(1.5).shape, d.mean.toArray());
\`\`\`

\`\`\`text
Gamma(batch [2], event []) [ 5, 2 ] [ 2 ] [ 2, 3 ]
\`\`\`

Every distribution has \`sample(key, shape)\`, \`logProb(x)\`, \`support\`, \`expand(shape)\`, \`toEvent(n)\` and \`mask(b)\`. What else it has
stands in the last column: \`rsample\` means that draws carry gradients to every parameter (\`hasRsample\`), \`enumerate\` that
\`enumerateSupport()\` lists all values. The support shown is that of an example where it depends on the parameters.
`;
