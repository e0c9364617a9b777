// Import rules of src/: rooms import one way, no cycles, nothing from outside the package.
import { compiler, modelling, rooms, tensorFunctions } from "./scripts/rooms.mjs";

const within = (names) => `^src/(${names.join("|")})/`;
// A test may reach to its right: it checks a pass against the runtime, or a transform against np.
const tests = "\\.test\\.ts$";

const direction = rooms.flatMap((row, i) => {
  const right = rooms.slice(i + 1).flat();
  if (right.length === 0) return [];
  const seesTensor = row.includes("trace");
  return [
    {
      name: `${row.join("-")}-imports-leftwards`,
      comment: `The rooms ${row.join(", ")} stand left of ${right.join(", ")}. Move what is shared to the left, or pass it in.`,
      severity: "error",
      from: { path: within(row), pathNot: tests },
      // trace and script make Tensors, so they see the Tensor files of tensor/ but not its np functions.
      to: {
        path: seesTensor ? [within(right.filter((r) => r !== "tensor")), tensorFunctions] : within(right),
      },
    },
  ];
});

export default {
  forbidden: [
    ...direction,
    {
      name: "rooms-do-not-import-the-index",
      comment:
        "src/index.ts gathers the public names; importing it from a room makes everything depend on everything. " +
        "cli/ is a user of the package and imports it by its name (docs/adr/0009-command-line.md).",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: ["^src/cli/", tests] },
      to: { path: "^src/[^/]+\\.ts$" },
    },
    {
      name: "schedule-before-codegen",
      comment: "A schedule is data that every code generator reads; it knows none of them.",
      severity: "error",
      from: { path: within(["transform", "passes", "schedule"]), pathNot: tests },
      to: { path: within(["codegen"]) },
    },
    {
      name: "modelling-uses-the-tensor-api",
      comment:
        "handlers, dist, bijectors, infer and what follows use np, random, Tensor, jit and grad, as a user would.",
      severity: "error",
      from: { path: within(modelling), pathNot: tests },
      to: { path: within(compiler), pathNot: "^src/runtime/entry\\.ts$" },
    },
    {
      name: "no-cycles",
      comment:
        "Files that import each other cannot be read, tested or loaded one at a time. Type-only imports count, because " +
        "a reader follows them too. One pair is exempt: an Equation holds its Op and an Op is typed by Graphs, which is " +
        "one recursive type in two files (no code runs at import). A longer cycle through either is still reported, " +
        "from its other members.",
      severity: "error",
      from: { pathNot: "^src/ir/(op|types)\\.ts$" },
      to: { circular: true },
    },
    {
      name: "no-runtime-dependencies",
      comment:
        "The package installs nothing: src uses only itself and the platform. Tests may use what they need. The parser acorn is " +
        'bundled into dist for script (docs/adr/0010-scripting.md), commander into the command line\'s own file. What "sinter/plot" ' +
        "draws with is loaded when a plot is made, from the user's own installation (docs/adr/0020-plots.md).",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/(cli|lint|plugin|plot)/", tests] },
      to: { path: "node_modules", pathNot: "node_modules/acorn/" },
    },
    {
      name: "node-only-on-demand",
      comment:
        "A static import of a Node module breaks browsers and workers. Use `await import(...)` where it is needed. " +
        "src/node.ts is what Node alone loads.",
      severity: "error",
      from: { path: "^src/", pathNot: ["^src/(cli|plugin)/", "^src/node\\.ts$", tests] },
      to: { dependencyTypes: ["core"], dynamic: false },
    },
    {
      name: "nobody-imports-tests",
      severity: "error",
      comment: "A test file run through an import is a test run twice, or shipped.",
      from: {},
      to: { path: tests },
    },
    {
      name: "resolvable",
      comment:
        "An import that resolves to nothing. Relative imports end in .js; with ?bundled behind it, a file is imported as text " +
        "(scripts/bundled-source.mjs).",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "[?]bundled$" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".mjs"],
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node"],
    },
  },
};
