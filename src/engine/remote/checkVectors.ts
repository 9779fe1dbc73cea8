import { norm } from "../../core/encoders/pooling.ts";
import { dot } from "../../core/similarity/cosine.ts";
import { remoteWrong } from "../../protocol/remoteErrors.ts";

/** Wider vectors than any encoder gives. */
const MAX_WIDTH = 65_536;

/**
 * What a server sent, as [rows, width] in single precision. Throws `remoteWrong` unless all rows are of one width, that which
 * is expected if any, and of finite numbers that are not all zero.
 */
export function checkedVectors(rows: readonly (readonly number[])[], width: number | undefined, host: string): Float32Array {
  const wanted = width ?? rows[0]?.length ?? 0;
  if (wanted < 1 || wanted > MAX_WIDTH) throw remoteWrong(host, `a vector of it has ${wanted} numbers`);
  const vectors = new Float32Array(rows.length * wanted);
  for (const [at, row] of rows.entries()) {
    if (row.length !== wanted) throw remoteWrong(host, `a vector of it has ${row.length} numbers instead of ${wanted}`);
    vectors.set(row, at * wanted);
    const size = norm(vectors.subarray(at * wanted, (at + 1) * wanted));
    if (!Number.isFinite(size)) throw remoteWrong(host, "a vector of it holds what is no number");
    if (size === 0) throw remoteWrong(host, "a vector of it is all zeros");
  }
  return vectors;
}

/** Cosine of two vectors that have a direction; 0 where their widths differ. */
export const likeness = (a: Float32Array, b: Float32Array): number =>
  a.length === b.length ? dot(a, b) / (norm(a) * norm(b)) : 0;
