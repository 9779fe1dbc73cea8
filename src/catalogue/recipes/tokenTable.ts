import { plainTokenizer } from "../../encoder/formats/plainTokenizer.ts";
import { readSafetensors } from "../../encoder/formats/safetensors.ts";
import { staticTableGraph } from "../../encoder/onnx/staticTable.ts";
import { models, settings, type Build } from "./modelFiles.ts";

/** Vectors of the tokens of somebody's tokenizer, which is used without its special tokens. */
export const tokenTable: Build = async (manifest, source) => {
  const [tensor] = readSafetensors(await source("weights")).values();
  const [rows, columns] = tensor?.shape ?? [];
  if (tensor === undefined || rows === undefined || columns === undefined) throw new Error("there is no table in its weights");
  const table = { rows, columns, data: tensor.data };
  const tokenizer = JSON.parse(new TextDecoder().decode(await source("tokenizer"))) as object;
  return {
    ...models(manifest, (precision, note) => staticTableGraph(table, precision, note)),
    ...settings(manifest, { model_type: "static", architectures: ["StaticEmbedding"], hidden_size: columns, vocab_size: rows }),
    "tokenizer.json": plainTokenizer(tokenizer),
  };
};
