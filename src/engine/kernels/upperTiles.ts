import { setImmediate } from "node:timers/promises";

import type { CancellationToken } from "../../core/base/cancellation.ts";
import { cancelled } from "../../protocol/errors.ts";
import type { Kernels } from "./kernels.ts";

/** Rows of unit length (or zeros) that are multiplied with each other. */
export interface RowSource {
  readonly rows: number;
  readonly dimensions: number;
  /** Rows [from, to) as [to - from, dimensions]; may be a view. */
  gather(from: number, to: number): Float32Array;
}

/** A part of the matrix of all cosines: rows [top, bottom), columns [left, right), left ≥ top. */
export interface Tile {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  /** Row by row, `stride` apart; valid during the visit. */
  readonly scores: Float32Array;
  readonly stride: number;
}

/** Rows of a tile: its scores stay in the cache until they are read, and a product takes some milliseconds (measured). */
const TILE = 768;

/** A product of fewer rows is summed up in another order: equal rows would score differently at the edge. */
const WHOLE_ROWS = 128;

/**
 * Visits the tiles on and above the diagonal: the cosine of (j, i) is that of (i, j), so half the products are enough.
 * Gives way to other work between tiles; rejected with `cancelled` when the token says so.
 */
export async function visitUpperTiles(
  kernels: Kernels,
  source: RowSource,
  token: CancellationToken,
  visit: (tile: Tile) => void,
): Promise<void> {
  const { rows: n, dimensions } = source;
  const whole = (count: number): number => Math.ceil(count / WHOLE_ROWS) * WHOLE_ROWS;
  /** With rows of zeros up to a whole number of them. */
  const gather = (from: number, to: number): Float32Array => {
    const gathered = source.gather(from, to);
    if (whole(to - from) === to - from) return gathered;
    const padded = new Float32Array(whole(to - from) * dimensions);
    padded.set(gathered);
    return padded;
  };
  const buffer = new Float32Array(Math.min(TILE, whole(n)) ** 2);
  for (let top = 0; top < n; top += TILE) {
    const bottom = Math.min(n, top + TILE);
    const queries = gather(top, bottom);
    for (let left = top; left < n; left += TILE) {
      await setImmediate();
      if (token.isCancellationRequested) throw cancelled();
      const right = Math.min(n, left + TILE);
      const rows = left === top ? queries : gather(left, right);
      const stride = rows.length / dimensions;
      const scores = buffer.subarray(0, (queries.length / dimensions) * stride);
      await kernels.products(queries, rows, dimensions, scores);
      visit({ top, bottom, left, right, scores, stride });
    }
  }
}
