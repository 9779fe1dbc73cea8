import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";

import { writeKernels } from "../../scripts/kernels.ts";
import { cancellationSource, neverCancelled } from "../../src/core/base/cancellation.ts";
import { createVectorMatrix } from "../../src/engine/kernels/floatMatrix.ts";
import { createKernels } from "../../src/engine/kernels/kernels.ts";
import { BLOCK_ROWS } from "../../src/engine/kernels/rowBlocks.ts";
import type { VectorMatrix } from "../../src/engine/kernels/vectorMatrix.ts";
import { errorData } from "../../src/protocol/errors.ts";
import { assertSame, dot, folder, kernels, plainTopK, range, TOLERANCE, unitRows } from "./kernelsReference.ts";

function matrixOf(ids: Int32Array, rows: Float32Array, d: number): VectorMatrix {
  const matrix = createVectorMatrix(kernels, d);
  matrix.append(ids, rows);
  return matrix;
}

describe("vectors in memory", () => {
  const d = 48;

  test("the best are those of a plain loop, over several blocks, grown bit by bit, with gaps between ids", async () => {
    const n = 2 * BLOCK_ROWS + 777;
    const rows = unitRows(n, d, 1);
    const ids = range(n, 5, 3);
    const matrix = createVectorMatrix(kernels, d);
    for (let from = 0; from < n; from += 1000)
      matrix.append(ids.subarray(from, from + 1000), rows.subarray(from * d, (from + 1000) * d));
    assert.equal(matrix.rows, n);
    for (const row of [0, BLOCK_ROWS - 1, BLOCK_ROWS, n - 1]) {
      const query = rows.slice(row * d, (row + 1) * d);
      assertSame(await matrix.topK(query, 10), plainTopK(ids, rows, query, 10));
      assert.deepEqual(matrix.vector(ids[row]!), query);
    }
    assert.equal(matrix.has(6), false);
    assert.equal(matrix.vector(6), undefined);
    assert.equal(matrix.vector(1e9), undefined);
  });

  test("rows that were announced get no more room than they need, and are found like others; more may come", async () => {
    const n = BLOCK_ROWS + 5000;
    const rows = unitRows(n + 100, d, 11);
    const ids = range(n + 100);
    const before = process.memoryUsage().arrayBuffers;
    const matrix = createVectorMatrix(kernels, d);
    matrix.reserve(n);
    for (let from = 0; from < n; from += 700) {
      const to = Math.min(n, from + 700);
      matrix.append(ids.subarray(from, to), rows.subarray(from * d, to * d));
    }
    const room = process.memoryUsage().arrayBuffers - before;
    assert.ok(room < 1.3 * matrix.bytes, `${room} bytes for ${matrix.bytes}`);
    matrix.append(ids.subarray(n), rows.subarray(n * d));
    for (const row of [0, BLOCK_ROWS, n - 1, n + 99]) {
      const query = rows.slice(row * d, (row + 1) * d);
      assertSame(await matrix.topK(query, 5), plainTopK(ids, rows, query, 5));
    }
  });

  test("only what is let through is found", async () => {
    const n = 500;
    const rows = unitRows(n, d, 2);
    const matrix = matrixOf(range(n), rows, d);
    const accept = Uint8Array.from({ length: n - 100 }, (_, id) => (id % 7 === 0 ? 1 : 0));
    const query = rows.slice(0, d);
    assertSame(
      await matrix.topK(query, 20, accept),
      plainTopK(range(n), rows, query, 20, (id) => accept[id] === 1),
    );
    assert.deepEqual(await matrix.topK(query, 20, new Uint8Array(0)), []);
  });

  test("of equal rows the one with the lower id comes first, wherever they lie", async () => {
    for (const { n, wide, threads } of [
      { n: 3003, wide: 100, threads: 1 },
      { n: 3003, wide: 384, threads: 2 },
      { n: 1030, wide: 384, threads: 1 },
      { n: BLOCK_ROWS + 3, wide: 256, threads: 3 },
    ]) {
      const rows = unitRows(n, wide, n);
      const copies = [1, 17, 18, 19, 500, 1023, 1024, 1025, n - 4, n - 3, n - 2, n - 1];
      for (const row of copies) rows.copyWithin(row * wide, 0, wide);
      const ids = range(n).reverse();
      const matrix = createVectorMatrix(createKernels(folder, threads), wide);
      matrix.append(ids, rows);
      const equal = [0, ...copies].map((row) => ids[row]!).sort((a, b) => a - b);
      const accept = new Uint8Array(n);
      for (const id of equal) accept[id] = 1;
      for (const query of [rows.slice(0, wide), unitRows(1, wide, 2)]) {
        const scores = new Set((await matrix.topK(query, n, accept)).map(({ score }) => score));
        assert.equal(scores.size, 1, `${n} rows of ${wide}: ${[...scores].join(" ")}`);
        assert.ok([...scores].every((score) => score <= 1 && score >= -1));
      }
      const found = await matrix.topK(rows.slice(0, wide), 5);
      assert.deepEqual(
        found.map(({ id }) => id),
        equal.slice(0, 5),
      );
      // With a few others, so that equal rows lie at the edges of tiles.
      for (let id = 0; id < n; id += Math.ceil(n / 3000)) accept[id] = 1;
      const { neighbours, ids: order } = await matrix.nearest(4, neverCancelled, accept);
      for (const id of equal) {
        const list = order.indexOf(id);
        assert.deepEqual([...neighbours.subarray(list * 4, list * 4 + 4)], equal.filter((other) => other !== id).slice(0, 4));
      }
    }
  });

  test("a row of zeros is known and never found", async () => {
    const rows = unitRows(6, d, 4);
    rows.fill(0, 0, d);
    rows.fill(0, 3 * d, 5 * d);
    const matrix = matrixOf(range(6), rows, d);
    assert.equal(matrix.rows, 3);
    assert.ok(range(6).every((id) => matrix.has(id)));
    assert.equal(matrix.vector(3), undefined);
    assert.deepEqual(matrix.vector(5), rows.slice(5 * d));
    const found = await matrix.topK(rows.slice(5 * d), 6);
    assert.deepEqual(found.map(({ id }) => id).sort(), [1, 2, 5]);
    assert.deepEqual([...(await matrix.nearest(2, neverCancelled)).ids], [1, 2, 5]);
    // A query that is all zeros is as near to everything.
    assert.deepEqual(await matrix.topK(new Float32Array(d), 2), [
      { id: 1, score: 0 },
      { id: 2, score: 0 },
    ]);
  });

  test("an id is added once", () => {
    const matrix = matrixOf(range(2), unitRows(2, d, 5), d);
    assert.throws(() => {
      matrix.append(range(1), unitRows(1, d, 6));
    }, RangeError);
  });

  test("nearest rows are those of a plain loop, all or among some", async () => {
    const n = 2300;
    const k = 7;
    const rows = unitRows(n, d, 7);
    const ids = range(n, 2, 2);
    const matrix = matrixOf(ids, rows, d);
    const some = Uint8Array.from({ length: 2 * n + 2 }, (_, id) => (id % 6 === 0 ? 1 : 0));
    for (const accept of [undefined, some]) {
      const result = await matrix.nearest(k, neverCancelled, accept);
      assert.deepEqual(result.ids, accept === undefined ? ids : ids.filter((id) => accept[id] === 1));
      for (let list = 0; list < result.ids.length; list += 97) {
        const id = result.ids[list]!;
        const query = matrix.vector(id)!;
        const found = Array.from({ length: k }, (_, at) => ({
          id: result.neighbours[list * k + at]!,
          score: result.scores[list * k + at]!,
        }));
        assertSame(
          found,
          plainTopK(ids, rows, query, k, (other) => other !== id && (accept === undefined || accept[other] === 1)),
        );
      }
    }
  });

  test("asking for more than there is", async () => {
    const rows = unitRows(3, d, 8);
    const matrix = matrixOf(range(3), rows, d);
    assert.equal((await matrix.topK(rows.slice(0, d), 10)).length, 3);
    const { neighbours, scores } = await matrix.nearest(4, neverCancelled);
    assert.deepEqual([...neighbours.subarray(2, 4), ...scores.subarray(2, 4)], [-1, -1, 0, 0]);
    const empty = createVectorMatrix(kernels, d);
    assert.deepEqual(await empty.topK(rows.slice(0, d), 3), []);
    assert.equal((await empty.nearest(3, neverCancelled)).ids.length, 0);
    assert.equal(empty.randomCosines(5, 1).length, 0);
  });

  test("what is appended during a search does not disturb it", async () => {
    const rows = unitRows(1500, d, 9);
    const matrix = matrixOf(range(100), rows.subarray(0, 100 * d), d);
    const searching = matrix.topK(rows.slice(0, d), 5);
    matrix.append(range(1400, 100), rows.subarray(100 * d));
    assertSame(await searching, plainTopK(range(100), rows, rows.slice(0, d), 5));
  });

  test("cancelling ends the search for nearest rows", async () => {
    const matrix = matrixOf(range(5000), unitRows(5000, d, 10), d);
    const source = cancellationSource();
    const searching = matrix.nearest(5, source.token);
    setTimeout(() => {
      source.cancel();
    }, 1);
    await assert.rejects(searching, (error) => errorData(error).code === "cancelled");
  });

  test("random cosines are of different rows that are let through, the same for the same seed", () => {
    const n = 50;
    const rows = unitRows(n, d, 11);
    const matrix = matrixOf(range(n), rows, d);
    const accept = new Uint8Array(n).fill(1, 10, 12);
    const only = dot(rows, 10, rows, 11, d);
    assert.ok(matrix.randomCosines(20, 1, accept).every((cosine) => Math.abs(cosine - only) < TOLERANCE));
    assert.deepEqual(matrix.randomCosines(100, 3), matrix.randomCosines(100, 3));
    assert.notDeepEqual(matrix.randomCosines(100, 3), matrix.randomCosines(100, 4));
    assert.ok(matrix.randomCosines(1000, 5).every((cosine) => cosine < 1 - TOLERANCE));
  });

  test("memory is hardly more than the vectors", () => {
    const n = 100_000;
    const wide = 384;
    const batch = 1000;
    const vectors = new Float32Array(batch * wide).fill(0.05);
    const matrix = createVectorMatrix(kernels, wide);
    const before = process.memoryUsage.rss();
    for (let from = 0; from < n; from += batch) matrix.append(range(batch, from), vectors);
    const held = process.memoryUsage.rss() - before;
    const bare = n * wide * 4;
    assert.ok(matrix.bytes >= bare && matrix.bytes < bare * 1.01, `${matrix.bytes} bytes`);
    // What the first block left behind when it grew may not be collected yet.
    assert.ok(held < bare * 1.1 + BLOCK_ROWS * wide * 4, `${held} bytes of resident memory`);
  });
});

test("the graphs are the same bytes each time; one that is missing is an error that names it", async () => {
  const again = fs.mkdtempSync(path.join(folder, "again-"));
  writeKernels(again);
  for (const name of fs.readdirSync(again))
    assert.deepEqual(fs.readFileSync(path.join(again, name)), fs.readFileSync(path.join(folder, name)));
  fs.rmSync(path.join(again, "scores.onnx"));
  const matrix = createVectorMatrix(createKernels(again, 1), 2);
  matrix.append(range(1), Float32Array.of(1, 0));
  await assert.rejects(matrix.topK(Float32Array.of(1, 0), 1), (error) => {
    const { code, message } = errorData(error);
    return code === "unreadable" && message.includes("scores.onnx");
  });
});
