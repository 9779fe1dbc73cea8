/** What one writes without any library: loops in JavaScript, with four sums at once because a single one waits for itself. */

/** Cosines of the first `queries` rows with all, and the k best of each. */
export function plainNearest(vectors: Float32Array, n: number, d: number, k: number, queries: number): Int32Array {
  const found = new Int32Array(queries * k);
  const best = new Float32Array(k);
  for (let query = 0; query < queries; query++) {
    best.fill(-Infinity);
    for (let row = 0; row < n; row++) {
      if (row === query) continue;
      const score = dot(vectors, query * d, row * d, d);
      if (score <= best[k - 1]!) continue;
      let at = k - 1;
      for (; at > 0 && best[at - 1]! < score; at--) {
        best[at] = best[at - 1]!;
        found[query * k + at] = found[query * k + at - 1]!;
      }
      best[at] = score;
      found[query * k + at] = row;
    }
  }
  return found;
}

/** Cosines of every `step`th row with all rows behind it. */
export function plainCosines(vectors: Float32Array, n: number, d: number, step: number): Float32Array {
  const out = new Float32Array(Math.ceil(n / step) * n);
  let at = 0;
  for (let row = Math.floor(step / 2); row < n; row += step)
    for (let other = row + 1; other < n; other++) out[at++] = dot(vectors, row * d, other * d, d);
  return out;
}

function dot(x: Float32Array, a: number, b: number, d: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let k = 0; k < d; k += 4) {
    s0 += x[a + k]! * x[b + k]!;
    s1 += x[a + k + 1]! * x[b + k + 1]!;
    s2 += x[a + k + 2]! * x[b + k + 2]!;
    s3 += x[a + k + 3]! * x[b + k + 3]!;
  }
  return s0 + s1 + s2 + s3;
}
