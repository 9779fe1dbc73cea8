import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { convertFolder } from "../../src/encoder/convert/convertFolder.ts";
import { encode } from "../../src/protocol/encoder.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import { startEncoder } from "../golden/encoderProcess.ts";
import { safetensorsBytes } from "./safetensorsBytes.ts";

const DATA = path.resolve(import.meta.dirname, "../golden/data/architectures");
const WEIGHTS = "model.safetensors";

let base: string;
before(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), "convert-"));
});
after(() => {
  fs.rmSync(base, { recursive: true, force: true });
});

interface Stored {
  dtype: string;
  shape: number[];
  bytes: Buffer;
}
type Tensors = Map<string, Stored>;
type Settings = Record<string, unknown>;

/** A copy of a small encoder, changed. */
function changed(
  name: string,
  { tensors = () => undefined, config = () => undefined }: { tensors?: (all: Tensors) => void; config?: (all: Settings) => void },
): string {
  const folder = fs.mkdtempSync(path.join(base, "model-"));
  fs.cpSync(path.join(DATA, name), folder, { recursive: true });
  const settings = JSON.parse(fs.readFileSync(path.join(folder, "config.json"), "utf8")) as Settings;
  config(settings);
  fs.writeFileSync(path.join(folder, "config.json"), JSON.stringify(settings));
  const all = read(path.join(folder, WEIGHTS));
  tensors(all);
  write(path.join(folder, WEIGHTS), all);
  return folder;
}

function read(file: string): Tensors {
  const bytes = fs.readFileSync(file);
  const body = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, body)) as Record<string, Stored & { data_offsets: [number, number] }>;
  const entries = Object.entries(header).filter(([name]) => name !== "__metadata__");
  return new Map(
    entries.map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => [name, { dtype, shape, bytes: bytes.subarray(body + from, body + to) }],
    ),
  );
}

function write(file: string, tensors: Tensors): void {
  let at = 0;
  const header: Record<string, object> = {};
  for (const [name, { dtype, shape, bytes }] of tensors) {
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
  }
  const body = Buffer.concat([...tensors.values()].map(({ bytes }) => bytes));
  fs.writeFileSync(file, safetensorsBytes(header, body));
}

function refusal(folder: string, weights = WEIGHTS): string {
  try {
    convertFolder({ folder, weights });
  } catch (error) {
    assert.ok(error instanceof EmbedError, String(error));
    assert.equal(error.data.code, "badModel");
    return error.data.message;
  }
  return "nothing";
}

const QUERY = "encoder.layer.1.attention.self.query.weight";

test("weights that are not the network of config.json are refused, naming file and reason", () => {
  const weights: readonly (readonly [RegExp, (all: Tensors) => void])[] = [
    [/^model\.safetensors .*it has no tensor encoder\.layer\.1\.attention\.self\.query\.weight/, (all) => all.delete(QUERY)],
    [
      /it has no tensor embeddings\.word_embeddings\.weight, so it is no BERT/,
      (all) => all.delete("embeddings.word_embeddings.weight"),
    ],
    [/query\.weight is \[16, 64\], but by config\.json it should be \[32, 32\]/, (all) => (all.get(QUERY)!.shape = [16, 64])],
    [
      /query\.weight is of the type I8: quantised weights/,
      (all) => {
        all.set(QUERY, { dtype: "I8", shape: [32, 32], bytes: Buffer.alloc(1024) });
      },
    ],
    [/query\.weight holds numbers that are none/, (all) => all.get(QUERY)!.bytes.writeFloatLE(NaN, 400)],
    [/query\.weight holds numbers that are none/, (all) => all.get(QUERY)!.bytes.writeFloatLE(-Infinity, 0)],
    [
      /its tensor encoder\.layer\.0\.attention\.self\.query\.lora_A\.weight has no place in a BERT/,
      (all) =>
        all.set("encoder.layer.0.attention.self.query.lora_A.weight", { dtype: "F32", shape: [1], bytes: Buffer.alloc(4) }),
    ],
    [
      /its tensor encoder\.layer\.2\.output\.dense\.bias has no place/,
      (all) => all.set("encoder.layer.2.output.dense.bias", { dtype: "F32", shape: [1], bytes: Buffer.alloc(4) }),
    ],
    [
      /several networks/,
      (all) => all.set("decoder.embeddings.word_embeddings.weight", { dtype: "F32", shape: [1], bytes: Buffer.alloc(4) }),
    ],
  ];
  for (const [reason, tensors] of weights) assert.match(refusal(changed("bert", { tensors })), reason);
});

test("settings that are not built here are refused, naming config.json and the entry", () => {
  const settings: readonly (readonly [string, RegExp, Settings])[] = [
    ["bert", /^config\.json was refused: its model_type "t5" is none that is built here \(BERT, RoBERTa/, { model_type: "t5" }],
    ["bert", /model_type "__proto__" is none/, { model_type: "__proto__" }],
    ["bert", /it has no model_type/, { model_type: null }],
    ["bert", /hidden_act: /, { hidden_act: "quick_gelu" }],
    ["bert", /position_embedding_type: /, { position_embedding_type: "relative_key" }],
    ["bert", /is_decoder: /, { is_decoder: true }],
    ["bert", /quantization_config: /, { quantization_config: { bits: 4 } }],
    ["bert", /num_hidden_layers: /, { num_hidden_layers: 1e9 }],
    ["bert", /32 numbers do not divide into 5 heads/, { num_attention_heads: 5 }],
    ["mpnet", /relative_attention_num_buckets: /, { relative_attention_num_buckets: 16 }],
    ["modernbert", /layer_types does not name every layer/, { layer_types: ["full_attention"] }],
    [
      "modernbert",
      /rope_parameters\.full_attention\.rope_type: /,
      { rope_parameters: { full_attention: { rope_type: "yarn" } } },
    ],
    ["nomic", /activation_function: /, { activation_function: "gelu" }],
    ["nomic", /prenorm: /, { prenorm: true }],
    ["nomic", /rotary_scaling_factor: /, { rotary_scaling_factor: 2 }],
    ["nomic", /num_experts: /, { num_experts: 8 }],
  ];
  for (const [name, reason, entries] of settings) {
    const message = refusal(changed(name, { config: (all) => Object.assign(all, entries) }));
    assert.match(message, /^config\.json was refused/);
    assert.match(message, reason);
  }
});

test("files that are cut, missing, or elsewhere are refused", () => {
  const cut = changed("bert", {});
  fs.truncateSync(path.join(cut, WEIGHTS), 50_000);
  assert.match(refusal(cut), /^model\.safetensors was refused: .*reaches beyond its end; the file is cut or wrong/);

  const split = (): string => {
    const folder = fs.mkdtempSync(path.join(base, "split-"));
    fs.cpSync(path.join(DATA, "bert-tanh-split"), folder, { recursive: true });
    return folder;
  };
  const index = "model.safetensors.index.json";
  const [first, second] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  const missing = split();
  fs.rmSync(path.join(missing, second));
  assert.match(refusal(missing, index), /^model-00002-of-00002\.safetensors was refused: it is not there/);
  const swapped = split();
  fs.renameSync(path.join(swapped, first), path.join(swapped, "other"));
  fs.renameSync(path.join(swapped, second), path.join(swapped, first));
  fs.renameSync(path.join(swapped, "other"), path.join(swapped, second));
  assert.match(refusal(swapped, index), /it should hold .*, as model\.safetensors\.index\.json says, and does not/);
  const unlike = split();
  const listed = fs.readFileSync(path.join(unlike, index), "utf8");
  fs.writeFileSync(path.join(unlike, index), listed.replace(/"weight_map":\s*\{/, `$&"constructor":"${first}",`));
  assert.match(refusal(unlike, index), /it should hold constructor, as model\.safetensors\.index\.json says, and does not/);
  const outside = split();
  fs.writeFileSync(path.join(outside, index), JSON.stringify({ weight_map: { a: "../model.safetensors" } }));
  assert.match(
    refusal(outside, index),
    /^model\.safetensors\.index\.json was refused: it names the file "\.\.\/model\.safetensors"/,
  );
  if (process.platform !== "win32") {
    const linked = split();
    fs.rmSync(path.join(linked, first));
    fs.symlinkSync(path.join(DATA, "bert-tanh-split", first), path.join(linked, first));
    assert.match(refusal(linked, index), /it is a link or a folder/);
  }
  const bare = changed("bert", {});
  fs.rmSync(path.join(bare, "config.json"));
  assert.match(refusal(bare), /^config\.json was refused: it is not there/);
});

test("what one file cannot hold lies beside it, and is the same encoder", async () => {
  const params = { weights: WEIGHTS };
  const [together, apart] = [changed("modernbert", {}), changed("modernbert", {})];
  assert.deepEqual(convertFolder({ folder: together, ...params }).made, ["onnx/model.onnx"]);
  assert.deepEqual(convertFolder({ folder: apart, ...params }, 50_000).made, ["onnx/model.onnx", "onnx/model.onnx.data"]);
  assert.ok(fs.statSync(path.join(apart, "onnx/model.onnx")).size < 50_000);
  const encoder = startEncoder();
  try {
    const vectors = [together, apart].map(async (folder) => {
      const asked = { model: { folder, precision: "fp32" as const }, texts: ["a cat", "an index of words"] };
      return (await encoder.rpc.request(encode, asked)).vectors;
    });
    assert.deepEqual(await vectors[0], await vectors[1]);
  } finally {
    encoder.kill();
    await encoder.ended;
  }
});

test("tables of tokens are checked too", () => {
  const add = (name: string, dtype: string, values: ArrayBufferView, shape: number[]) => (all: Tensors) =>
    all.set(name, { dtype, shape, bytes: Buffer.from(values.buffer as ArrayBuffer) });
  const cases: readonly (readonly [string, RegExp, (all: Tensors) => void])[] = [
    ["model2vec", /its mapping leads out of the table/, add("mapping", "I64", BigInt64Array.of(0n, 50n), [2])],
    ["model2vec", /its mapping leads out of the table/, add("mapping", "I64", BigInt64Array.of(0n, -1n), [2])],
    ["model2vec", /it has not one weight for every token/, add("weights", "F32", Float32Array.of(1), [1])],
    ["model2vec", /embeddings is no table/, (all) => (all.get("embeddings")!.shape = [1600])],
    ["model2vec", /of the type I8: quantised weights/, add("embeddings", "I8", new Int8Array(1600), [50, 32])],
  ];
  for (const [name, reason, tensors] of cases) assert.match(refusal(changed(name, { tensors })), reason);
});

test("the numbers that the weights say they hold are counted, whole numbers aside", () => {
  const folder = changed("bert", {
    tensors: (all) => {
      all.set("bert.embeddings.position_ids", { dtype: "I64", shape: [1, 4], bytes: Buffer.alloc(32) });
    },
  });
  const floats = [...read(path.join(folder, WEIGHTS)).values()].filter(({ dtype }) => dtype === "F32");
  const held = floats.reduce((sum, { bytes }) => sum + bytes.length / 4, 0);
  assert.ok(held > 0);
  assert.equal(convertFolder({ folder, weights: WEIGHTS }).parameters, held);
});
