// Lint rules: the recommended ones, a few that need types, and this project's own.
import js from "@eslint/js";
import tseslint from "typescript-eslint";

// Behaviour that hangs on an operation's name belongs in the operation's row (src/ops/): a missing field, not a test.
const opName =
  "MemberExpression[property.name='name']:matches([object.name='op'], [object.property.name='op'])";
const opNameMessage = "Do not test an operation's name outside src/ops/: add a field to the operation's row.";

// Engines differ in the last bits of these, and so would draws; src/tensor/numbers.ts has ours.
const hostMath = [
  "exp",
  "log",
  "log1p",
  "expm1",
  "pow",
  "sin",
  "cos",
  "tan",
  "tanh",
  "atan2",
  "cbrt",
  "hypot",
].map((property) => ({
  object: "Math",
  property,
  message: "Not the same bits on every host: use numbers or np.",
}));

export default tseslint.config(
  { ignores: ["dist/", "build/", "**/node_modules/", "**/.peers/", "**/.venv/"] },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: ["error", "always"],
      "no-console": "error",
      "prefer-const": "error",
      "no-restricted-globals": [
        "error",
        { name: "event", message: "The browser's global `event`: probably a missing variable." },
      ],
    },
  },
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.recommended],
    // Types are loaded once for the whole run (seconds), for the few rules that find real bugs.
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": [
        "error",
        { prefer: "type-imports", fixStyle: "separate-type-imports" },
      ],
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/no-for-in-array": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      // `_x` marks what a signature demands and a body does not use.
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", destructuredArrayIgnorePattern: "^_" },
      ],
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: ["src/ops/**", "**/*.test.ts"],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: `SwitchStatement > ${opName}.discriminant`, message: opNameMessage },
        { selector: `BinaryExpression[operator=/^[!=]==$/] > ${opName}`, message: opNameMessage },
      ],
    },
  },
  {
    files: ["src/**/*.ts"],
    // script/math.ts names the functions, it does not call them; figures about draws may differ in their last digit.
    ignores: [
      "**/*.test.ts",
      "**/*.fixture.ts",
      "src/script/math.ts",
      "src/{diagnostics,report,cli,plot}/**",
    ],
    rules: { "no-restricted-properties": ["error", ...hostMath] },
  },
  {
    files: [
      "src/cli/**/*.ts",
      "src/report/**/*.ts",
      "examples/**",
      "bench/**",
      "posteriordb/**",
      "scripts/**",
      "test/consumer/**",
    ],
    rules: { "no-console": "off" },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: { globals: { console: "readonly", process: "readonly", URL: "readonly" } },
  },
);
