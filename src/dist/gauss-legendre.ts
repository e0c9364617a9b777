// Gauss and Legendre's rule of 16 nodes on [-1, 1] (DLMF 3.5), which integrates polynomials up to degree 31 exactly.
/** Pairs of a node and its weight. */
const upper: readonly (readonly [number, number])[] = [
  [0.0950125098376374, 0.1894506104550685],
  [0.2816035507792589, 0.18260341504492358],
  [0.45801677765722737, 0.16915651939500254],
  [0.6178762444026438, 0.14959598881657674],
  [0.755404408355003, 0.12462897125553388],
  [0.8656312023878318, 0.09515851168249279],
  [0.9445750230732326, 0.062253523938647894],
  [0.9894009349916499, 0.0271524594117541],
];

/** All nodes, in increasing order, each with its weight. */
export const RULE: readonly (readonly [number, number])[] = [
  ...upper.map(([x, w]) => [-x, w] as const).reverse(),
  ...upper,
];
