import { setImmediate } from "node:timers/promises";

import type { CancellationToken } from "../../core/base/cancellation.ts";
import { cancelled } from "../../protocol/errors.ts";
import { bestLists, offer, type BestLists } from "./bestLists.ts";
import type { Kernels } from "./kernels.ts";
import type { NearestRows } from "./vectorMatrix.ts";

/** The rows among which neighbours are looked for. */
export interface RowSource {
  readonly dimensions: number;
  readonly ids: Int32Array;
  /** Unit vectors of the rows [from, to) of `ids`, [to - from, dimensions]; may be a view. */
  gather(from: number, to: number): Float32Array;
}

/** Rows of a tile: its 1024² scores stay in the cache between product and selection, and both take some milliseconds. */
const TILE = 1024;

/** For every row its k nearest others. A tile above the diagonal serves its rows and its columns: half the products. */
export async function nearestRows(
  kernels: Kernels,
  source: RowSource,
  k: number,
  token: CancellationToken,
): Promise<NearestRows> {
  const { ids, dimensions } = source;
  const n = ids.length;
  const lists = bestLists(n, k);
  const buffer = new Float32Array(Math.min(TILE, n) ** 2);
  for (let top = 0; top < n && k > 0; top += TILE) {
    const bottom = Math.min(n, top + TILE);
    const queries = source.gather(top, bottom);
    for (let left = top; left < n; left += TILE) {
      await setImmediate();
      if (token.isCancellationRequested) throw cancelled();
      const right = Math.min(n, left + TILE);
      const rows = left === top ? queries : source.gather(left, right);
      const scores = buffer.subarray(0, (bottom - top) * (right - left));
      await kernels.products(queries, rows, dimensions, scores);
      select(lists, ids, scores, { top, bottom, left, right });
    }
  }
  return {
    ids,
    k,
    neighbours: lists.ids,
    scores: lists.scores.map((score) => (score === -Infinity ? 0 : score)),
  };
}

interface Tile {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

function select(lists: BestLists, ids: Int32Array, scores: Float32Array, { top, bottom, left, right }: Tile): void {
  const { k } = lists;
  const columns = right - left;
  const lowest = (row: number): number => lists.scores[row * k + k - 1]!;
  const columnLowest = Float32Array.from({ length: columns }, (_, column) => lowest(left + column));
  for (let row = top; row < bottom; row++) {
    let rowLowest = lowest(row);
    const id = ids[row]!;
    const start = (row - top) * columns;
    // On the diagonal's tile only what is right of the diagonal.
    for (let column = Math.max(0, row + 1 - left); column < columns; column++) {
      const score = scores[start + column]!;
      if (score >= rowLowest) {
        offer(lists, row, score, ids[left + column]!);
        rowLowest = lowest(row);
      }
      if (score >= columnLowest[column]!) {
        offer(lists, left + column, score, id);
        columnLowest[column] = lowest(left + column);
      }
    }
  }
}
