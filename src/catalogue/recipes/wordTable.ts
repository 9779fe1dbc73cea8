import { staticTableGraph } from "../../encoder/onnx/staticTable.ts";
import { models, settings, type Build } from "./modelFiles.ts";
import { specialToken } from "./specialToken.ts";

/** Words kept of the published table, most frequent first. */
const WORDS = 50_000;
/** Rows before the first word: padding and unknown, both zero. */
const SPECIAL = ["[PAD]", "[UNK]"];

/** Vectors of words, for BERT's way of cutting text into words. */
export const wordTable: Build = async (manifest, source) => {
  const { words, vectors } = JSON.parse(new TextDecoder().decode(await source("vectors"))) as {
    words: readonly string[];
    vectors: Readonly<Record<string, readonly number[]>>;
  };
  const { dimensions } = manifest.card;
  const kept = words.filter((word) => Object.hasOwn(vectors, word)).slice(0, WORDS);
  const data = new Float32Array((SPECIAL.length + kept.length) * dimensions);
  kept.forEach((word, row) => {
    data.set(vectors[word]!.slice(0, dimensions), (SPECIAL.length + row) * dimensions);
  });
  const table = { rows: data.length / dimensions, columns: dimensions, data };
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content, id) => specialToken(id, content)),
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
    ...models(manifest, (precision, note) => staticTableGraph(table, precision, note)),
    ...settings(manifest, {
      model_type: "static",
      architectures: ["StaticEmbedding"],
      hidden_size: dimensions,
      vocab_size: table.rows,
    }),
    "tokenizer.json": JSON.stringify(tokenizer),
  };
};
