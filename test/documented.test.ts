// Every public name has a sentence of documentation where it is declared: what editors show when a user points at it.
// Names are followed through re-exports and the objects that are namespaces (dist, handlers, ...) to their declarations.
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

/** Objects whose properties are public names. */
const namespaces = new Set(["dist", "constraints", "bijectors", "handlers"]);

const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));
// No standard library and no checking: only which name stands for which declaration.
const program = ts.createProgram([entry], {
  noLib: true,
  types: [],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
});
const checker = program.getTypeChecker();

/** What the name stands for in the end. */
function target(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/** The declaration behind a property of a namespace object: `{ Normal, exp: expBijector }`. */
function behind(property: ts.ObjectLiteralElementLike): ts.Symbol | undefined {
  if (ts.isShorthandPropertyAssignment(property)) return checker.getShorthandAssignmentValueSymbol(property);
  if (ts.isPropertyAssignment(property) && ts.isIdentifier(property.initializer))
    return checker.getSymbolAtLocation(property.initializer);
  return checker.getSymbolAtLocation(property.name!);
}

function* namesOf(symbol: ts.Symbol, path: string): Generator<readonly [string, ts.Symbol]> {
  const found = target(symbol);
  const [declaration] = found.declarations ?? [];
  if (declaration && ts.isSourceFile(declaration)) {
    for (const member of checker.getExportsOfModule(found)) yield* namesOf(member, join(path, member.name));
    return;
  }
  yield [path, found];
  if (!namespaces.has(path) || !declaration || !ts.isVariableDeclaration(declaration)) return;
  let literal: ts.Expression | undefined = declaration.initializer;
  while (literal && (ts.isAsExpression(literal) || ts.isSatisfiesExpression(literal)))
    literal = literal.expression;
  if (!literal || !ts.isObjectLiteralExpression(literal)) throw new Error(`${path} is not an object literal`);
  for (const property of literal.properties) {
    const member = behind(property);
    if (!member) throw new Error(`${path}: cannot follow ${property.getText()}`);
    yield* namesOf(member, join(path, property.name!.getText()));
  }
}

const join = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);

const isDocumented = (symbol: ts.Symbol): boolean =>
  ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim().length > 0;

/** `src/tensor/np/creation.ts:25 np.zeros` */
function place(name: string, symbol: ts.Symbol): string {
  const [declaration] = symbol.declarations ?? [];
  if (!declaration) return name;
  const file = declaration.getSourceFile();
  const { line } = file.getLineAndCharacterOfPosition(declaration.getStart());
  return `${file.fileName.slice(file.fileName.indexOf("src/"))}:${line + 1} ${name}`;
}

test("every public name is documented where it is declared", () => {
  const index = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
  const names = [...namesOf(index, "")];
  expect(names.map(([name]) => name)).toEqual(
    expect.arrayContaining(["np.linalg.solve", "dist.Normal", "jit"]),
  );
  expect(names.length).toBeGreaterThan(400);
  const missing = names
    .filter(([, symbol]) => !isDocumented(symbol))
    .map(([name, symbol]) => place(name, symbol));
  expect([...new Set(missing)].sort(), "names without a /** sentence */ at their declaration").toEqual([]);
});
