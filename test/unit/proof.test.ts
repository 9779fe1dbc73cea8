import assert from "node:assert/strict";
import { test } from "node:test";

import { atLeast, atMost, isPassed } from "../../src/core/proof/check.ts";
import { closeness } from "../../src/core/proof/closeness.ts";
import { bestOf, promptChoices, verdicts, waysToTry } from "../../src/core/proof/misconfiguration.ts";
import { pairOf } from "../../src/core/proof/minePairs.ts";
import { CODE_PAIRS } from "../../src/core/proof/pairs/codePairs.ts";
import { PROSE_PAIRS } from "../../src/core/proof/pairs/prosePairs.ts";
import { bootstrapInterval, holm, signFlipTest } from "../../src/core/proof/pairedTest.ts";
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

test("comments and code, headings and sections are mined as pairs, and what says too little is not", () => {
  const body = "export function parse(text: string): number {\n  return Number.parseInt(text.trim(), 10);\n}";
  const of = (kind: "function" | "heading" | "code", text: string) => pairOf({ kind, text });
  const pair = ["Reads a whole number out of a text.", body];
  assert.deepEqual(
    of("function", `/**\n * Reads a whole number\n * out of a text.\n *\n * More.\n * @param text any\n */\n${body}`),
    pair,
  );
  assert.deepEqual(of("function", `/** Reads a whole number out of a text. */\n${body}`), pair);
  assert.deepEqual(of("function", `// Reads a whole number\n// out of a text.\n${body}`), pair);
  assert.deepEqual(of("function", `/// Reads a whole number out of a text.\n#[inline]\n${body}`)?.[0], pair[0]);
  const python = (doc: string): string =>
    `def parse(text):\n    ${doc}return int(text.strip().replace("_", ""), base=10) or None\n`;
  assert.deepEqual(of("function", python('"""Reads a whole number out of a text.\n\n    Args: text.\n    """\n    ')), [
    "Reads a whole number out of a text.",
    python("\n    ").trim(),
  ]);
  const section = "Set the address in the settings, then run the command that shares the index.";
  assert.deepEqual(of("heading", `## Share an \`index\`\n\n${section}\n`), ["Share an index", section]);
  for (const [kind, text] of [
    ["function", body],
    ["function", `/** Parses. */\n${body}`],
    ["function", "/** Reads a whole number out of a text. */\nconst a = 1;"],
    ["code", `/** Reads a whole number out of a text. */\n${body}`],
    ["heading", `# Index\n\n${section}`],
  ] as const)
    assert.equal(of(kind, text), undefined, text);
});

test("the built-in pairs are all different, on both sides", () => {
  const all = [...PROSE_PAIRS, ...CODE_PAIRS];
  assert.ok(all.length >= 60);
  for (const side of [0, 1] as const) assert.equal(new Set(all.map((pair) => pair[side])).size, all.length);
  assert.equal(words(40).split(" ").length, 40);
});
