// A function of objects in; the same function, which computes its answer for each object once, out.

export function kept<K extends object, V>(answer: (of: K) => V): (of: K) => V {
  const answers = new Map<K, V>();
  return (of) => {
    let known = answers.get(of);
    if (known === undefined) answers.set(of, (known = answer(of)));
    return known;
  };
}
