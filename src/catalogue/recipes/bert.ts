import * as v from "valibot";

import { readSafetensors } from "../../encoder/formats/safetensors.ts";
import { bertGraph } from "../../encoder/onnx/bert.ts";
import { bertWeightsOfOnnx } from "../../encoder/onnx/initializers.ts";
import { MPNET_CONFIG, mpnetGraph } from "../../encoder/onnx/mpnet.ts";
import type { NamedTensors } from "../../encoder/onnx/namedWeights.ts";
import { BLOCKS_CONFIG } from "../../encoder/onnx/transformerBlocks.ts";
import { models, settings, type Build } from "./modelFiles.ts";

/** BERT by the weights of its publisher. */
export const bertOfSafetensors: Build = bert((weights) => readSafetensors(weights));

/** BERT by the weights inside somebody's ONNX export of a sentence-transformers model. */
export const bertOfOnnx: Build = bert((weights) => bertWeightsOfOnnx(weights, "model.0.auto_model."));

/** MPNet by the weights of its publisher. */
export const mpnetOfSafetensors: Build = async (manifest, source) => {
  const tensors = readSafetensors(await source("weights"));
  const config = v.parse(MPNET_CONFIG, manifest.config);
  return {
    ...models(manifest, (precision, note) => mpnetGraph(config, tensors, precision, note)),
    ...settings(manifest, manifest.config ?? {}),
    "tokenizer.json": await source("tokenizer"),
  };
};

function bert(read: (weights: Uint8Array) => NamedTensors): Build {
  return async (manifest, source) => {
    const tensors = read(await source("weights"));
    const config = v.parse(BLOCKS_CONFIG, manifest.config);
    return {
      ...models(manifest, (precision, note) => bertGraph(config, tensors, precision, note)),
      ...settings(manifest, manifest.config ?? {}),
      "tokenizer.json": await source("tokenizer"),
    };
  };
}
