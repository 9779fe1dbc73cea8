import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";

import type { Precision } from "../../src/core/encoders/card.ts";
import { encode, load, type EncodeParams, type EncodeResult } from "../../src/protocol/encoder.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import { encoderForTests } from "../golden/againstPublisher.ts";
import { importLayout, temporaryFolder, writeLayout } from "../golden/layoutFolders.ts";
import { writeFiles, type Files } from "./smallModel.ts";

const base = temporaryFolder();
const encoder = encoderForTests();
let count = 0;

/** A copy of a layout with some files changed, or taken away where they are null. */
function changed(layout: string, changes: Readonly<Record<string, Files[string] | null>>): string {
  const folder = writeLayout(base, layout, `${layout} ${String(++count)}`);
  for (const [file, content] of Object.entries(changes))
    if (content === null) fs.rmSync(path.join(folder, file));
    else writeFiles(folder, { [file]: content });
  return folder;
}

const opened = (folder: string, precision: Precision = "fp32") =>
  encoder.child.rpc.request(load, { model: { folder, precision } });

async function refused(work: Promise<unknown>, message: RegExp, code = "badModel"): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof EmbedError);
    assert.match(error.data.message, message);
    assert.equal(error.data.code, code);
    return true;
  });
}

const jsonIn = (folder: string, file: string): unknown => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8"));

type Module = Readonly<Record<string, unknown>>;
const withModules = (layout: string, change: (modules: readonly Module[]) => readonly Module[]): string => {
  const folder = changed(layout, {});
  writeFiles(folder, { "modules.json": change(jsonIn(folder, "modules.json") as Module[]) });
  return folder;
};

describe("what a folder asks for and is not done here is one clear error", () => {
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
    await refused(
      opened(withModules("new spelling", ([first, pooling]) => [first!, pooling!, pooling!])),
      /pools what is pooled/,
    );
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
});

describe("variants of a folder with modules", () => {
  const texts = ["the cat sat", "def add(a, b): return a + b"];
  const run = (folder: string, settings: Partial<EncodeParams>): Promise<EncodeResult> =>
    encoder.child.rpc.request(encode, { model: { folder, precision: "fp32" }, texts, ...settings });
  const lengthOf = ({ vectors, dimensions }: EncodeResult): number => Math.hypot(...vectors.subarray(0, dimensions));

  test("later modules stay where their width fits, and else it says so", async () => {
    const folder = changed("normalise before dense", {});
    assert.equal((await run(folder, { pooling: "cls" })).dimensions, 8);
    const both = changed("old booleans together", {});
    assert.equal((await run(both, {})).dimensions, 96);
    assert.equal((await run(both, { pooling: "max" })).dimensions, 16);
    const wrong = changed("old booleans together", {});
    const modules = [...(jsonIn(both, "modules.json") as object[]), { idx: 2, path: "2_LayerNorm", type: "LayerNorm" }];
    const source = changed("residuals and a norm", {});
    const weights = fs.readFileSync(path.join(source, "norm/model.safetensors"));
    const config = jsonIn(source, "norm/config.json") as object;
    writeFiles(wrong, { "modules.json": modules, "2_LayerNorm/config.json": config, "2_LayerNorm/model.safetensors": weights });
    await refused(opened(wrong), /vectors have 96 numbers, but 2_LayerNorm takes 12/);
  });

  test("every layer of a network built here goes through the same modules", async () => {
    const { folder, card } = await importLayout(base, changed("normalise before dense, safetensors", {}));
    assert.equal(card.layers, 1);
    const [own, embeddings] = [await run(folder, { layer: 1 }), await run(folder, { layer: 0, pooling: "firstlast" })];
    assert.equal(embeddings.dimensions, 8);
    assert.deepEqual(own.vectors, (await run(folder, {})).vectors);
    assert.notDeepEqual(embeddings.vectors, own.vectors);
  });

  test("scaling and dimensions come at the very end", async () => {
    const cut = changed("cut to dimensions", {});
    const own = await run(cut, {});
    assert.equal(own.dimensions, 5);
    assert.ok(lengthOf(own) < 0.99);
    assert.ok(Math.abs(lengthOf(await run(cut, { normalize: true })) - 1) < 1e-6);
    assert.equal((await run(cut, { dimensions: 3 })).dimensions, 3);
    await refused(run(cut, { dimensions: 6 }), /There are no 6 dimensions/, "badRequest");
    const whole = changed("new spelling", {});
    assert.ok(lengthOf(await run(whole, { normalize: false })) > 1.01);
    assert.ok(Math.abs(lengthOf(await run(whole, { dimensions: 7 })) - 1) < 1e-6);
  });

  test("a prompt that is not pooled still changes what is read", async () => {
    const folder = changed("prompt left out", {});
    const plain = await run(folder, {});
    const prompted = await run(folder, { prefix: "query: the " });
    assert.notDeepEqual(prompted.vectors, plain.vectors);
    assert.ok(prompted.tokens[0]! > plain.tokens[0]!);
  });
});

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
  await refused(opened(changed("half precision", {})), /fp32 weights of .* are not on this machine/, "missingWeights");
});
