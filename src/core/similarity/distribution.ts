import { condensedIndex } from "./condensed.ts";

/** All cosines of one encoder that mean something, and what follows from them. */
export interface Distribution {
  /** Ascending. */
  readonly sorted: Float32Array;
  readonly min: number;
  readonly max: number;
  /** Share of pairs, 0 … 1, that are less similar; pairs just as similar count half. */
  readonly percentile: (value: number) => number;
  /** How many pairs fall into each of `bins` equal parts of min … max. */
  readonly histogram: (bins: number) => Uint32Array;
}

export function distribution(similarity: Float32Array, n: number, hasVector: Uint8Array): Distribution {
  let sorted: Float32Array;
  if (hasVector.every((has) => has === 1)) sorted = similarity.slice();
  else {
    const values: number[] = [];
    for (let i = 0; i < n; i++)
      for (let j = i + 1; j < n; j++)
        if (hasVector[i] === 1 && hasVector[j] === 1) values.push(similarity[condensedIndex(n, i, j)]!);
    sorted = Float32Array.from(values);
  }
  sorted.sort();
  const min = sorted[0] ?? 0;
  const max = sorted.at(-1) ?? 0;
  return {
    sorted,
    min,
    max,
    percentile: (value) => percentileIn(sorted, value),
    histogram: (bins) => {
      const counts = new Uint32Array(bins);
      const width = max > min ? (max - min) / bins : 1;
      for (const value of sorted) counts[Math.min(bins - 1, Math.floor((value - min) / width))]!++;
      return counts;
    },
  };
}

/** Share (0 … 1) of ascending values that are smaller; values just as large count half. 0 when there are none. */
export const percentileIn = (sorted: Float32Array, value: number): number =>
  sorted.length === 0 ? 0 : (countBelow(sorted, value, false) + countBelow(sorted, value, true)) / (2 * sorted.length);

/** How many values are smaller, or with `inclusive` not larger. */
function countBelow(sorted: Float32Array, value: number, inclusive: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value || (inclusive && sorted[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
