import type { CancellationToken } from "../../core/base/cancellation.ts";
import { bestLists, offer, type BestLists } from "./bestLists.ts";
import type { Kernels } from "./kernels.ts";
import { visitUpperTiles, type RowSource, type Tile } from "./upperTiles.ts";

/** For every row of `source` its k nearest others, as ids. @param ids of the rows */
export async function nearestRows(
  kernels: Kernels,
  source: RowSource,
  ids: Int32Array,
  k: number,
  token: CancellationToken,
): Promise<BestLists> {
  const lists = bestLists(source.rows, k);
  if (k > 0)
    await visitUpperTiles(kernels, source, token, (tile) => {
      select(lists, ids, tile);
    });
  return lists;
}

/** A tile's scores serve its rows, and by symmetry its columns. */
function select(lists: BestLists, ids: Int32Array, { top, bottom, left, right, scores, stride }: Tile): void {
  const { k } = lists;
  const columns = right - left;
  const lowest = (row: number): number => lists.scores[row * k + k - 1]!;
  const columnLowest = Float32Array.from({ length: columns }, (_, column) => lowest(left + column));
  for (let row = top; row < bottom; row++) {
    let rowLowest = lowest(row);
    const start = (row - top) * stride;
    // On the diagonal's tile only what is right of the diagonal.
    for (let column = Math.max(0, row + 1 - left); column < columns; column++) {
      const score = scores[start + column]!;
      if (score >= rowLowest) {
        offer(lists, row, score, ids[left + column]!);
        rowLowest = lowest(row);
      }
      if (score >= columnLowest[column]!) {
        offer(lists, left + column, score, ids[row]!);
        columnLowest[column] = lowest(left + column);
      }
    }
  }
}
