/** How far a cosine is on the way from what random pairs have (their median) to equality: 0 = unrelated, 1 = the same. */
export const closeness = (cosine: number, median: number): number =>
  median >= 1 ? 0 : Math.max(0, Math.min(1, (cosine - median) / (1 - median)));
