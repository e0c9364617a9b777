// The structure of a result in; a function from leaves to the result out: `unflatten` with its plan made once.
import type { TreeDef } from "../tensor/pytree.js";

type Build = (leaves: readonly unknown[]) => unknown;

export function rebuilder(def: TreeDef): Build {
  let next = 0;
  const plan = (d: TreeDef): Build => {
    switch (d.kind) {
      case "leaf": {
        const at = next++;
        return (leaves) => leaves[at];
      }
      case "static":
        return () => d.value;
      case "array": {
        const items = d.items.map(plan);
        return (leaves) => items.map((item) => item(leaves));
      }
      case "object": {
        // Leaves are numbered in the order of `items`; the result's keys come in the order of `keys`.
        const byKey = new Map([...d.items].map(([key, item]) => [key, plan(item)]));
        const fields = d.keys.map((key): readonly [string, Build] => [key, byKey.get(key)!]);
        // Assigning to this one key would set the prototype; fromEntries defines a field.
        if (d.keys.includes("__proto__"))
          return (leaves) => Object.fromEntries(fields.map(([key, item]) => [key, item(leaves)]));
        return (leaves) => {
          const built: Record<string, unknown> = {};
          for (const [key, item] of fields) built[key] = item(leaves);
          return built;
        };
      }
    }
  };
  return plan(def);
}
