import * as v from "valibot";

import type { Precision } from "../../core/encoders/card.ts";
import { readSafetensors } from "../../encoder/formats/safetensors.ts";
import { bertGraph } from "../../encoder/onnx/bert.ts";
import type { OnnxModel } from "../../encoder/onnx/graph.ts";
import { bertWeightsOfOnnx } from "../../encoder/onnx/initializers.ts";
import { MPNET_CONFIG, mpnetGraph } from "../../encoder/onnx/mpnet.ts";
import type { NamedTensors } from "../../encoder/onnx/namedWeights.ts";
import { BLOCKS_CONFIG } from "../../encoder/onnx/transformerBlocks.ts";
import { models, settings, type Build } from "./modelFiles.ts";

/** BERT by the weights of its publisher. */
export const bertOfSafetensors = build(BLOCKS_CONFIG, bertGraph, readSafetensors);

/** BERT by the weights inside somebody's ONNX export of a sentence-transformers model. */
export const bertOfOnnx = build(BLOCKS_CONFIG, bertGraph, (weights) => bertWeightsOfOnnx(weights, "model.0.auto_model."));

/** MPNet by the weights of its publisher. */
export const mpnetOfSafetensors = build(MPNET_CONFIG, mpnetGraph, readSafetensors);

function build<C>(
  schema: v.GenericSchema<unknown, C>,
  graph: (config: C, tensors: NamedTensors, precision: Precision, note: string) => OnnxModel,
  read: (weights: Uint8Array) => NamedTensors,
): Build {
  return async (manifest, source) => {
    const tensors = read(await source("weights"));
    const config = v.parse(schema, manifest.config);
    return {
      ...models(manifest, (precision, note) => graph(config, tensors, precision, note)),
      ...settings(manifest, manifest.config ?? {}),
      "tokenizer.json": await source("tokenizer"),
    };
  };
}
