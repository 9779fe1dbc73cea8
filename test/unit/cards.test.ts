import assert from "node:assert/strict";
import { test } from "node:test";

import { UNKNOWN } from "../../src/core/encoders/card.ts";
import { cleanFact, EDITED, editedCard } from "../../src/core/encoders/editedCard.ts";
import { causesApart, SET_HERE, variantCard } from "../../src/core/encoders/variantCard.ts";
import { cardMarkdown } from "../../src/host/encoders/card.ts";
import { card } from "./sampleCard.ts";

test("a variant's card is its base's but for what is set", () => {
  const base = card({
    architecture: "BERT encoder, 6 layers, mean pooling",
    hyperparameters: "batch 1024",
    domain: "English text",
  });
  assert.deepEqual(variantCard(base, {}), base);
  assert.deepEqual(variantCard(base, { precision: "int8" }), base);

  const one = variantCard(base, { layer: 3, pooling: "cls", dimensions: 64, maxTokens: 9999, normalize: false, prompt: "query" });
  assert.deepEqual(causesApart(base, one), ["architecture", "hyperparameters", "layers"]);
  assert.deepEqual(one.causes.layers, { value: "read from layer 3 of 6", source: SET_HERE });
  assert.equal(one.causes.architecture.value, `BERT encoder, 6 layers, cls pooling (${SET_HERE})`);
  assert.match(one.causes.hyperparameters.value, /^batch 1024; prompt “query”, not normalised, .*first 64 dimensions/);
  assert.equal(one.causes.hyperparameters.source, "README.md");
  assert.deepEqual(
    [one.dimensions, one.maxTokens, one.pooling, one.normalized, one.prompts, one.defaultPrompt],
    [64, 256, "cls", false, { query: "query: " }, "query"],
  );
  assert.equal(variantCard(base, { layer: 0 }).causes.layers.value, "read from the embeddings, before the first of 6");
  assert.equal(variantCard(card(), { dimensions: 8 }).causes.hyperparameters.source, SET_HERE);
  assert.deepEqual(variantCard(card(), { pooling: "max" }).causes.architecture, UNKNOWN, "what is unknown stays so");
  const bare = variantCard({ ...base, defaultPrompt: "query" }, { prompt: "none" });
  assert.deepEqual([bare.prompts, bare.defaultPrompt], [{}, undefined]);
  assert.deepEqual(variantCard(base, { prompt: "find: " }).prompts, { own: "find: " });
});

test("the user's facts stand over the publisher's, each with its source; an empty one means unknown", () => {
  const base = card({ domain: "English" });
  const edited = editedCard(base, { domain: "Code", licence: "CC0" });
  assert.deepEqual(
    [edited.causes.domain, edited.licence],
    [
      { value: "Code", source: EDITED },
      { value: "CC0", source: EDITED },
    ],
  );
  assert.equal(edited.causes.objective, base.causes.objective);
  assert.deepEqual(editedCard(base, {}), base);
  assert.equal(cleanFact(" a \u0000\r\n b\t"), "a b");
  assert.equal(cleanFact(" \n "), "unknown");
});

test("a card in a tooltip shows others' words as they are: no picture is fetched, nothing is run", () => {
  const words = "![x](https://example.org/x.png) | <img src=y> [run](command:z)";
  const { causes, ...rest } = card();
  const text = cardMarkdown({
    id: "a",
    name: words,
    bundled: false,
    state: "ready",
    precisions: [],
    card: { ...rest, causes: { ...causes, domain: { value: words, source: "https://example.org/a)|b>" } } },
  });
  assert.doesNotMatch(text, /(?<!\\)!\[|(?<!\\)<img|\]\(command/);
  assert.ok(text.includes("([source](<https://example.org/a)%7Cb%3E>))"), text);
});
