import fs from "node:fs";
import path from "node:path";

import { MessageWriter, readFields } from "../src/encoder/onnx/protobuf.ts";

const root = path.resolve(import.meta.dirname, "..");

/** Fields of ONNX's ModelProto and GraphProto. */
const GRAPH = 7;
const OUTPUT = 12;

/**
 * A copy of one of our model folders as the peer wants it: the same weights and nodes, without the optional outputs (it would
 * fetch them all and be slower for it), and with the length limit where it looks for one.
 */
export function peerModel(id: string): string {
  const from = path.join(root, "models", id);
  const to = path.join(root, "out", "bench");
  const folder = path.join(to, id);
  fs.mkdirSync(path.join(folder, "onnx"), { recursive: true });
  for (const name of ["model.onnx", "model_int8.onnx"])
    fs.writeFileSync(path.join(folder, "onnx", name), withFirstOutputOnly(fs.readFileSync(path.join(from, "onnx", name))));
  const { max_seq_length: limit } = JSON.parse(fs.readFileSync(path.join(from, "sentence_bert_config.json"), "utf8")) as {
    max_seq_length: number;
  };
  fs.copyFileSync(path.join(from, "config.json"), path.join(folder, "config.json"));
  // Its reader obeys truncation and padding left in tokenizer.json; here only the model's own limit counts, as on our side.
  const tokenizer = JSON.parse(fs.readFileSync(path.join(from, "tokenizer.json"), "utf8")) as object;
  fs.writeFileSync(path.join(folder, "tokenizer.json"), JSON.stringify({ ...tokenizer, truncation: null, padding: null }));
  fs.writeFileSync(
    path.join(folder, "tokenizer_config.json"),
    JSON.stringify({ tokenizer_class: "BertTokenizer", model_max_length: limit, pad_token: "[PAD]" }),
  );
  return to;
}

function withFirstOutputOnly(model: Uint8Array): Uint8Array {
  return rewrite(model, (field, bytes) => {
    if (field !== GRAPH) return bytes;
    let outputs = 0;
    return rewrite(bytes, (inner, value) => (inner === OUTPUT && outputs++ > 0 ? undefined : value));
  });
}

/** A message with some of its byte fields replaced, or left out. */
function rewrite(message: Uint8Array, change: (field: number, bytes: Uint8Array) => Uint8Array | undefined): Uint8Array {
  const writer = new MessageWriter();
  for (const part of readFields(message)) {
    if (part.kind === "number") writer.varint(part.field, part.value);
    else {
      const bytes = change(part.field, part.bytes);
      if (bytes !== undefined) writer.bytes(part.field, bytes);
    }
  }
  return writer.finish();
}
