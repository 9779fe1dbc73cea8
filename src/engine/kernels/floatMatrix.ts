import { bestLists, clampedCosine, nearestOf, offer, scoredOf } from "./bestLists.ts";
import { nearestRows } from "./nearestRows.ts";
import type { Kernels } from "./kernels.ts";
import { randomCosines } from "./randomCosines.ts";
import { BLOCK_ROWS, rowBlocks } from "./rowBlocks.ts";
import { appendRows, NO_ROW, rowIds } from "./rowIds.ts";
import type { Scored, VectorMatrix } from "./vectorMatrix.ts";

/** A product takes the last rows of an odd number another way, with another rounding: equal rows would score differently. */
const WHOLE_ROWS = 16;

/** Vectors as they are, four bytes a number: search is exact. */
export function createVectorMatrix(kernels: Kernels, dimensions: number): VectorMatrix {
  const vectors = rowBlocks<Float32Array>((length) => new Float32Array(length), dimensions);
  const ids = rowIds();

  const topK = async (query: Float32Array, k: number, accept?: Uint8Array): Promise<readonly Scored[]> => {
    if (query.length !== dimensions) throw new RangeError(`a query of ${query.length} among ${dimensions} dimensions`);
    const best = bestLists(1, k);
    const buffer = new Float32Array(BLOCK_ROWS);
    const idBlocks = ids.blocks();
    for (const [index, rows] of vectors.blocks(WHOLE_ROWS).entries()) {
      const idsHere = idBlocks[index]!;
      const scores = buffer.subarray(0, rows.length / dimensions);
      await kernels.scores(rows, query, scores);
      let lowest = best.scores[k - 1] ?? Infinity;
      for (let row = 0; row < idsHere.length; row++) {
        if (!(scores[row]! >= lowest)) continue;
        const id = idsHere[row]!;
        if (accept !== undefined && accept[id] !== 1) continue;
        offer(best, 0, clampedCosine(scores[row]!), id);
        lowest = best.scores[k - 1]!;
      }
    }
    return scoredOf(best);
  };

  const gather = (rows: Int32Array): Float32Array => {
    const [first, last] = [rows[0]!, rows.at(-1)!];
    const together = last - first === rows.length - 1 ? vectors.view(first, last + 1) : undefined;
    if (together !== undefined) return together;
    const copy = new Float32Array(rows.length * dimensions);
    rows.forEach((row, at) => {
      copy.set(vectors.row(row), at * dimensions);
    });
    return copy;
  };

  return {
    dimensions,
    get rows() {
      return vectors.rows;
    },
    get bytes() {
      return vectors.bytes + ids.bytes;
    },
    has: (id) => ids.rowOf(id) !== undefined,
    reserve: vectors.reserve,
    append: (added, values) => {
      appendRows(ids, dimensions, added, values, vectors.append);
    },
    vector: (id) => {
      const row = ids.rowOf(id) ?? NO_ROW;
      return row === NO_ROW ? undefined : vectors.row(row).slice();
    },
    topK,
    nearest: async (k, token, accept) => {
      const rows = ids.accepted(accept);
      const source = {
        rows: rows.length,
        dimensions,
        gather: (from: number, to: number) => gather(rows.subarray(from, to)),
      };
      const order = ids.idsOf(rows);
      return nearestOf(order, await nearestRows(kernels, source, order, k, token));
    },
    randomCosines: (pairs, seed, accept) => randomCosines(ids.accepted(accept), (row) => vectors.row(row), pairs, seed),
  };
}
