// Reads the names and first lines of every file in src/; prints each breach of the house rules and exits with 1.
import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { rooms } from "./rooms.mjs";

const maxLines = 400;

/** Files that are one table, longer than the limit because they have many rows; each with its reason. */
const tables = new Map([["src/codegen/wasm/opcodes.ts", "the WebAssembly instructions used, one a row"]]);

const breaches = [];
const known = new Set(rooms.flat());
const files = readdirSync("src", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.replaceAll("\\", "/"))
  .sort();

for (const file of files) {
  const room = file.split("/").length > 2 ? file.split("/")[1] : undefined;
  if (room !== undefined && !known.has(room))
    breaches.push(
      `${file}: "${room}" is not a room. Add it to scripts/rooms.mjs at its place in the import order.`,
    );
  if (/^(utils?|helpers?|misc|common)\b/i.test(basename(file)))
    breaches.push(`${file}: name the concept that the file holds.`);
  if (!file.endsWith(".ts")) continue;

  const text = readFileSync(file, "utf8");
  const lines = text.split("\n").length - 1;
  if (lines > maxLines && !tables.has(file))
    breaches.push(
      `${file}: ${lines} lines, the limit is ${maxLines}. Split it by idea, or list it as a table with a reason.`,
    );
  if (!file.endsWith(".test.ts") && !/^(\/\/|\/\*|#!)/.test(text))
    breaches.push(`${file}: the first line must be a comment saying what comes in and what goes out.`);
  if (/\b(TODO|FIXME|XXX)\b/.test(text)) breaches.push(`${file}: holds a TODO. Do it, or make it an issue.`);
}

for (const file of tables.keys())
  if (!files.includes(file))
    breaches.push(`scripts/check-files.mjs lists ${file} as a table, but it does not exist.`);

if (breaches.length > 0) {
  console.error(breaches.join("\n"));
  process.exit(1);
}
console.log(`${files.length} files in src keep the file rules.`);
