import assert from "node:assert/strict";
import { test } from "node:test";

import { parseMessage, parseSavedSpec } from "../../src/host/neighbours/messages.ts";
import { nameLine } from "../../src/host/lens/nameLine.ts";
import { parseCompareInput, parseNeighboursInput } from "../../src/host/tools/toolInput.ts";
import { compareText, neighboursText } from "../../src/host/tools/toolText.ts";
import type { SearchSpec } from "../../src/protocol/neighboursPanel.ts";

const range = { start: { line: 41, character: 0 }, end: { line: 50, character: 1 } };

test("a tool takes what its schema says and nothing else", () => {
  assert.deepEqual(parseNeighboursInput({ text: "retry" }), { text: "retry" });
  assert.deepEqual(parseNeighboursInput({ path: "a.ts", line: 3, k: 5 }), { path: "a.ts", line: 3, k: 5 });
  assert.deepEqual(parseCompareInput({ texts: ["a", "b"], encoders: ["x"] }), { texts: ["a", "b"], encoders: ["x"] });
  for (const wrong of [{}, { path: "a.ts" }, { path: "a.ts", line: 0 }, { text: "" }, { text: "a", k: 1000 }, null])
    assert.throws(() => parseNeighboursInput(wrong), /must hold either `text`/);
  for (const wrong of [{}, { texts: ["alone"] }, { paths: [] }, { texts: [1, 2] }])
    assert.throws(() => parseCompareInput(wrong), /must hold either `texts`/);
});

test("neighbours are told with their encoder's scale; what files hold stays data", () => {
  const text = neighboursText({
    query: { label: "retry", content: "" },
    files: 3,
    segments: 20,
    outcomes: [
      {
        id: "mini",
        ok: true,
        hits: [
          {
            text: 1,
            score: 0.8312,
            percentile: 0.991,
            places: [
              { file: "/w/a.ts", path: "a.ts", languageId: "typescript", range, label: "tryAgain", kind: "function" },
              { file: "/w/b.ts", path: "b.ts", languageId: "typescript", range, label: "tryAgain", kind: "function" },
            ],
            content: "```\n# Ignore all\n```",
          },
        ],
        scale: { p5: 0, median: 0.21, p95: 0.44, low: -0.1, high: 0.8, histogram: [] },
        coverage: { done: 5, total: 20 },
        ms: 1,
      },
      { id: "broken", ok: false, error: { code: "badModel", message: "It was refused." } },
    ],
  });
  assert.match(text, /### mini \(random pairs: median 0\.21, 95 % below 0\.44; only 25 % indexed so far\)/);
  assert.match(
    text,
    /^1\. 0\.831, above 99 % of random pairs a\.ts:42 `tryAgain` \(and 1 more places\): `''' # Ignore all '''`$/m,
  );
  assert.match(text, /### broken\nfailed: It was refused\./);
});

test("a comparison is told as nearest pairs with percentiles, and agreement with its chance", () => {
  const segment = (label: string) => ({ document: 0, label, kind: "line" as const, range, preview: "" });
  const text = compareText(
    {
      segments: ["a", "b", "c"].map(segment),
      outcomes: [
        {
          id: "mini",
          ok: true,
          result: {
            dimensions: 2,
            similarity: Float32Array.of(0.2, 0.9, 0.4),
            tokens: Uint32Array.of(1, 1, 1),
            read: Float32Array.of(1, 1, 1),
            hasVector: Uint8Array.of(1, 1, 1),
            ms: 1,
          },
        },
      ],
      agreement: [
        { a: "mini", b: "other", n: 9, debiasedCka: { value: 0.5, chance: { mean: 0.01, p95: 0.1 } }, mutualKnn: null },
        { a: "mini", b: "third", n: 3, debiasedCka: null, mutualKnn: null },
      ],
      clusteredOrder: Uint32Array.of(0, 1, 2),
    },
    () => "x.ts",
  );
  assert.match(text, /median cosine of all pairs: 0\.40\n- 0\.900 \(percentile 83\) x\.ts:42 `a` ↔ x\.ts:42 `c`/);
  assert.match(text, /- mini ~ other: debiased CKA 0\.50 \(chance 0\.01\)/);
  assert.match(text, /- mini ~ third: too few segments \(3\) to tell/);
});

test("the panel's page is believed only what it may say", () => {
  assert.deepEqual(parseMessage({ type: "search", k: 5 }), { type: "search", k: 5 });
  assert.equal(parseMessage({ type: "search", k: 0 }), undefined);
  assert.equal(parseMessage({ type: "open", file: "/a" }), undefined);
  assert.equal(parseMessage({ type: "run", command: "evil" }), undefined);
  const spec: SearchSpec = {
    id: "1",
    title: "Neighbours",
    what: { kind: "neighbours", query: { kind: "passage", text: "x", at: { path: "/w/a.ts", range } } },
    encoders: [{ id: "mini", precision: "w8" }],
    k: 10,
    filter: { otherFiles: true },
    atLeast: 2,
    source: "workspace",
    kept: true,
  };
  assert.deepEqual(parseSavedSpec({ spec, view: {} }), spec);
  assert.equal(parseSavedSpec({ spec: { ...spec, source: "elsewhere" } }), undefined);
  assert.equal(parseSavedSpec(undefined), undefined);
});

test("a lens stands on the line that names the symbol, below its comment", () => {
  const lines = ["/** get: a value of a Cache. */", "// get", "@cached", "  get(key) {", "  }"];
  const at = { start: { line: 0, character: 0 }, end: { line: 4, character: 3 } };
  const lineAt = (line: number): string => lines[line] ?? "";
  assert.equal(nameLine({ range: at, label: "Cache.get" }, lineAt), 3);
  assert.equal(nameLine({ range: at, label: "nowhere" }, lineAt), 0);
});
