// Every page of docs/ is run: its ```ts blocks are one module, and what a block prints must be the ```text block that follows it.
// After a change that is meant: `npm run docs:update`, read the difference, commit it with the change.
// In a page, `<!-- ts ... -->` is a block that readers do not see, and `...` in an output stands for anything.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { format } from "node:util";
import { transformSync } from "esbuild";
import { beforeEach, expect, test, vi } from "vitest";
import * as sinter from "../src/index.js";
import * as plots from "../src/plot.js";
import * as runtime from "../src/runtime.js";

interface Block {
  readonly code: string;
  /** The line of the page on which the code begins. */
  readonly line: number;
  /** What the page says is printed, and where in the page that text stands. */
  readonly output: { readonly text: string; readonly start: number; readonly end: number } | null;
}

/** A code block or a hidden one, and the output after it, if there is any. */
const BLOCK =
  /(?:^```ts\n(?<shown>[\s\S]*?)^```$|^<!-- ts\n(?<hidden>[\s\S]*?)^-->$)(?:\s*^```text\n(?<output>[\s\S]*?)^```$)?/gm;

function blocksOf(page: string): Block[] {
  return [...page.matchAll(BLOCK)].map((match) => {
    const { shown, hidden, output } = match.groups!;
    const end = match.index + match[0].length - "```".length;
    return {
      code: shown ?? hidden,
      line: page.slice(0, match.index).split("\n").length + 1,
      output: output === undefined ? null : { text: output, start: end - output.length, end },
    };
  });
}

const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (
  ...parts: string[]
) => (...args: unknown[]) => Promise<void>;

/** Runs the blocks in one scope; what each printed. */
async function run(blocks: readonly Block[]): Promise<string[]> {
  const imports = /^import (?:type )?\{[^}]*\} from "sinter(?:\/(?:plot|runtime|script))?";$/gm;
  const builtins = /^import (\{[^}]*\}) from "(node:[^"]+)";$/gm;
  const body = (code: string): string =>
    code.replace(imports, "").replace(builtins, 'const $1 = process.getBuiltinModule("$2");');
  const source = blocks.map(({ code }) => `${body(code)}\nnext();`).join("\n");
  // A function body rather than a module: top-level names are shared, and the package is the source, not a build.
  const wrapped = transformSync(`async () => {${source}\n}`, { loader: "ts" }).code;
  const inner = wrapped.slice(wrapped.indexOf("{") + 1, wrapped.lastIndexOf("}"));
  const printed: string[] = [""];
  const print = (...args: unknown[]): void => {
    printed[printed.length - 1] += `${format(...args)}\n`;
  };
  vi.spyOn(console, "log").mockImplementation(print);
  vi.spyOn(console, "warn").mockImplementation(print);
  const scope = { ...sinter, ...runtime, ...plots, next: () => void printed.push("") };
  try {
    await new AsyncFunction(...Object.keys(scope), inner)(...Object.values(scope));
  } catch (error) {
    const at = blocks[printed.length - 1];
    throw new Error(`the block at line ${at.line} failed: ${(error as Error).message}`, { cause: error });
  } finally {
    vi.restoreAllMocks();
  }
  return printed.map((text) => text.replace(/[ \t]+$/gm, ""));
}

function agrees(printed: string, shown: string): boolean {
  const pattern = shown
    .split("...")
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
    .join("[\\s\\S]*?");
  return new RegExp(`^${pattern}$`).test(printed);
}

beforeEach(() => sinter.clearParamStore());

const pages = readdirSync("docs").filter((name) => name.endsWith(".md"));

test.each(pages)("docs/%s does what it says", async (name) => {
  const path = `docs/${name}`;
  let page = readFileSync(path, "utf8");
  const blocks = blocksOf(page);
  const printed = await run(blocks);
  if (process.env["UPDATE_DOCS"] === "1") {
    blocks.forEach(({ output }, i) => {
      const { start, end } = blocksOf(page)[i].output ?? { start: 0, end: 0 };
      if (output && !agrees(printed[i], output.text))
        page = page.slice(0, start) + printed[i] + page.slice(end);
    });
    writeFileSync(path, page);
  }
  blocksOf(page).forEach(({ output, line }, i) => {
    if (output && !agrees(printed[i], output.text))
      expect(printed[i], `${path}, the block at line ${line} prints`).toBe(output.text);
  });
});

test("pages are short and their links lead somewhere", () => {
  for (const name of pages) {
    const page = readFileSync(`docs/${name}`, "utf8");
    // Generated tables are as long as what they list.
    if (!page.startsWith("<!-- Generated"))
      expect(page.split("\n").length, `${name}: lines`).toBeLessThanOrEqual(200);
    for (const [, link] of page.matchAll(/\]\((?!http)([^)#]+)/g))
      expect(() => readFileSync(`docs/${link}`), `${name} links to ${link}`).not.toThrow();
  }
});
