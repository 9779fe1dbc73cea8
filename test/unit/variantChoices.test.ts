import assert from "node:assert/strict";
import { test } from "node:test";

import { CAUSES, type Cause, type EncoderCard, type Fact } from "../../src/core/encoders/card.ts";
import { describeAll, describeVariant, withVariants } from "../../src/core/encoders/describeVariant.ts";
import { atAllLayers, hasLayers, variantsWith } from "../../src/core/encoders/variantChoices.ts";
import { variantCode } from "../../src/core/encoders/variantCode.ts";
import { encoderRows, type EncoderRow } from "../../src/host/encoders/encoderRows.ts";
import { parseNumbers, variantSteps, wantedWords } from "../../src/host/encoders/variantSteps.ts";
import type { Encoder } from "../../src/host/encoders/encoderList.ts";

const card: EncoderCard = {
  causes: {
    ...(Object.fromEntries(CAUSES.map((cause) => [cause, { value: "unknown" }])) as Record<Cause, Fact>),
    architecture: { value: "BERT encoder, 6 layers, mean pooling", source: "https://example.test/a" },
    layers: { value: "read from the last of 6" },
  },
  dimensions: 384,
  maxTokens: 256,
  pooling: "mean",
  normalized: true,
  prompts: { query: "query: ", passage: "passage: " },
  parameters: 1,
  layers: 6,
  licence: { value: "MIT" },
};
const encoder = (id: string, change: Partial<Encoder> = {}): Encoder => ({
  id,
  name: id.toUpperCase(),
  bundled: true,
  state: "ready",
  card,
  precisions: [
    { precision: "fp32", bytes: 90e6 },
    { precision: "w8", bytes: 24e6 },
  ],
  ...change,
});
const A = encoder("a");
const table = encoder("t", {
  card: { ...card, layers: 0, prompts: {} },
  precisions: [{ precision: "fp32", bytes: 20e6 }],
  bundled: false,
});

test("a variant is told by a name, a card and sizes that say what is set", () => {
  const variant = describeVariant(A, {
    layer: 3,
    pooling: "cls",
    dimensions: 64,
    maxTokens: 999,
    prompt: "query",
    precision: "fp32",
  });
  assert.equal(variant.id, "a+precision=fp32+layer=3+pooling=cls+prompt=query+maxTokens=999+dimensions=64");
  assert.equal(variant.name, "A · fp32, layer 3 of 6, cls pooling, prompt “query”, at most 999 tokens, first 64 dimensions");
  const { causes, dimensions, maxTokens, pooling, prompts, defaultPrompt, normalized } = variant.card;
  assert.deepEqual([dimensions, maxTokens, pooling, defaultPrompt, normalized], [64, 256, "cls", "query", true]);
  assert.deepEqual(prompts, { query: "query: " });
  assert.match(causes.layers.value, /layer 3 of 6/);
  assert.match(causes.architecture.value, /cls/);
  assert.match(causes.hyperparameters.value, /first 64 dimensions/);
  assert.deepEqual(variant.precisions, [A.precisions[0]]);
  assert.deepEqual(variant.variant?.of, "a");
  assert.deepEqual(A.card, card, "the encoder's own card is as it was");
});

test("a list has each encoder followed by its variants, in one order whatever theirs is, each once", () => {
  const ids = [
    "t+dimensions=50",
    "a+layer=10",
    "a+pooling=cls",
    "a+layer=2",
    "a+pooling=cls+layer=2",
    "a+pooling=CLS",
    "gone+layer=1",
    "a+layer=x",
    "a",
  ];
  const listed = withVariants([A, table], ids).map(({ id }) => id);
  assert.deepEqual(listed, ["a", "a+layer=2", "a+layer=10", "a+pooling=cls", "a+layer=2+pooling=cls", "t", "t+dimensions=50"]);
  assert.deepEqual(
    withVariants([A, table], ids.toReversed()).map(({ id }) => id),
    listed,
  );
});

test("what was asked for is told in that order and by those ids", () => {
  const told = describeAll([A, table], ["t", "a+pooling=cls+layer=2", "nobody", "a"]);
  assert.deepEqual(
    told.map(({ id, name }) => [id, name]),
    [
      ["t", "T"],
      ["a+pooling=cls+layer=2", "A · layer 2 of 6, cls pooling"],
      ["a", "A"],
    ],
  );
});

test("all layers are the encoder and a variant for each layer before its last", () => {
  assert.deepEqual(atAllLayers(A), ["a", ...[0, 1, 2, 3, 4, 5].map((layer) => `a+layer=${String(layer)}`)]);
  assert.deepEqual(atAllLayers(A, { pooling: "cls", layer: 2 }).slice(0, 2), ["a+pooling=cls", "a+layer=0+pooling=cls"]);
  assert.deepEqual([hasLayers(card), hasLayers(table.card), hasLayers({ layers: 3, pooling: "graph" })], [true, false, false]);
});

test("values of several settings give every combination, without what the encoder is anyway", () => {
  assert.deepEqual(variantsWith(A, {}), []);
  assert.deepEqual(
    variantsWith(A, { layer: [6], pooling: ["mean"], precision: ["w8"], normalize: [true], dimensions: [384] }),
    [],
  );
  assert.deepEqual(variantsWith(A, { layer: [0, 6], pooling: ["cls", "mean"] }), [
    "a+layer=0+pooling=cls",
    "a+layer=0",
    "a+pooling=cls",
  ]);
  assert.deepEqual(variantsWith(A, { layer: [], pooling: ["max"] }), ["a+pooling=max"]);
  // Where there are prompts, none is something else than what the encoder does.
  assert.deepEqual(variantsWith(A, { prompt: ["none"] }), ["a+prompt=none"]);
  assert.deepEqual(variantsWith(table, { prompt: ["none"] }), []);
});

test("only settings that mean something are asked for", () => {
  const names = (of: Encoder): string[] => variantSteps(of).map(({ setting }) => setting);
  assert.deepEqual(names(A), ["layer", "pooling", "prompt", "normalize", "maxTokens", "dimensions", "precision"]);
  assert.deepEqual(names(table), ["pooling", "prompt", "normalize", "maxTokens", "dimensions"]);
  assert.deepEqual(names(encoder("g", { card: { ...card, pooling: "graph" } })), [
    "prompt",
    "maxTokens",
    "dimensions",
    "precision",
  ]);
  const prompt = variantSteps(A).find(({ setting }) => setting === "prompt");
  assert.ok(prompt !== undefined && Array.isArray(prompt.values));
  assert.deepEqual(
    (prompt.values as readonly { value: unknown }[]).map(({ value }) => value),
    ["query", "passage", "none"],
  );
  const layer = variantSteps(A)[0]!;
  assert.deepEqual([wantedWords(layer, {}), wantedWords(layer, { layer: [0, 3] })], [undefined, "0, 3"]);
});

test("numbers are taken as people write them, and what is wrong is said", () => {
  const written = { kind: "numbers", least: 1, most: 384, prompt: "", example: "" } as const;
  assert.deepEqual(parseNumbers("64, 128 64;32", written), [64, 128, 32]);
  for (const wrong of ["", "0", "385", "6.5", "many", "64, -1"])
    assert.equal(typeof parseNumbers(wrong, written), "string", wrong);
});

test("a few letters stand for what differs", () => {
  assert.equal(variantCode({ layer: 3, pooling: "cls", dimensions: 64 }), "L3 cls 64d");
  assert.equal(variantCode({ prompt: "none", normalize: false, maxTokens: 32, precision: "int8" }), "int8 no prompt raw 32t");
});

test("the tree has variants below their encoder, words that menus look for, and groups by a cause", () => {
  const encoders = withVariants([A, table], ["a+layer=2", "a+precision=fp32"]);
  const rows = encoderRows(encoders, "none", ({ id }) => (id === "a" ? { words: "checked", outcome: "passed" } : undefined));
  const told = (all: readonly EncoderRow[]): unknown =>
    all.map((row) =>
      row.kind === "group" ? [row.label, told(row.children)] : [row.label, row.description, row.contextValue, told(row.children)],
    );
  const variants = [
    ["layer 2 of 6", "", "variant layered", []],
    ["fp32", "384 d", "variant layered", []],
  ];
  assert.deepEqual(told(rows), [
    ["A", "checked · 384 d · 24 MB", "encoder bundled layered", variants],
    ["T", "384 d · 20 MB", "encoder user", []],
  ]);
  assert.deepEqual(
    rows.map((row) => row.kind === "encoder" && row.icon),
    [["layers", "testing.iconPassed"], ["table"]],
  );
  const grouped = encoderRows(encoders, "architecture", () => undefined);
  assert.deepEqual(
    grouped.map((row) => [row.kind, row.label, row.children.map(({ id }) => id)]),
    [["group", "BERT encoder", ["a", "t"]]],
  );
  const failed = encoderRows([{ ...A, state: "failed" }], "none", () => undefined)[0];
  assert.ok(failed?.kind === "encoder");
  assert.deepEqual([failed.description, failed.icon[0]], ["failed · 384 d · 24 MB", "error"]);
});
