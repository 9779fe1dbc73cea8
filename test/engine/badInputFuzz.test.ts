import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { seededRandom } from "../../src/core/base/random.ts";
import { Graph, statePort, tokenPort } from "../../src/encoder/onnx/graph.ts";
import { convert, encode, load } from "../../src/protocol/encoder.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import type { RunningChild } from "../../src/process/childProcess.ts";
import { startEncoder } from "../golden/encoderProcess.ts";
import { mutateBytes, mutateJson, mutateModel } from "./mutate.ts";
import { safetensorsBytes } from "./safetensorsBytes.ts";
import { tokenizerJson, WORDS, writeFiles, type Files } from "./smallModel.ts";

/** The same on every run; another number is another walk. */
const SEED = Number(process.env["FUZZ_SEED"] ?? 5);
/** How much longer the walks are than in every run of the tests; by hand, 30 take some minutes. */
const LENGTH = Number(process.env["FUZZ_LENGTH"] ?? 1);

let base: string;
let child: RunningChild;
let ends: string[];

before(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), "mutants-"));
  ends = [];
  child = startEncoder();
  void child.ended.then((how) => ends.push(how));
});
after(async () => {
  child.kill();
  await child.ended;
  fs.rmSync(base, { recursive: true, force: true });
});

/** A layer with what layers of transformers have: a table, positions, a norm, products, shapes that are computed. */
function layerModel(): Uint8Array {
  const graph = new Graph("fp32");
  const random = seededRandom(1);
  const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, () => random() - 0.5);
  const matrix = (rows: number, columns: number) => ({ rows, columns, data: numbers(rows * columns) });
  const words = graph.rows("input_ids", "words", matrix(WORDS.length, 8), "large");
  const length = graph.op("Gather", [graph.op("Shape", ["input_ids"]), graph.int(1)]);
  const range = graph.op("Range", [graph.int(0), length, graph.int(1)]);
  const places = graph.rows(graph.op("Unsqueeze", [range, graph.ints([0])]), "places", matrix(16, 8), "small");
  const sum = graph.op("Add", [words, places]);
  const norm = { scale: numbers(8), bias: numbers(8) };
  const normed = graph.layerNorm(sum, "norm", norm, 1e-5);
  const heads = graph.op("Transpose", [graph.op("Reshape", [normed, graph.ints([0, 0, 2, 4])])], { perm: [0, 2, 1, 3] });
  const keys = graph.op("Transpose", [heads], { perm: [0, 1, 3, 2] });
  const weights = graph.op("Softmax", [graph.op("MatMul", [heads, keys])], { axis: -1 });
  const mixed = graph.op("Transpose", [graph.op("MatMul", [weights, heads])], { perm: [0, 2, 1, 3] });
  const joined = graph.op("Reshape", [mixed, graph.ints([0, 0, 8])]);
  graph.op(
    "Tanh",
    [graph.op("Add", [graph.matmul(joined, "dense", matrix(8, 8)), graph.vector("dense.bias", numbers(8))])],
    {},
    "last_hidden_state",
  );
  return graph
    .finish(["input_ids", "attention_mask"].map(tokenPort), [statePort("last_hidden_state", 8)], "a test")
    .whole.finish();
}

const ONNX = layerModel();
const sound = (): Files => ({
  "model.onnx": ONNX,
  "tokenizer.json": tokenizerJson(),
  "config.json": { max_position_embeddings: 16, model_type: "bert", hidden_size: 8 },
  "modules.json": [
    { idx: 0, name: "0", path: "", type: "sentence_transformers.models.Transformer" },
    { idx: 1, name: "1", path: "1_Pooling", type: "sentence_transformers.models.Pooling" },
  ],
  "1_Pooling/config.json": { word_embedding_dimension: 8, pooling_mode_mean_tokens: true },
});

let folders = 0;
/** What comes of a folder: finite numbers or one typed error. Anything else fails. */
async function outcomeOf(files: Files, weights?: string): Promise<string> {
  const folder = writeFiles(path.join(base, String(++folders)), files);
  const model = { folder, precision: "fp32" } as const;
  try {
    if (weights !== undefined) await child.rpc.request(convert, { folder, weights });
    await child.rpc.request(load, { model });
    const { vectors, hasVector } = await child.rpc.request(encode, { model, texts: ["the cat sat on the mat", "dog"] });
    assert.ok(vectors.every(Number.isFinite));
    assert.equal(hasVector.length, 2);
    return "vectors";
  } catch (error) {
    assert.ok(error instanceof EmbedError, String(error));
    const { code, message } = error.data;
    assert.deepEqual(ends, [], message);
    assert.notEqual(code, "internal", message);
    assert.notEqual(code, "processEnded", message);
    return code;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

async function walk(name: string, cases: number, mutated: (random: () => number) => Files, weights?: string): Promise<string> {
  const random = seededRandom(SEED);
  const counts = new Map<string, number>();
  for (let index = 0; index < cases * LENGTH; index++) {
    const outcome = await outcomeOf(mutated(random), weights).catch((error: unknown) => {
      throw new Error(`${name}, case ${index}`, { cause: error });
    });
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  // A walk that always ends alike has gone nowhere.
  assert.ok(counts.size > 1, name);
  return `${name}: ${[...counts].map(([outcome, count]) => `${count} ${outcome}`).join(", ")}`;
}

test("mutants of a sound folder end as finite vectors or typed errors, in a process that lives on", async (t) => {
  assert.equal(await outcomeOf(sound()), "vectors");
  const text = (name: string): Uint8Array => Buffer.from(JSON.stringify(sound()[name]));
  t.diagnostic(await walk("model, by its fields", 600, (random) => ({ ...sound(), "model.onnx": mutateModel(ONNX, random) })));
  t.diagnostic(await walk("model, by its bytes", 200, (random) => ({ ...sound(), "model.onnx": mutateBytes(ONNX, random) })));
  for (const name of ["tokenizer.json", "config.json", "modules.json", "1_Pooling/config.json"]) {
    t.diagnostic(await walk(`${name}, by its bytes`, 50, (random) => ({ ...sound(), [name]: mutateBytes(text(name), random) })));
    const mutated = (random: () => number): Files => ({ ...sound(), [name]: JSON.stringify(mutateJson(sound()[name], random)) });
    t.diagnostic(await walk(`${name}, by its values`, 150, mutated));
  }
  assert.deepEqual(ends, []);
});

test("mutants of safetensors are built or refused", async (t) => {
  const header = {
    "embedding.weight": { dtype: "F32", shape: [WORDS.length, 8], data_offsets: [0, WORDS.length * 32] },
  };
  const values = new Uint8Array(Float32Array.from({ length: WORDS.length * 8 }, (_, at) => Math.cos(at)).buffer);
  const safetensors = safetensorsBytes(header, values);
  const files = (bytes: Uint8Array): Files => ({ "model.safetensors": bytes, "tokenizer.json": tokenizerJson() });
  assert.equal(await outcomeOf(files(safetensors), "model.safetensors"), "vectors");
  const mutated = (random: () => number): Files => files(mutateBytes(safetensors, random));
  t.diagnostic(await walk("safetensors", 200, mutated, "model.safetensors"));
  assert.deepEqual(ends, []);
});
