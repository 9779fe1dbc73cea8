import assert from "node:assert/strict";
import { test } from "node:test";

import { freshPolicy, MAX_DEATHS, WINDOW_MS } from "../../src/process/restartPolicy.ts";

test("waits longer after each death and gives up at the fifth within the window", () => {
  const delays: (number | null)[] = [];
  let policy = freshPolicy();
  for (let death = 0; death < MAX_DEATHS; death++) {
    delays.push(policy.delayMs);
    policy = policy.died(death * 1000);
  }
  assert.deepEqual([...delays, policy.delayMs], [0, 0, 250, 1000, 4000, null]);
});

test("forgives deaths that are longer ago than the window", () => {
  let policy = freshPolicy();
  for (let death = 0; death < 20; death++) policy = policy.died(death * WINDOW_MS);
  assert.equal(policy.delayMs, 0);
});
