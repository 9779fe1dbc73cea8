import assert from "node:assert/strict";
import { test } from "node:test";

import { pool } from "../../src/core/encoders/pooling.ts";
import { prefixOf } from "../../src/core/encoders/prompts.ts";
import { parseVariant, settingsLabel, variantId, variantName, type EncoderSettings } from "../../src/core/encoders/variant.ts";

const ALL: EncoderSettings = {
  precision: "int8",
  layer: 0,
  pooling: "weightedmean",
  prompt: "find code, please: a+b=c &? %20 “ü”\n",
  normalize: false,
  maxTokens: 32,
  dimensions: 64,
};

test("an id holds every setting and gives it back", () => {
  const id = variantId("all-MiniLM-L6-v2", ALL);
  assert.deepEqual(parseVariant(id), { base: "all-MiniLM-L6-v2", settings: ALL, wrong: [] });
  assert.doesNotMatch(id, /[\s,&?"'*$;|<>()]/, "a shell and a list leave it as it is");
  assert.equal(variantId("a", { dimensions: 2, layer: 1 }), variantId("a", { layer: 1, dimensions: 2 }));
  assert.deepEqual(parseVariant("/models/c++/a+b"), { base: "/models/c++/a+b", settings: {}, wrong: [] });
});

test("what is no value of a setting is named, not guessed", () => {
  for (const part of [
    "layer=-1",
    "layer=two",
    "pooling=median",
    "dimensions=0",
    "normalize=yes",
    "precision=fp8",
    "maxTokens=1e9",
  ])
    assert.deepEqual(parseVariant(`m+${part}`), { base: "m", settings: {}, wrong: [part] });
  assert.deepEqual(parseVariant("m+pooling=Weighted-Mean+prompt=").settings, { pooling: "weightedmean", prompt: "" });
});

test("a name says exactly what differs", () => {
  assert.equal(variantName("MiniLM", {}), "MiniLM");
  assert.equal(variantName("MiniLM", { layer: 3, pooling: "cls" }, { layers: 6 }), "MiniLM · layer 3 of 6, cls pooling");
  assert.equal(
    settingsLabel({ prompt: "none", normalize: false, maxTokens: 8, dimensions: 64, precision: "fp32" }),
    "fp32, no prompt, not normalised, at most 8 tokens, first 64 dimensions",
  );
});

test("a prompt is the one that was set, else that of the role, else the default", () => {
  const e5 = { prompts: { query: "query: ", passage: "passage: ", toString: "own " }, defaultPrompt: "query" };
  assert.equal(prefixOf(e5, {}, undefined), "query: ");
  assert.equal(prefixOf(e5, {}, "document"), "passage: ");
  assert.equal(prefixOf(e5, { prompt: "passage" }, "query"), "passage: ");
  assert.equal(prefixOf(e5, { prompt: "Represent this: " }, "query"), "Represent this: ");
  assert.equal(prefixOf(e5, { prompt: "none" }, "query"), "");
  assert.equal(prefixOf({ prompts: {} }, { prompt: "constructor" }, undefined), "constructor");
  assert.equal(prefixOf({ prompts: {} }, {}, "query"), "");
  assert.equal(prefixOf({ prompts: {}, defaultPrompt: "constructor" }, {}, undefined), "");
});

test("a weighted mean counts the token i times", () => {
  const out = new Float32Array(2);
  pool(Float32Array.of(9, 9, 1, 10, 2, 20, 4, 40), 2, 3, 2, "weightedmean", out);
  assert.deepEqual([...out], [(1 + 4 + 12) / 6, (10 + 40 + 120) / 6].map(Math.fround));
});
