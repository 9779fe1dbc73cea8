import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";

import { agreement } from "../../src/core/measures/agreement.ts";
import { debiasedCka, linearCka, type Rows } from "../../src/core/measures/cka.ts";
import { mutualKnn, mutualKnnChance, nearest } from "../../src/core/measures/mutualKnn.ts";
import { seededRandom } from "../../src/core/base/random.ts";

interface Case {
  readonly name: string;
  readonly n: number;
  readonly d1: number;
  readonly d2: number;
  readonly k: number;
  readonly x: string;
  readonly y: string;
  readonly between: Readonly<Record<string, number>>;
}

const { cases } = JSON.parse(fs.readFileSync(new URL("../golden/data/measures.json", import.meta.url), "utf8")) as {
  cases: Case[];
};
const rows = (base64: string, n: number, d: number): Rows => ({
  n,
  d,
  data: new Float32Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer),
});
const near = (actual: number | null, expected: number): void => {
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-6, `${actual} instead of ${expected}`);
};

for (const { name, n, d1, d2, k, x, y, between } of cases)
  test(`measures are those of the reference: ${name}`, () => {
    const [rx, ry] = [rows(x, n, d1), rows(y, n, d2)];
    near(linearCka(rx, ry), between["linearCka"]!);
    near(debiasedCka(rx, ry), between["debiasedCka"]!);
    near(mutualKnn(nearest(rx, k), nearest(ry, k), n, k), between["mutualKnn"]!);
    near(mutualKnnChance(n, k), between["mutualKnnChance"]!);
  });

test("unrelated sets stay within the chance level, a set agrees with itself, a constant set is undefined", () => {
  const random = seededRandom(3);
  const cloud = (n: number, d: number): Rows => ({ n, d, data: Float32Array.from({ length: n * d }, () => random() - 0.5) });
  const [x, y] = [cloud(60, 40), cloud(60, 50)];
  const unrelated = agreement(x, y, 5);
  assert.ok(Math.abs(unrelated.debiasedCka!.value) < 0.15 && unrelated.debiasedCka!.chance.p95 < 0.15);
  assert.ok(linearCka(x, y)! > 0.3, "the biased measure is high for unrelated sets: that is why it is not shown alone");
  const same = agreement(x, x, 5);
  near(same.debiasedCka!.value, 1);
  assert.equal(same.mutualKnn.value, 1);
  assert.equal(debiasedCka(x, { n: 60, d: 2, data: new Float32Array(120).fill(1) }), null);
  assert.equal(debiasedCka(cloud(3, 2), cloud(3, 2)), null);
});
