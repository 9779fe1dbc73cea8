/** What a folder asks for and is not done here is one clear error. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { importLayout } from "../golden/layoutFolders.ts";
import { base, changed, jsonIn, opened, refused, withModules, type Module } from "./changedLayouts.ts";
import { writeFiles, type Files } from "./smallModel.ts";

test("modules", async () => {
  const last = (change: Module) => (modules: readonly Module[]) => [...modules.slice(0, -1), { ...modules.at(-1), ...change }];
  await refused(
    opened(withModules("new spelling", last({ type: "sentence_transformers.models.BoW" }))),
    /module "BoW" is of a kind/,
  );
  await refused(
    opened(withModules("new spelling", ([, ...rest]) => rest)),
    /module "Pooling" is of a kind that is not read here/,
  );
  await refused(opened(withModules("new spelling", ([first, pooling]) => [first!, pooling!, pooling!])), /pools what is pooled/);
  for (const place of ["../1_Pooling", "/etc", "a\\b", "C:x", "x".repeat(500)])
    await refused(opened(withModules("new spelling", last({ path: place }))), /names the place .*none inside its folder/);
  await refused(opened(changed("new spelling", { "modules.json": {} })), /modules\.json was refused/);
});

test("pooling", async () => {
  const pooling = (config: object) => opened(changed("new spelling", { "1_Pooling/config.json": config }));
  await refused(pooling({ embedding_dimension: 16, pooling_mode: "attention" }), /pooling "attention" is not known/);
  await refused(pooling({ word_embedding_dimension: 16, pooling_mode_own_tokens: true }), /pooling "pooling_mode_own_tokens"/);
  await refused(pooling({ embedding_dimension: 17 }), /states have 16 numbers, but its pooling is for 17/);
  assert.equal((await pooling({ word_embedding_dimension: 16, pooling_mode_mean_tokens: false })).pooling, "mean");
});

test("dense layers", async () => {
  const folder = changed("normalise before dense", {});
  const config = jsonIn(folder, "2_Dense/config.json") as object;
  const dense = (changes: Readonly<Record<string, Files[string] | null>>) => opened(changed("normalise before dense", changes));
  await refused(dense({ "2_Dense/model.safetensors": null }), /2_Dense\/model\.safetensors was refused: it is not there/);
  await refused(
    dense({ "2_Dense/model.safetensors": null, "2_Dense/pytorch_model.bin": "x" }),
    /pytorch_model\.bin was refused: such files can run code/,
  );
  await refused(dense({ "2_Dense/config.json": { ...config, activation_function: "own.Code" } }), /"own\.Code" is not known/);
  await refused(
    dense({ "2_Dense/config.json": { ...config, in_features: 15 } }),
    /linear\.weight is \[24, 16\], but config\.json says/,
  );
  await refused(
    dense({ "2_Dense/config.json": { ...config, module_input_name: "token_embeddings" } }),
    /works on "token_embeddings"/,
  );
  await refused(
    opened(withModules("normalise before dense", ([first, pooling, ...rest]) => [first!, pooling!, ...rest.slice(1)])),
    /vectors have 16 numbers, but 4_Dense takes 24/,
  );
});

test("kinds of models and of tokenizers", async () => {
  const library = "config_sentence_transformers.json";
  await refused(opened(changed("new spelling", { [library]: { model_type: "CrossEncoder" } })), /it is a CrossEncoder/);
  const settings = { transformer_task: "text-generation" };
  await refused(
    opened(changed("new spelling", { "sentence_bert_config.json": settings })),
    /transformer_task is "text-generation"/,
  );
  const noTokenizer = { "tokenizer.json": null };
  const sentencePiece = changed("new spelling", { ...noTokenizer, "sentencepiece.bpe.model": "x" });
  await refused(opened(sentencePiece), /sentencepiece.*save_pretrained/, "badTokenizer");
  await refused(importLayout(base, sentencePiece), /it has no tokenizer\.json/, "noEncoder");
  const words = changed("new spelling", {
    "tokenizer.json": null,
    "vocab.txt": "the",
    "tokenizer_config.json": { tokenizer_class: "MPNetTokenizer" },
  });
  await refused(opened(words), /belongs to a MPNetTokenizer/, "badTokenizer");
});

test("places of external data", async () => {
  const layout = "no modules, external data";
  const onnx = fs.readFileSync(path.join(changed(layout, {}), "onnx/model.onnx"));
  const named = (location: string) => {
    assert.equal(location.length, "model.onnx_data".length);
    const at = (text: string): Buffer => Buffer.from(text, "latin1");
    const bytes = at(onnx.toString("latin1").replaceAll("model.onnx_data", location));
    return changed(layout, { "onnx/model.onnx": bytes, "other.onnx_data": "x" });
  };
  for (const location of ["../other.onnx_d", "/etc/passwd-and", "*/_ORT_MEM_ADDR", "a/../../b/c.dat"])
    await refused(opened(named(location)), /names the place .* none inside its folder/);
  await refused(opened(named("other.onnx_data")), /other\.onnx_data was refused: it is not there/);
  await refused(opened(changed(layout, { "onnx/model.onnx_data": "short" })), /wants its bytes up to .* and it has 5/);
  const linked = changed(layout, {});
  const data = path.join(linked, "onnx/model.onnx_data");
  fs.renameSync(data, path.join(base, "elsewhere"));
  fs.symlinkSync(path.join(base, "elsewhere"), data);
  await refused(opened(linked), /it is a link/);
  await refused(importLayout(base, linked), /is a link/, "noEncoder");
});

test("operators that divide by zero", async () => {
  const file = "onnx/model_q4f16.onnx";
  const onnx = fs.readFileSync(path.join(changed("model_q4f16", {}), file)).toString("latin1");
  for (const attribute of ["bits\u0018\u0004", "block_size\u0018\u0010"]) {
    assert.ok(onnx.includes(attribute));
    const zero = onnx.replaceAll(attribute, `${attribute.slice(0, -1)}\u0000`);
    const folder = changed("model_q4f16", { [file]: Buffer.from(zero, "latin1") });
    await refused(opened(folder, "q4"), /of MatMulNBits is less than 1/);
  }
});

test("graphs without an output that is known", async () => {
  const folder = changed("new spelling", {});
  const onnx = fs.readFileSync(path.join(folder, "onnx/model.onnx")).toString("latin1");
  const logits = onnx.replaceAll("last_hidden_state", "logits___________");
  writeFiles(folder, { "onnx/model.onnx": Buffer.from(logits, "latin1"), "config.json": { hidden_size: 99 } });
  await refused(opened(folder), /none of its outputs is known .*logits___________ \[.*16\]/);
  writeFiles(folder, { "config.json": { hidden_size: 16 } });
  assert.equal((await opened(folder)).dimensions, 16);
});
