import type { Rows } from "../measures/cka.ts";

/** How well vectors find what belongs together. */
export interface Retrieval {
  /** Mean reciprocal rank, 0 … 1. */
  readonly mrr: number;
  /** Share of pairs whose right partner comes first. */
  readonly recallAt1: number;
}

/**
 * For each pair the reciprocal of the rank of its right partner among all, by dot product of rows [n, d]: 1 for the first place, 1/2 for the
 * second … (mean reciprocal rank: Voorhees 1999, TREC-8). Both ways, question to answer and answer to question, averaged
 * per pair. Others with the same score come before the right one: vectors that are all alike win nothing by it.
 */
export function reciprocalRanks(a: Rows, b: Rows): Float64Array {
  const { there, back } = ranks(a, b);
  return Float64Array.from(there, (rank, pair) => (1 / rank + 1 / back[pair]!) / 2);
}

/** Of both ways. */
export function retrieval(a: Rows, b: Rows): Retrieval {
  const { there, back } = ranks(a, b);
  const all = [...there, ...back];
  return { mrr: mean(all.map((rank) => 1 / rank)), recallAt1: mean(all.map((rank) => (rank === 1 ? 1 : 0))) };
}

export const mean = (values: Iterable<number>): number => {
  let [sum, count] = [0, 0];
  for (const value of values) [sum, count] = [sum + value, count + 1];
  return count === 0 ? NaN : sum / count;
};

function ranks(a: Rows, b: Rows): { readonly there: Uint32Array; readonly back: Uint32Array } {
  const { n, d } = a;
  const scores = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let c = 0; c < d; c++) sum += a.data[i * d + c]! * b.data[j * d + c]!;
      scores[i * n + j] = sum;
    }
  const there = new Uint32Array(n).fill(1);
  const back = new Uint32Array(n).fill(1);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      if (i === j) continue;
      const score = scores[i * n + j]!;
      if (!(score < scores[i * n + i]!)) there[i]!++;
      if (!(score < scores[j * n + j]!)) back[j]!++;
    }
  return { there, back };
}
