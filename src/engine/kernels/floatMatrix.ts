import { bestLists, offer } from "./bestLists.ts";
import { nearestRows } from "./nearestRows.ts";
import type { Kernels } from "./kernels.ts";
import { randomCosines } from "./randomCosines.ts";
import { BLOCK_ROWS, rowBlocks } from "./rowBlocks.ts";
import { NO_ROW, rowIds } from "./rowIds.ts";
import type { Scored, VectorMatrix } from "./vectorMatrix.ts";

/** Vectors as they are, four bytes a number: search is exact. */
export function createVectorMatrix(kernels: Kernels, dimensions: number): VectorMatrix {
  const vectors = rowBlocks<Float32Array>((length) => new Float32Array(length), dimensions);
  const ids = rowIds();

  const topK = async (query: Float32Array, k: number, accept?: Uint8Array): Promise<readonly Scored[]> => {
    if (query.length !== dimensions) throw new RangeError(`a query of ${query.length} among ${dimensions} dimensions`);
    const best = bestLists(1, k);
    const buffer = new Float32Array(BLOCK_ROWS);
    const idBlocks = ids.blocks();
    for (const [index, rows] of vectors.blocks().entries()) {
      const idsHere = idBlocks[index]!;
      const scores = buffer.subarray(0, idsHere.length);
      await kernels.scores(rows, query, scores);
      let lowest = best.scores[k - 1] ?? Infinity;
      for (let row = 0; row < scores.length; row++) {
        if (!(scores[row]! >= lowest)) continue;
        const id = idsHere[row]!;
        if (accept !== undefined && accept[id] !== 1) continue;
        offer(best, 0, scores[row]!, id);
        lowest = best.scores[k - 1]!;
      }
    }
    return scoredOf(best.ids, best.scores);
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
    append: (added, values) => {
      const add = (from: number, to: number): void => {
        ids.addRows(added.subarray(from, to));
        vectors.append(values.subarray(from * dimensions, to * dimensions));
      };
      let begun = 0;
      for (const [at, id] of added.entries()) {
        if (!isZero(values, at * dimensions, (at + 1) * dimensions)) continue;
        add(begun, at);
        ids.addWithoutRow(id);
        begun = at + 1;
      }
      add(begun, added.length);
    },
    vector: (id) => {
      const row = ids.rowOf(id) ?? NO_ROW;
      return row === NO_ROW ? undefined : vectors.row(row).slice();
    },
    topK,
    nearest: (k, token, accept) => {
      const rows = ids.accepted(accept);
      const source = { dimensions, ids: ids.idsOf(rows), gather: (from: number, to: number) => gather(rows.subarray(from, to)) };
      return nearestRows(kernels, source, k, token);
    },
    randomCosines: (pairs, seed, accept) => randomCosines(ids.accepted(accept), (row) => vectors.row(row), pairs, seed),
  };
}

/** Without the places that were not filled. */
export function scoredOf(ids: Int32Array, scores: Float32Array): Scored[] {
  const found: Scored[] = [];
  for (const [at, id] of ids.entries()) if (id >= 0) found.push({ id, score: scores[at]! });
  return found;
}

export function isZero(values: Float32Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (values[at] !== 0) return false;
  return true;
}
