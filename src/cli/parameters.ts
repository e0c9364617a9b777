// A function in, the names of its parameters out: what data with names are matched against.

/** One entry per parameter: its name, or null where it is a pattern; `optional` where it has a default. */
export interface Parameter {
  readonly name: string | null;
  readonly optional: boolean;
}

/** Reads the head of the function's own source. */
export function parametersOf(fn: (...args: never[]) => unknown): readonly Parameter[] {
  const source = fn.toString().replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, "");
  // `x => ...` has no parentheses.
  const single = /^(?:async\s+)?([\w$]+)\s*=>/.exec(source);
  if (single) return [{ name: single[1]!, optional: false }];
  const open = source.indexOf("(");
  return splitTop(source.slice(open + 1)).map((text): Parameter => {
    const [, name, rest] = /^(\.\.\.)?([\w$]+)?\s*/.exec(text)
      ? /^(?:\.\.\.)?([\w$]+)?\s*([^]*)$/.exec(text)!
      : [];
    const optional = (rest ?? "").startsWith("=") || /\}\s*=|\]\s*=/.test(text) || text.startsWith("...");
    return { name: name ?? null, optional };
  });
}

/** The parts between commas up to the closing parenthesis, those inside brackets and strings left whole. */
function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = "";
  let part = "";
  for (const c of text) {
    if (quote !== "") quote = c === quote ? "" : quote;
    else if (c === '"' || c === "'" || c === "`") quote = c;
    else if (c === ")" && depth === 0) break;
    else if ("([{".includes(c)) depth++;
    else if (")]}".includes(c)) depth--;
    else if (c === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
      continue;
    }
    part += c;
  }
  if (part.trim() !== "") parts.push(part.trim());
  return parts;
}
