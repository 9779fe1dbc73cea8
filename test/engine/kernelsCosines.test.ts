import assert from "node:assert/strict";
import { test } from "node:test";

import { cancellationSource, neverCancelled } from "../../src/core/base/cancellation.ts";
import { condensedCosine } from "../../src/core/similarity/cosine.ts";
import { cosines } from "../../src/engine/kernels/cosines.ts";
import { errorData } from "../../src/protocol/errors.ts";
import { kernels, TOLERANCE, unitRows } from "./kernelsReference.ts";

const d = 40;

function plain(vectors: Float32Array, n: number, hasVector: Uint8Array): Float32Array {
  const steps = condensedCosine(vectors, n, d, hasVector);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

test("cosines of all pairs are those of the plain loop, in its order, within [-1, 1]", async () => {
  // 768 is a tile's edge.
  for (const n of [0, 1, 2, 300, 767, 768, 769, 1600]) {
    const vectors = unitRows(n, d, n).map((value) => value * 3);
    const hasVector = new Uint8Array(n).fill(1);
    if (n > 10) {
      hasVector[3] = 0;
      vectors.fill(0, 5 * d, 6 * d);
      vectors.copyWithin((n - 1) * d, 0, d);
    }
    const found = await cosines(kernels, vectors, n, d, hasVector, neverCancelled);
    const expected = plain(vectors, n, hasVector);
    assert.equal(found.length, expected.length);
    let worst = 0;
    found.forEach((cosine, at) => {
      worst = Math.max(worst, Math.abs(cosine - expected[at]!));
    });
    // NaN fails this too.
    assert.ok(worst < TOLERANCE, `${worst} with ${n} rows`);
    assert.ok(found.every((cosine) => cosine >= -1 && cosine <= 1));
  }
});

test("cancelling ends it", async () => {
  const n = 5000;
  const source = cancellationSource();
  const computing = cosines(kernels, unitRows(n, d, 1), n, d, new Uint8Array(n).fill(1), source.token);
  setTimeout(() => {
    source.cancel();
  }, 1);
  await assert.rejects(computing, (error) => errorData(error).code === "cancelled");
});
