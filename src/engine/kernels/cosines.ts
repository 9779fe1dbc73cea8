import type { CancellationToken } from "../../core/base/cancellation.ts";
import { condensedIndex, condensedLength } from "../../core/similarity/condensed.ts";
import type { Kernels } from "./kernels.ts";
import { visitUpperTiles } from "./upperTiles.ts";

/**
 * Cosines of all pairs of rows, condensed: see core/similarity/condensed.ts. Gives way to other work between tiles; rejects
 * with `cancelled`.
 * @param vectors [n, d], row-major, of any length
 * @param hasVector 0 where a row means nothing; its pairs are 0, like those of a row of zeros
 */
export async function cosines(
  kernels: Kernels,
  vectors: Float32Array,
  n: number,
  d: number,
  hasVector: Uint8Array,
  token: CancellationToken,
): Promise<Float32Array> {
  const unit = unitRows(vectors, n, d, hasVector);
  const out = new Float32Array(condensedLength(n));
  const source = { rows: n, dimensions: d, gather: (from: number, to: number) => unit.subarray(from * d, to * d) };
  await visitUpperTiles(kernels, source, token, ({ top, bottom, left, right, scores, stride }) => {
    for (let row = top; row < bottom; row++) {
      const first = Math.max(left, row + 1);
      if (first >= right) continue;
      const start = (row - top) * stride - left;
      out.set(scores.subarray(start + first, start + right), condensedIndex(n, row, first));
    }
  });
  return out;
}

function unitRows(vectors: Float32Array, n: number, d: number, hasVector: Uint8Array): Float32Array {
  const unit = new Float32Array(n * d);
  for (let row = 0; row < n; row++) {
    if (hasVector[row] !== 1) continue;
    let sum = 0;
    for (let at = row * d; at < (row + 1) * d; at++) sum += vectors[at]! * vectors[at]!;
    const scale = sum > 0 ? 1 / Math.sqrt(sum) : 0;
    for (let at = row * d; at < (row + 1) * d; at++) unit[at] = vectors[at]! * scale;
  }
  return unit;
}
