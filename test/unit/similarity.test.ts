import assert from "node:assert/strict";
import { test } from "node:test";

import { seededRandom } from "../../src/core/base/random.ts";
import { clusteredOrder } from "../../src/core/cluster/clusteredOrder.ts";
import { condensedIndex, condensedLength } from "../../src/core/similarity/condensed.ts";
import { condensedCosine } from "../../src/core/similarity/cosine.ts";
import { disputedPairs } from "../../src/core/similarity/disputed.ts";
import { distribution } from "../../src/core/similarity/distribution.ts";
import { neighboursOf } from "../../src/core/similarity/neighbours.ts";

const run = (vectors: number[][], hasVector = vectors.map(() => 1)): Float32Array => {
  const steps = condensedCosine(
    Float32Array.from(vectors.flat()),
    vectors.length,
    vectors[0]!.length,
    Uint8Array.from(hasVector),
  );
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
};

test("condensed places count up row by row", () => {
  const n = 7;
  let expected = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      assert.equal(condensedIndex(n, i, j), expected);
      assert.equal(condensedIndex(n, j, i), expected++);
    }
  assert.equal(condensedLength(n), expected);
});

test("cosines do not depend on length, and a row without vector means nothing", () => {
  const cosines = run(
    [
      [1, 0],
      [2, 2],
      [0, 5],
      [0, 0],
    ],
    [1, 1, 1, 0],
  );
  const expected = [Math.SQRT1_2, 0, 0, Math.SQRT1_2, 0, 0];
  cosines.forEach((value, at) => {
    assert.ok(Math.abs(value - expected[at]!) < 1e-6);
  });
  assert.deepEqual(
    neighboursOf(cosines, 4, 0, 9, Uint8Array.of(1, 1, 1, 0)).map(({ index }) => index),
    [1, 2],
  );
  assert.deepEqual(neighboursOf(cosines, 4, 3, 9, Uint8Array.of(1, 1, 1, 0)), []);
});

test("ties go to the lower index", () => {
  const cosines = run([
    [1, 0],
    [1, 0],
    [1, 0],
    [1, 0],
  ]);
  assert.deepEqual(
    neighboursOf(cosines, 4, 2, 3, new Uint8Array(4).fill(1)).map(({ index }) => index),
    [0, 1, 3],
  );
});

test("percentiles are mid-ranks, histograms count everything", () => {
  const { percentile, histogram, min, max } = distribution(Float32Array.of(0.2, 0.4, 0.4), 3, new Uint8Array(3).fill(1));
  assert.deepEqual([percentile(0.1), percentile(0.5)], [0, 1]);
  assert.ok(Math.abs(percentile(Math.fround(0.4)) - 2 / 3) < 1e-9);
  assert.deepEqual([...histogram(2)], [1, 2]);
  assert.ok(min < max);
});

test("clustering puts each group side by side, whatever the order it came in", () => {
  const random = seededRandom(11);
  const n = 60;
  const group = Array.from({ length: n }, () => Math.floor(random() * 4));
  const distance = new Float32Array(condensedLength(n));
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) distance[condensedIndex(n, i, j)] = (group[i] === group[j] ? 0 : 1) + random() * 0.1;
  const order = [...clusteredOrder(distance, n)];
  assert.deepEqual(
    order.toSorted((a, b) => a - b),
    Array.from({ length: n }, (_, item) => item),
  );
  const changes = order.slice(1).filter((item, at) => group[item] !== group[order[at]!]).length;
  assert.equal(changes, new Set(group).size - 1);
});

test("disputed pairs come by spread, and no segment fills the list", () => {
  const a = (i: number, j: number): number => (i === 0 ? 1 : 0) * (j / 10);
  const pairs = disputedPairs([a, () => 0], 6, 10);
  assert.deepEqual(
    pairs.map(({ i, j }) => [i, j]),
    [
      [0, 5],
      [0, 4],
    ],
  );
});
