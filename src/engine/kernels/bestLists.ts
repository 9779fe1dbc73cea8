import type { NearestRows, Scored } from "./vectorMatrix.ts";

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

/** Puts a score into a list where it belongs, or drops it. Callers keep the lowest score at hand: most offers are too low. */
export function offer({ k, scores, ids }: BestLists, list: number, score: number, id: number): void {
  const rounded = Math.fround(score);
  const first = list * k;
  let at = first + k;
  for (; at > first; at--) {
    const above = scores[at - 1]!;
    if (rounded < above || (rounded === above && id > ids[at - 1]!)) break;
    if (at === first + k) continue;
    scores[at] = above;
    ids[at] = ids[at - 1]!;
  }
  if (at === first + k) return;
  scores[at] = rounded;
  ids[at] = id;
}

/** Rounding can carry the product of unit vectors a little past 1; cut off before comparing, it orders nothing that is equal. */
export const clampedCosine = (cosine: number): number => Math.max(-1, Math.min(1, cosine));

/** What stands in the first list. */
export function scoredOf({ k, scores, ids }: BestLists): Scored[] {
  const found: Scored[] = [];
  for (let at = 0; at < k && ids[at]! >= 0; at++) found.push({ id: ids[at]!, score: scores[at]! });
  return found;
}

/** @param ids whose lists they are */
export const nearestOf = (ids: Int32Array, lists: BestLists): NearestRows => ({
  ids,
  k: lists.k,
  neighbours: lists.ids,
  scores: lists.scores.map((score) => (score === -Infinity ? 0 : score)),
});
