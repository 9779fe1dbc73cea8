import assert from "node:assert/strict";
import { test } from "node:test";

import { bootstrapInterval, holm, signFlipTest } from "../../src/core/proof/pairedTest.ts";

test("the paired test counts the flips that reach what was seen", () => {
  const near = (value: number, exact: number): void => {
    assert.ok(Math.abs(value - exact) < 0.015, `${value} is not ${exact}`);
  };
  // All eight flips written out: one of them reaches 6; three reach 3, whatever zeros stand beside.
  near(signFlipTest([1, 2, 3]), 1 / 8);
  near(signFlipTest([3, 1, -1, 0]), 3 / 8);
  near(signFlipTest([-1, -2, -3]), 1);
  assert.equal(signFlipTest([0, 0]), 1);
  // No p value is zero: what was seen is one of the flips.
  assert.equal(signFlipTest(new Array<number>(60).fill(1)), 1 / 10_001);
  assert.equal(signFlipTest([1, 2, 3]), signFlipTest([1, 2, 3]));
});

test("p values are raised as R's p.adjust does by Holm's method", () => {
  const near = (found: readonly number[], expected: readonly number[]): void => {
    found.forEach((value, at) => {
      assert.ok(Math.abs(value - expected[at]!) < 1e-12);
    });
  };
  near(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
  near(holm([0.5, 0.9]), [1, 1]);
  assert.deepEqual(holm([]), []);
});

test("the interval of a mean is that of samples drawn with replacement", () => {
  assert.deepEqual(bootstrapInterval([0.25, 0.25, 0.25]), { low: 0.25, high: 0.25 });
  assert.deepEqual(bootstrapInterval([0, 1]), { low: 0, high: 1 });
  // 100 zeros and ones, half of each: the mean's deviation is 0.05.
  const { low, high } = bootstrapInterval(Array.from({ length: 100 }, (_, at) => at % 2));
  assert.ok(Math.abs(low - 0.402) < 0.015 && Math.abs(high - 0.598) < 0.015, `${low} … ${high}`);
});
