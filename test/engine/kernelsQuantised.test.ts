import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { neverCancelled } from "../../src/core/base/cancellation.ts";
import { seededRandom } from "../../src/core/base/random.ts";
import { createQuantisedMatrix } from "../../src/engine/kernels/quantisedMatrix.ts";
import { BLOCK_ROWS } from "../../src/engine/kernels/rowBlocks.ts";
import type { VectorMatrix } from "../../src/engine/kernels/vectorMatrix.ts";
import { assertSame, dot, kernels, normalise, plainTopK, range, TOLERANCE, unitRows } from "./kernelsReference.ts";

const d = 96;
/** Of cosines by bytes: half a step in each of some hundred numbers. */
const COARSE = 0.02;

/** Rows around some hundred centres, which lie around a common one, as an encoder's do. */
function clusteredRows(n: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const spread = (): number => random() + random() + random() - 1.5;
  const common = Array.from({ length: d }, spread);
  const centres = Array.from({ length: 100 }, () => common.map((value) => value + spread()));
  const rows = new Float32Array(n * d);
  for (let row = 0; row < n; row++) {
    const centre = centres[Math.floor(random() * centres.length)]!;
    for (let k = 0; k < d; k++) rows[row * d + k] = centre[k]! + 0.5 * spread();
  }
  normalise(rows, d);
  return rows;
}

interface Read {
  readonly matrix: VectorMatrix;
  /** Ids that were asked for by exact vectors. */
  readonly read: Set<number>;
}

/** @param ids of the rows, ascending by `step` from `first` */
function matrixOf(rows: Float32Array, first = 0, step = 1): Read {
  const read = new Set<number>();
  const matrix = createQuantisedMatrix(kernels, d, (ids) => {
    for (const id of ids) read.add(id);
    const out = new Float32Array(ids.length * d);
    ids.forEach((id, at) => {
      const row = (id - first) / step;
      out.set(rows.subarray(row * d, (row + 1) * d), at * d);
    });
    return Promise.resolve(out);
  });
  const n = rows.length / d;
  for (let from = 0; from < n; from += 3000)
    matrix.append(range(Math.min(3000, n - from), first + from * step, step), rows.subarray(from * d, (from + 3000) * d));
  return { matrix, read };
}

describe("vectors as bytes", () => {
  const n = BLOCK_ROWS + 2000;
  const rows = clusteredRows(n, 1);

  test("of the ten best, 99 % are found, with exact cosines, in a quarter of the memory", async () => {
    const { matrix } = matrixOf(rows, 4, 2);
    assert.ok(matrix.bytes < n * (d + 4 + 4 + 8) * 1.2, `${matrix.bytes} bytes`);
    let hits = 0;
    let wanted = 0;
    for (let row = 0; row < n; row += 509) {
      const query = rows.slice(row * d, (row + 1) * d);
      const expected = plainTopK(range(n, 4, 2), rows, query, 10);
      const found = new Map((await matrix.topK(query, 10)).map(({ id, score }) => [id, score]));
      for (const { id, score } of expected) {
        wanted++;
        const cosine = found.get(id);
        if (cosine === undefined) continue;
        hits++;
        assert.ok(Math.abs(cosine - score) < TOLERANCE);
      }
    }
    assert.ok(hits / wanted >= 0.99, `recall ${hits / wanted}`);
  });

  test("numbers at the ends of their range do not saturate", async () => {
    const extreme = Float32Array.from({ length: 3 * d }, (_, at) => (at < d ? 1 : at < 2 * d ? -1 : at % 2 === 0 ? 1 : -1));
    normalise(extreme, d);
    const { matrix } = matrixOf(extreme);
    for (const row of [0, 1, 2]) {
      const query = extreme.slice(row * d, (row + 1) * d);
      assertSame(await matrix.topK(query, 3), plainTopK(range(3), extreme, query, 3));
    }
  });

  test("only what is let through is found, and read", async () => {
    const { matrix, read } = matrixOf(rows);
    const accept = Uint8Array.from({ length: n }, (_, id) => (id % 5 === 0 ? 1 : 0));
    const query = rows.slice(0, d);
    assertSame(
      await matrix.topK(query, 5, accept),
      plainTopK(range(n), rows, query, 5, (id) => accept[id] === 1),
    );
    assert.ok([...read].every((id) => accept[id] === 1));
  });

  test("nearest rows are those of a plain loop", async () => {
    const few = rows.slice(0, 1500 * d);
    const { matrix } = matrixOf(few);
    const k = 5;
    const accept = Uint8Array.from({ length: 1500 }, (_, id) => (id % 3 === 0 ? 1 : 0));
    const { ids, neighbours, scores } = await matrix.nearest(k, neverCancelled, accept);
    assert.equal(ids.length, 500);
    for (let list = 0; list < ids.length; list += 31) {
      const id = ids[list]!;
      const found = Array.from({ length: k }, (_, at) => ({ id: neighbours[list * k + at]!, score: scores[list * k + at]! }));
      const query = few.slice(id * d, (id + 1) * d);
      assertSame(
        found,
        plainTopK(range(1500), few, query, k, (other) => other !== id && accept[other] === 1),
      );
    }
  });

  test("rows of zeros, equal rows, more than there is", async () => {
    const few = unitRows(6, d, 2);
    few.fill(0, 0, d);
    for (const row of [3, 5]) few.copyWithin(row * d, 4 * d, 5 * d);
    const { matrix } = matrixOf(few);
    assert.equal(matrix.rows, 5);
    assert.ok(matrix.has(0));
    assert.equal(matrix.vector(0), undefined);
    const found = await matrix.topK(few.slice(4 * d, 5 * d), 10);
    assert.equal(found.length, 5);
    assert.deepEqual(
      found.slice(0, 3).map(({ id }) => id),
      [3, 4, 5],
    );
    assert.deepEqual(await matrix.topK(few.slice(4 * d, 5 * d), 0), []);
    const { neighbours, scores } = await matrix.nearest(6, neverCancelled);
    assert.deepEqual([...neighbours.subarray(4, 6), ...scores.subarray(4, 6)], [-1, -1, 0, 0]);
    // A query that is all zeros is as near to everything.
    assert.deepEqual(
      (await matrix.topK(new Float32Array(d), 3)).map(({ id, score }) => [id, score]),
      [1, 2, 3].map((id) => [id, 0]),
    );
  });

  test("a vector read back has unit length and nearly its direction", () => {
    const { matrix } = matrixOf(rows);
    const vector = matrix.vector(17)!;
    assert.ok(Math.abs(dot(vector, 0, vector, 0, d) - 1) < TOLERANCE);
    assert.ok(dot(vector, 0, rows, 17, d) > 1 - COARSE);
    const cosines = matrix.randomCosines(500, 1);
    assert.ok(cosines.every((cosine) => cosine >= -1 && cosine <= 1));
    assert.deepEqual(cosines, matrix.randomCosines(500, 1));
  });
});
