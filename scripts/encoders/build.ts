import fs from "node:fs";
import path from "node:path";

import * as v from "valibot";

import { PRECISIONS, type Precision } from "../../src/core/encoders/card.ts";
import { MODEL_FILES, type BuiltEncoder, type EncoderManifest } from "../../src/core/encoders/manifest.ts";
import { readSafetensors, type Tensor } from "../../src/encoder/formats/safetensors.ts";
import { BERT_CONFIG, bertGraph } from "../../src/encoder/onnx/bert.ts";
import { bertWeightsOfOnnx } from "../../src/encoder/onnx/initializers.ts";
import { staticTableGraph } from "../../src/encoder/onnx/staticTable.ts";
import { fetchFile, sha256 } from "./fetch.ts";

/** Raise when the same inputs give other bytes: built folders are then built again. */
const BUILDER_VERSION = 1;

/** Whether `folder` holds what this manifest gives with this builder. Looks at sizes, does not hash again. */
export function isBuilt(manifest: EncoderManifest, folder: string): boolean {
  try {
    const built = JSON.parse(fs.readFileSync(path.join(folder, "encoder.json"), "utf8")) as BuiltEncoder;
    return (
      built.inputs === inputsOf(manifest) &&
      Object.entries(built.built).every(([file, { bytes }]) => fs.statSync(path.join(folder, file)).size === bytes)
    );
  } catch {
    return false;
  }
}

/** Fetches the sources and writes the model folder, in the layout of sentence-transformers. Never leaves half a folder. */
export async function buildEncoder(manifest: EncoderManifest, folder: string): Promise<void> {
  const files = await filesOf(manifest);
  const part = `${folder}.part${String(process.pid)}`;
  fs.rmSync(part, { recursive: true, force: true });
  const built: Record<string, { sha256: string; bytes: number }> = {};
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const file = path.join(part, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, bytes);
    built[name] = { sha256: sha256(bytes), bytes: bytes.length };
  }
  const record: BuiltEncoder = { manifest, inputs: inputsOf(manifest), built };
  fs.writeFileSync(path.join(part, "encoder.json"), json(record));
  fs.rmSync(folder, { recursive: true, force: true });
  fs.renameSync(part, folder);
}

const inputsOf = (manifest: EncoderManifest): string => sha256(JSON.stringify([BUILDER_VERSION, manifest]));

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

type Files = Record<string, Uint8Array | string>;

async function filesOf(manifest: EncoderManifest): Promise<Files> {
  const source = (role: string): Promise<Uint8Array> => fetchFile(manifest.files.find((file) => file.role === role)!);
  const note = `${manifest.id}, ${manifest.card.licence.value}`;
  if (manifest.recipe === "word-table") return wordTable(manifest, await source("vectors"), note);
  const weights = await source("weights");
  const tensors: ReadonlyMap<string, Tensor> =
    manifest.recipe === "bert-safetensors" ? readSafetensors(weights) : bertWeightsOfOnnx(weights, "model.0.auto_model.");
  const config = v.parse(BERT_CONFIG, manifest.config);
  return {
    ...models((precision) => bertGraph(config, tensors, precision, note)),
    ...settings(manifest, manifest.config ?? {}),
    "tokenizer.json": await source("tokenizer"),
  };
}

const models = (graph: (precision: Precision) => Uint8Array): Files =>
  Object.fromEntries(PRECISIONS.map((precision) => [MODEL_FILES[precision], graph(precision)]));

/** What sentence-transformers reads to know how tokens become one vector. */
function settings({ card }: EncoderManifest, config: object): Files {
  const modules = ["Transformer", "Pooling", ...(card.normalized ? ["Normalize"] : [])].map((type, index) => ({
    idx: index,
    name: String(index),
    path: index === 0 ? "" : `${String(index)}_${type}`,
    type: `sentence_transformers.models.${type}`,
  }));
  return {
    "config.json": json(config),
    "modules.json": json(modules),
    "sentence_bert_config.json": json({ max_seq_length: card.maxTokens, do_lower_case: false }),
    "1_Pooling/config.json": json({ word_embedding_dimension: card.dimensions, pooling_mode_mean_tokens: true }),
  };
}

/** Words kept of the published table, most frequent first. */
const WORDS = 50_000;
/** Rows before the first word: padding and unknown, both zero. */
const SPECIAL = ["[PAD]", "[UNK]"];

function wordTable(manifest: EncoderManifest, source: Uint8Array, note: string): Files {
  const { words, vectors } = JSON.parse(new TextDecoder().decode(source)) as {
    words: readonly string[];
    vectors: Readonly<Record<string, readonly number[]>>;
  };
  const { dimensions } = manifest.card;
  const kept = words.filter((word) => vectors[word] !== undefined).slice(0, WORDS);
  const data = new Float32Array((SPECIAL.length + kept.length) * dimensions);
  kept.forEach((word, row) => {
    data.set(vectors[word]!.slice(0, dimensions), (SPECIAL.length + row) * dimensions);
  });
  const table = { rows: data.length / dimensions, columns: dimensions, data };
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, strip_accents: false, lowercase: true },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: null,
    decoder: null,
    model: {
      type: "WordLevel",
      vocab: Object.fromEntries([...SPECIAL, ...kept].map((word, id) => [word, id])),
      unk_token: "[UNK]",
    },
  };
  return {
    ...models((precision) => staticTableGraph(table, precision, note)),
    ...settings(manifest, { model_type: "static", architectures: ["StaticEmbedding"], hidden_size: dimensions, vocab_size: table.rows }),
    "tokenizer.json": JSON.stringify(tokenizer),
  };
}
