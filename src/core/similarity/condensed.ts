/**
 * A symmetric n × n matrix without its diagonal, as the n(n-1)/2 entries i < j, row by row:
 * (0,1) (0,2) … (0,n-1) (1,2) … — the layout of scipy.spatial.distance.pdist.
 */

/** Entries of a condensed matrix of `n` items. */
export const condensedLength = (n: number): number => (n * (n - 1)) / 2;

/** Place of the pair (i, j), i ≠ j, in a condensed matrix of `n` items. */
export const condensedIndex = (n: number, i: number, j: number): number => {
  const low = Math.min(i, j);
  const high = Math.max(i, j);
  return low * n - (low * (low + 1)) / 2 + high - low - 1;
};
