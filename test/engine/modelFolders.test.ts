import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { EmbedError } from "../../src/protocol/errors.ts";
import { importLayout } from "../golden/layoutFolders.ts";
import { base, changed, jsonIn, opened, refused } from "./changedLayouts.ts";
import { writeFiles } from "./smallModel.ts";

test("the last token is the default of a network that writes, and limits are the tokenizer's and the positions'", async () => {
  const plain = "no modules, external data";
  const config = jsonIn(changed(plain, {}), "config.json") as object;
  const causal = changed(plain, { "config.json": { ...config, architectures: ["OwnForCausalLM"] } });
  assert.equal((await opened(causal)).pooling, "last");
  assert.equal((await opened(changed(plain, {}))).maxTokens, 40);
  const limit = (model_max_length: number) => opened(changed(plain, { "tokenizer_config.json": { model_max_length } }));
  assert.equal((await limit(17)).maxTokens, 17);
  assert.equal((await limit(1e30)).maxTokens, 40);
});

test("a pooling in its usual place counts where modules.json is missing: a folder copied by half is not averaged unseen", async () => {
  const folder = changed("no modules, external data", { "1_Pooling/config.json": { pooling_mode_cls_token: true } });
  assert.equal((await opened(folder)).pooling, "cls");
  const { card } = await importLayout(base, folder);
  assert.equal(card.pooling, "cls");
  assert.match(card.causes.architecture.value, /cls pooling$/);
});

test("of several files the default is taken, or the one that was asked for, each an encoder of its own", async () => {
  const folder = changed("new spelling", {});
  const onnx = fs.readFileSync(path.join(folder, "onnx/model.onnx"));
  writeFiles(folder, { "onnx/model_O3.onnx": onnx, "onnx/model_qint8_avx512.onnx": onnx, "onnx/model_bf16.onnx": onnx });
  assert.equal((await importLayout(base, folder)).precision, "fp32");
  assert.equal((await importLayout(base, folder, "model_qint8_avx512.onnx")).precision, "int8");
  await refused(importLayout(base, folder, "model_bf16.onnx"), /precision that is not read here/, "noEncoder");
  fs.rmSync(path.join(folder, "onnx/model.onnx"));
  await assert.rejects(importLayout(base, folder), (error) => {
    assert.ok(error instanceof EmbedError);
    assert.match(error.data.hint!, /--file: onnx\/model_O3\.onnx, /);
    return true;
  });
});

test("cards carry what the files say of prompts, limits, modules and use", async () => {
  const cut = await importLayout(base, changed("cut to dimensions", {}));
  assert.match(cut.card.causes.hyperparameters.value, /compared by dot, cut to 5 dimensions$/);
  const dense = await importLayout(base, changed("normalise before dense", {}));
  assert.match(dense.card.causes.architecture.value, /weighted-mean pooling, a dense layer to 24, a dense layer to 8$/);
  const plain = await importLayout(base, changed("no modules, external data", {}));
  assert.match(plain.card.causes.architecture.value, /mean pooling \(no modules\.json: the library's default\)/);
  const prompted = await importLayout(base, changed("prompt left out", {}));
  assert.equal(prompted.card.defaultPrompt, "query");
});

test("a publisher's folder runs as it lies there, wherever its network and weights are", async () => {
  assert.equal((await opened(changed("old spelling", {}))).maxTokens, 12);
  assert.equal((await opened(changed("old booleans together", {}))).dimensions, 96);
  assert.equal((await opened(changed("bare model with vocab.txt", {}))).dimensions, 16);
  assert.equal((await opened(changed("half precision", {}), "fp16")).normalized, true);
  await refused(
    opened(changed("half precision", {})),
    /fp32 weights of .* are not on this machine; there are fp16\./,
    "missingWeights",
  );
});
