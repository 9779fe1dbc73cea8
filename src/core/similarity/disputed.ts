export interface DisputedPair {
  readonly i: number;
  readonly j: number;
  /** Largest difference of percentiles between two encoders, 0 … 1. */
  readonly spread: number;
}

/** Most pairs in which one segment may stand, or one odd segment would fill the list. */
const PER_SEGMENT = 2;

/**
 * The pairs about which encoders differ most, by percentile within each encoder.
 * @param percentiles one function per encoder: percentile of the pair (i, j), or undefined where it has no vector
 */
export function disputedPairs(
  percentiles: readonly ((i: number, j: number) => number | undefined)[],
  n: number,
  count: number,
): DisputedPair[] {
  if (percentiles.length < 2) return [];
  const pairs: DisputedPair[] = [];
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      let low = Infinity;
      let high = -Infinity;
      for (const percentile of percentiles) {
        const value = percentile(i, j);
        if (value === undefined) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      if (high - low > 0) pairs.push({ i, j, spread: high - low });
    }
  pairs.sort((a, b) => b.spread - a.spread || a.i - b.i || a.j - b.j);
  const uses = new Map<number, number>();
  const used = (segment: number): number => uses.get(segment) ?? 0;
  const chosen: DisputedPair[] = [];
  for (const pair of pairs) {
    if (chosen.length === count) break;
    if (used(pair.i) >= PER_SEGMENT || used(pair.j) >= PER_SEGMENT) continue;
    uses.set(pair.i, used(pair.i) + 1);
    uses.set(pair.j, used(pair.j) + 1);
    chosen.push(pair);
  }
  return chosen;
}
