// The most draws that a run may keep in; the counts of draws at which it is asked whether they suffice out.

const FIRST = 100;

/**
 * 100, 200, ... and from 1,000 on a tenth more each time: looking costs a pass over all draws, so a long run must not look often.
 * The counts depend on nothing else, so that equal seeds stop at equal draws.
 */
export function checkpoints(samples: number): number[] {
  const counts: number[] = [];
  for (let n = FIRST; n < samples; n += Math.max(FIRST, Math.ceil(n / 1000) * FIRST)) counts.push(n);
  return [...counts, samples];
}
