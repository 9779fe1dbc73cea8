import { seededRandom } from "../../core/base/random.ts";

/** Cosines of random pairs of different rows; empty where there are no two. @param vectorOf unit length */
export function randomCosines(
  rows: Int32Array,
  vectorOf: (row: number) => Float32Array,
  pairs: number,
  seed: number,
): Float32Array {
  if (rows.length < 2) return new Float32Array(0);
  const random = seededRandom(seed);
  return Float32Array.from({ length: pairs }, () => {
    const a = Math.floor(random() * rows.length);
    // One of the others: all but a, moved up from a on.
    const other = Math.floor(random() * (rows.length - 1));
    const b = other < a ? other : other + 1;
    return cosine(vectorOf(rows[a]!), vectorOf(rows[b]!));
  });
}

/** Of vectors of unit length, in double precision. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return Math.max(-1, Math.min(1, sum));
}
