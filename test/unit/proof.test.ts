import assert from "node:assert/strict";
import { test } from "node:test";

import { atLeast, atMost, isPassed } from "../../src/core/proof/check.ts";
import { closeness } from "../../src/core/proof/closeness.ts";
import { reciprocalRanks, retrieval } from "../../src/core/proof/retrieval.ts";
import { words } from "../../src/core/proof/testTexts.ts";

const rows = (...vectors: readonly (readonly number[])[]) => ({
  n: vectors.length,
  d: vectors[0]!.length,
  data: Float32Array.from(vectors.flat()),
});

test("ranks are counted both ways, and equal scores stand before the right one", () => {
  const queries = rows([1, 0], [0, 1], [1, 1]);
  const documents = rows([1, 0], [2, 1], [0, 3]);
  // Scores, queries down: 1 2 0 / 0 1 3 / 1 3 3. There: 2, 2, 2 (a tie). Back, by columns: 1 0 1 → 2; 2 1 3 → 3; 0 3 3 → 2.
  assert.deepEqual([...reciprocalRanks(queries, documents)], [1 / 2, (1 / 2 + 1 / 3) / 2, 1 / 2]);
  assert.deepEqual(retrieval(queries, documents), { mrr: (5 / 2 + 1 / 3) / 6, recallAt1: 0 });
  const alike = rows([1, 1], [1, 1], [1, 1], [1, 1]);
  assert.deepEqual([...reciprocalRanks(alike, alike)], [1 / 4, 1 / 4, 1 / 4, 1 / 4]);
});

test("closeness is 1 for the same vectors at any length, and counts neighbours that changed", () => {
  const one = [
    [1, 0],
    [0.9, 0.1],
    [0, 1],
    [0.1, 0.9],
  ].map((vector) => Float32Array.from(vector));
  const same = closeness(
    one.map((vector) => vector.map((value) => 2 * value)),
    one,
    1,
  );
  assert.ok(Math.abs(same.meanCosine - 1) < 1e-12 && Math.abs(same.leastCosine - 1) < 1e-12);
  assert.equal(same.overlap, 1);
  const swapped = closeness([one[0]!, one[3]!, one[2]!, one[1]!], one, 1);
  assert.equal(swapped.overlap, 0);
  assert.ok(Math.abs(swapped.leastCosine - 0.18 / 0.82) < 1e-6);
});

test("a check passes on its side of the bound, and what is no number fails", () => {
  const texts = { said: "", todo: "do" };
  assert.deepEqual(
    [
      atMost("batch", 1, 1, texts),
      atMost("batch", 2, 1, texts),
      atLeast("publisher", 2, 1, texts),
      atMost("batch", NaN, 1, texts),
    ].map(({ outcome, todo }) => [outcome, todo]),
    [
      ["pass", undefined],
      ["fail", "do"],
      ["pass", undefined],
      ["fail", "do"],
    ],
  );
  assert.equal(isPassed([{ name: "prompt", outcome: "notApplicable", said: "" }]), true);
});

test("a text of common words has as many as were asked for", () => {
  assert.equal(words(40).split(" ").length, 40);
});
