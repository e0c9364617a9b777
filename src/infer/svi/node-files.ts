// The name of a method in; Node's file functions, or an error that says what to use elsewhere, out.

export function nodeFiles(method: string, instead: string) {
  const builtin = typeof process === "undefined" ? undefined : process.getBuiltinModule;
  if (builtin) return builtin("node:fs");
  throw new Error(
    `${method} writes files, which needs Node; use ${instead} here and keep the JSON yourself.`,
  );
}
