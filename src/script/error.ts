// An error at a place in a script: file, line and column, the offending text with a caret, and what to write instead.
import type { Node } from "acorn";
import type { Source } from "./source.js";

/** The cause of an error about a model whose number of sites is drawn: such a model can be run, but not compiled. */
export class OpenSites extends Error {}

export class ScriptError extends Error {
  override readonly name = "ScriptError";
}

/** `function ar, 3:12`, or `model.ts:40:7` where the build plugin recorded the place. */
export function placeOf(node: Node, source: Source): string {
  const { line, column } = node.loc!.start;
  // The first line of the text stands behind the prefix that the parser was given.
  const col = line === 1 ? column - source.shift : column;
  if (source.file === undefined) return `function ${source.name}, ${line}:${col + 1}`;
  const base = source.line ?? 1;
  return `${source.file}:${base + line - 1}:${(line === 1 ? col + (source.column ?? 0) : col) + 1}`;
}

/** The error to throw for a node: place, message, the line with a caret under the node. */
export function errorAt(node: Node, source: Source, message: string, cause?: unknown): ScriptError {
  const { line, column } = node.loc!.start;
  const col = line === 1 ? column - source.shift : column;
  const text = source.text.split("\n")[line - 1] ?? "";
  const indent = text.length - text.trimStart().length;
  const shown = text.trim().slice(0, 120);
  const caret = `${" ".repeat(Math.max(0, col - indent))}^`;
  return new ScriptError(
    `${placeOf(node, source)}: ${message}\n  | ${shown}\n  | ${caret}`,
    cause === undefined ? {} : { cause },
  );
}
