// In: answers of two programs at the same unconstrained points. Out: how far they are apart, and whether that is agreement.

/** Log density (Jacobian included, up to a constant of its own) and gradient at each point. */
export interface Answers {
  lp: number[];
  gradient: number[][];
}

export interface Tolerance {
  /** Bound on |g - g0| / (1 + |g0|), coordinate by coordinate. */
  gradient: number;
  /** The same bound on differences of log density from the first point; constants cancel in them. */
  lp: number;
}

export interface Distance extends Tolerance {
  agrees: boolean;
}

function relative(value: number, reference: number): number {
  if (Object.is(value, reference)) return 0;
  const error = Math.abs(value - reference) / (1 + Math.abs(reference));
  return Number.isNaN(error) ? Infinity : error;
}

/** Largest relative errors of `answers` against `reference`, and whether both are within the tolerance. */
export function distance(answers: Answers, reference: Answers, tolerance: Tolerance): Distance {
  const points = reference.lp.length;
  if (answers.lp.length !== points || answers.gradient.length !== points)
    throw new Error(`distance: ${answers.lp.length} points were answered, the reference has ${points}.`);
  let gradient = 0;
  let lp = 0;
  for (let p = 0; p < points; p++) {
    const a = answers.gradient[p];
    const b = reference.gradient[p];
    if (a.length !== b.length)
      throw new Error(`distance: point ${p} has ${a.length} coordinates, the reference ${b.length}.`);
    b.forEach((g, i) => (gradient = Math.max(gradient, relative(a[i], g))));
    lp = Math.max(lp, relative(answers.lp[p] - answers.lp[0], reference.lp[p] - reference.lp[0]));
  }
  return { gradient, lp, agrees: gradient <= tolerance.gradient && lp <= tolerance.lp };
}
