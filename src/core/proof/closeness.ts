import type { Rows } from "../measures/cka.ts";
import { mutualKnn, nearest } from "../measures/mutualKnn.ts";
import { mean } from "./retrieval.ts";

/** How close vectors of the same texts come to others. */
export interface Closeness {
  readonly meanCosine: number;
  readonly leastCosine: number;
  /** Share of the nearest neighbours of each text that both sides name. */
  readonly overlap: number;
}

/** Neighbours that are compared, where there are enough texts. */
export const OVERLAP_NEIGHBOURS = 10;

/** How close `rows` come to `expected`, row by row; all are of one length, none needs to be normalised, none may be zero. */
export function closeness(rows: readonly Float32Array[], expected: readonly Float32Array[], k = OVERLAP_NEIGHBOURS): Closeness {
  const n = rows.length;
  const cosines = rows.map((row, at) => cosine(row, expected[at]!));
  const neighbours = Math.min(k, n - 1);
  return {
    meanCosine: mean(cosines),
    leastCosine: Math.min(...cosines),
    overlap: mutualKnn(nearest(packed(rows), neighbours), nearest(packed(expected), neighbours), n, neighbours),
  };
}

function packed(rows: readonly Float32Array[]): Rows {
  const d = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * d);
  rows.forEach((row, at) => {
    data.set(row, at * d);
  });
  return { n: rows.length, d, data };
}

/** Summed in double precision. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let d = 0; d < a.length; d++) {
    ab += a[d]! * b[d]!;
    aa += a[d]! * a[d]!;
    bb += b[d]! * b[d]!;
  }
  return ab / Math.sqrt(aa * bb);
}
