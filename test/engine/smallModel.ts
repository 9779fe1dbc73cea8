/** Models of a few numbers, whole and sound, for tests to spoil. */
import fs from "node:fs";
import path from "node:path";

import { Graph, statePort, tokenPort } from "../../src/encoder/onnx/graph.ts";

export const WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "cat", "sat", "on", "mat", "and", "slept", "."];

/** A tokenizer of a dozen words; `changes` are laid over it. */
export const tokenizerJson = (changes: object = {}): object => ({
  added_tokens: WORDS.slice(0, 4).map((content, id) => ({ id, content, special: true })),
  decoder: null,
  normalizer: { type: "BertNormalizer", lowercase: true },
  pre_tokenizer: { type: "BertPreTokenizer" },
  post_processor: { type: "BertProcessing", sep: ["[SEP]", 3], cls: ["[CLS]", 2] },
  model: { type: "WordPiece", unk_token: "[UNK]", vocab: Object.fromEntries(WORDS.map((word, id) => [word, id])) },
  ...changes,
});

/** A table of `rows` vectors with, if asked for, positions added. */
export function tableModel(rows = WORDS.length, positions?: number): Uint8Array {
  const graph = new Graph("fp32");
  const random = (count: number): Float32Array => Float32Array.from({ length: count }, (_, at) => Math.sin(at + 1));
  const words = graph.rows("input_ids", "words", { rows, columns: 8, data: random(rows * 8) }, "large");
  if (positions === undefined) graph.op("Identity", [words], {}, "last_hidden_state");
  else {
    const length = graph.op("Squeeze", [graph.op("Slice", [graph.op("Shape", ["input_ids"]), graph.ints([1]), graph.ints([2])])]);
    const range = graph.op("Range", [graph.int(0), length, graph.int(1)]);
    const table = { rows: positions, columns: 8, data: random(positions * 8) };
    graph.op("Add", [words, graph.rows(range, "positions", table, "small")], {}, "last_hidden_state");
  }
  const ports = ["input_ids", "attention_mask"].map(tokenPort);
  return graph.finish(ports, [statePort("last_hidden_state", 8)], "a test").whole.finish();
}

/** Texts and bytes are written as they are, objects as JSON. */
export type Files = Readonly<Record<string, string | Uint8Array | object>>;

export function writeFiles(folder: string, files: Files): string {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content));
  }
  return folder;
}
