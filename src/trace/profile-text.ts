// What profile found in; a page of text for a terminal out.
import type { OperationTime, Profile } from "./profile-result.js";

/** Operations shown; the rest is summed up in one line. */
const SHOWN = 8;

const time = (ms: number): string => {
  if (ms >= 1000) return `${(ms / 1000).toPrecision(3)} s`;
  return ms >= 1 ? `${ms.toPrecision(3)} ms` : `${(1000 * ms).toPrecision(3)} µs`;
};
const percent = (part: number, whole: number): string =>
  whole > 0 ? `${((100 * part) / whole).toFixed(0)}%` : "-";

export function showProfile({
  name,
  eager,
  compiled,
  speedup,
  breakEven,
}: Omit<Profile, "toString">): string {
  const calls = eager.operations.reduce((n, op) => n + op.calls, 0);
  const pays = Number.isFinite(breakEven)
    ? `compiling pays from call ${breakEven} on: ${time(compiled.compileMs)} against ${time(eager.ms - compiled.ms)} saved per call`
    : "compiling does not pay: the compiled program is no quicker than the eager one";
  return [
    `profile of ${name}, per call`,
    `eager     ${time(eager.ms)}`,
    `  host    ${time(eager.hostMs)} (${percent(eager.hostMs, eager.ms)}): the function itself, tensors, shapes, handlers`,
    `  compute ${time(eager.computeMs)} (${percent(eager.computeMs, eager.ms)}): ${calls} operations`,
    ...operationLines(eager.operations, eager.ms),
    `compiled  ${time(compiled.ms)}, ${speedup.toPrecision(3)} times as fast`,
    ...(compiled.kernels.length > 0 ? indent(String(compiled.kernels)) : []),
    `compile   ${time(compiled.compileMs)}, once`,
    pays,
  ].join("\n");
}

function operationLines(operations: readonly OperationTime[], whole: number): string[] {
  const width = Math.max(0, ...operations.slice(0, SHOWN).map((op) => op.name.length));
  const lines = operations
    .slice(0, SHOWN)
    .map(
      ({ name, calls, ms }) => `${name.padEnd(width)}  ${calls} calls  ${time(ms)} (${percent(ms, whole)})`,
    );
  const rest = operations.slice(SHOWN);
  if (rest.length > 0) lines.push(`${rest.length} more: ${time(rest.reduce((sum, op) => sum + op.ms, 0))}`);
  return indent(lines.join("\n"));
}

const indent = (text: string): string[] => (text === "" ? [] : text.split("\n").map((line) => `    ${line}`));
