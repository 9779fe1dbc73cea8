/** Lists of the k best that were offered to each, best first, ties by lower id: row-major [lists, k]. */
export interface BestLists {
  readonly k: number;
  /** -Infinity where a list is not full. */
  readonly scores: Float32Array;
  /** -1 where a list is not full. */
  readonly ids: Int32Array;
}

export const bestLists = (lists: number, k: number): BestLists => ({
  k,
  scores: new Float32Array(lists * k).fill(-Infinity),
  ids: new Int32Array(lists * k).fill(-1),
});

/**
 * Puts a cosine where it belongs, or drops it. Rounding can carry the product of unit vectors a little past 1; it is cut
 * off before anything is compared, so that rounding does not order what is equal.
 */
export function offer({ k, scores, ids }: BestLists, list: number, cosine: number, id: number): void {
  const score = Math.fround(Math.max(-1, Math.min(1, cosine)));
  const first = list * k;
  let at = first + k;
  while (at > first && (score > scores[at - 1]! || (score === scores[at - 1] && id < ids[at - 1]!))) {
    at--;
    if (at + 1 < first + k) {
      scores[at + 1] = scores[at]!;
      ids[at + 1] = ids[at]!;
    }
  }
  if (at === first + k) return;
  scores[at] = score;
  ids[at] = id;
}
