import assert from "node:assert/strict";
import { test } from "node:test";

import { bestOf, promptChoices, verdicts, waysToTry } from "../../src/core/proof/misconfiguration.ts";

test("prompts that are tried begin with those configured, and none is tried twice", () => {
  const e5 = { prompts: { query: "query: ", passage: "passage: " }, defaultPrompt: "query" };
  const told = (choices: ReturnType<typeof promptChoices>) =>
    choices.map(({ query, document, setting }) => [query, document, setting]);
  assert.deepEqual(told(promptChoices(e5, {})), [
    ["query: ", "passage: ", undefined],
    ["", "", "none"],
    ["query: ", "query: ", "query"],
  ]);
  assert.deepEqual(told(promptChoices(e5, { prompt: "none" }))[0], ["", "", "none"]);
  assert.deepEqual(told(promptChoices({ prompts: {} }, {})), [
    ["", "", undefined],
    ["query: ", "passage: ", null],
  ]);
  const ways = waysToTry(
    { pooling: "cls", normalize: true, prompts: promptChoices({ prompts: {} }, {})[0]! },
    ["mean", "cls", "last"],
    promptChoices({ prompts: {} }, {}),
  );
  assert.equal(ways.length, 12);
  assert.equal(new Set(ways.map(({ pooling, normalize, prompts }) => `${pooling} ${normalize} ${prompts.query}`)).size, 12);
});

test("only what is better by more than luck and by enough is called better, the best of it best", () => {
  const configured = Float64Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? 0.5 : 1));
  const better = configured.map((value, at) => (at % 3 === 0 ? 1 : value));
  const best = configured.map(() => 1);
  const noise = configured.map((value, at) => value + (at % 2 === 0 ? 0.25 : -0.25));
  const tiny = configured.map((value) => value + 0.001);
  const all = verdicts([configured, noise, better, best, tiny]);
  assert.deepEqual(
    all.map((verdict) => verdict?.better ?? null),
    [null, false, true, true, false],
  );
  assert.ok(all[4]!.p < 0.05, "certain, but too little");
  assert.equal(bestOf(all), 3);
  assert.equal(bestOf(verdicts([configured, noise])), undefined);
});
