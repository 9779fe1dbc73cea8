import { condensedLength } from "./condensed.ts";

/** Rows of one step: long enough to be worth it, short enough that an event loop may run in between. */
const ROWS_PER_STEP = 64;

/**
 * Cosines of all pairs of rows, condensed. A generator that yields between blocks of rows, so that the caller may give way.
 * @param vectors [n, d], row-major, of any length
 * @param hasVector 0 where a row means nothing; its pairs are 0
 */
export function* condensedCosine(
  vectors: Float32Array,
  n: number,
  d: number,
  hasVector: Uint8Array,
): Generator<void, Float32Array> {
  const unit = new Float32Array(n * d);
  for (let row = 0; row < n; row++) {
    if (hasVector[row] !== 1) continue;
    let sum = 0;
    for (let at = row * d; at < (row + 1) * d; at++) sum += vectors[at]! * vectors[at]!;
    const scale = sum > 0 ? 1 / Math.sqrt(sum) : 0;
    for (let at = row * d; at < (row + 1) * d; at++) unit[at] = vectors[at]! * scale;
  }
  const out = new Float32Array(condensedLength(n));
  for (let i = 0, at = 0; i < n; i++) {
    if (i > 0 && i % ROWS_PER_STEP === 0) yield;
    for (let j = i + 1; j < n; j++, at++) out[at] = Math.max(-1, Math.min(1, dotAt(unit, i * d, unit, j * d, d)));
  }
  return out;
}

/** Product of two vectors of one length. */
export const dot = (x: Float32Array, y: Float32Array): number => dotAt(x, 0, y, 0, x.length);

/** Product of `d` numbers of x from `a` with those of y from `b`. Four sums at once: a single one would wait for itself. */
function dotAt(x: Float32Array, a: number, y: Float32Array, b: number, d: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 4 <= d; k += 4) {
    s0 += x[a + k]! * y[b + k]!;
    s1 += x[a + k + 1]! * y[b + k + 1]!;
    s2 += x[a + k + 2]! * y[b + k + 2]!;
    s3 += x[a + k + 3]! * y[b + k + 3]!;
  }
  for (; k < d; k++) s0 += x[a + k]! * y[b + k]!;
  return s0 + s1 + (s2 + s3);
}
