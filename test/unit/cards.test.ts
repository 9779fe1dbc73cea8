import assert from "node:assert/strict";
import { test } from "node:test";

import { CAUSES, isKnown, UNKNOWN, type Cause, type EncoderCard } from "../../src/core/encoders/card.ts";
import { groupByCause } from "../../src/core/encoders/causeGroups.ts";
import { causesApart, SET_HERE, variantCard } from "../../src/core/encoders/variantCard.ts";

const card = (causes: Partial<Record<Cause, string>> = {}, rest: Partial<EncoderCard> = {}): EncoderCard => ({
  causes: Object.fromEntries(
    CAUSES.map((cause) => [cause, causes[cause] === undefined ? UNKNOWN : { value: causes[cause], source: "README.md" }]),
  ) as unknown as EncoderCard["causes"],
  dimensions: 384,
  maxTokens: 256,
  pooling: "mean",
  normalized: true,
  prompts: { query: "query: ", passage: "passage: " },
  parameters: 1000,
  layers: 6,
  licence: { value: "MIT", source: "README.md" },
  ...rest,
});

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

test("encoders are grouped by the kind a cause names, in their order, the unknown last", () => {
  const named = (id: string, architecture?: string) => ({ id, card: card(architecture === undefined ? {} : { architecture }) });
  const groups = groupByCause(
    [
      named("a"),
      named("b", "BERT encoder, 6 layers"),
      named("c", "static table of words; no order"),
      named("d", "bert  encoder (tiny)"),
    ],
    "architecture",
  );
  assert.deepEqual(
    groups.map(({ value, members }) => [value, members.map(({ id }) => id)]),
    [
      ["BERT encoder", ["b", "d"]],
      ["static table of words", ["c"]],
      ["unknown", ["a"]],
    ],
  );
  const data = ["a/nli, b/quora", "a/nli, c/snli", "a/nli, b/quora"].map((trainingData, id) => ({
    id,
    card: card({ trainingData }),
  }));
  assert.deepEqual(
    groupByCause(data, "trainingData").map(({ members }) => members.map(({ id }) => id)),
    [[0, 2], [1]],
    "a list is one thing",
  );
  assert.deepEqual(groupByCause([], "domain"), []);
  assert.equal(isKnown({ value: " Unknown " }), false);
  assert.equal(groupByCause([{ card: card({ domain: "(odd)" }) }], "domain")[0]!.value, "(odd)");
});
