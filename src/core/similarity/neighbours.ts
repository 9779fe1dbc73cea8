import { condensedIndex } from "./condensed.ts";

export interface Neighbour {
  readonly index: number;
  readonly score: number;
}

/** The k most similar items to item i, best first; ties by lower index. The item itself and items without vector are left out. */
export function neighboursOf(similarity: Float32Array, n: number, i: number, k: number, hasVector: Uint8Array): Neighbour[] {
  if (hasVector[i] !== 1) return [];
  const all: Neighbour[] = [];
  for (let j = 0; j < n; j++)
    if (j !== i && hasVector[j] === 1) all.push({ index: j, score: similarity[condensedIndex(n, i, j)]! });
  return all.sort((a, b) => b.score - a.score || a.index - b.index).slice(0, k);
}
