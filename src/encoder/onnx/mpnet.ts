import * as v from "valibot";

import type { Precision } from "../../core/encoders/card.ts";
import { Graph, type OnnxModel } from "./graph.ts";
import { namedWeights, type NamedTensors } from "./namedWeights.ts";
import {
  BERT_NAMES,
  BLOCKS_CONFIG,
  embedded,
  finishStates,
  maskBias,
  positionsAfterPadding,
  sequenceLength,
  transformerBlocks,
  type BlockNames,
} from "./transformerBlocks.ts";

/** The entries of an MPNet config.json that shape the graph. */
export const MPNET_CONFIG = v.object({
  ...BLOCKS_CONFIG.entries,
  max_position_embeddings: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000)),
  relative_attention_num_buckets: v.pipe(v.number(), v.integer(), v.minValue(4)),
  pad_token_id: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
export type MpnetConfig = v.InferOutput<typeof MPNET_CONFIG>;

export const MPNET_NAMES: BlockNames = {
  ...BERT_NAMES,
  query: "attention.attn.q",
  key: "attention.attn.k",
  value: "attention.attn.v",
  attended: "attention.attn.o",
  attendedNorm: "attention.LayerNorm",
};

/**
 * An MPNet encoder as an ONNX file: input_ids, attention_mask [batch, sequence] → last_hidden_state and hidden_states.0 …
 * as {@link bertGraph} gives them. It knows no token types, its positions begin after the padding id and skip padding, and
 * attention has a bias by how far apart two tokens are. Weights by their names in Hugging Face's MPNetModel.
 */
export function mpnetGraph(config: MpnetConfig, tensors: NamedTensors, precision: Precision, note: string): OnnxModel {
  const graph = new Graph(precision);
  const weights = namedWeights(graph, tensors, config.layer_norm_eps);
  const { pad_token_id: padding, max_position_embeddings: span } = config;

  const positions = positionsAfterPadding(graph, padding);
  const words = embedded(graph, weights, "word", "input_ids");
  const places = embedded(graph, weights, "position", positions);
  const embeddings = weights.norm(graph.op("Add", [words, places]), "embeddings.LayerNorm", "hidden_states.0");

  const biases = weights.matrix("encoder.relative_attention_bias.weight");
  if ("nibbles" in biases) throw new Error("the bias of distances is not in single precision");
  const heads = biases.columns;
  const byDistance = new Float32Array((2 * span + 1) * heads);
  for (let distance = -span; distance <= span; distance++) {
    const bucket = distanceBucket(distance, config.relative_attention_num_buckets);
    byDistance.set(biases.data.subarray(bucket * heads, (bucket + 1) * heads), (distance + span) * heads);
  }
  const range = graph.op("Range", [graph.int(0), sequenceLength(graph), graph.int(1)]);
  const keys = graph.op("Unsqueeze", [range, graph.ints([0])]);
  const queries = graph.op("Unsqueeze", [range, graph.ints([1])]);
  const row = graph.op("Add", [graph.op("Sub", [keys, queries]), graph.int(span)]);
  const bias = graph.op("Gather", [graph.constant("relative_bias", [2 * span + 1, heads], byDistance), row]);
  const perHead = graph.op("Unsqueeze", [graph.op("Transpose", [bias], { perm: [2, 0, 1] }), graph.ints([0])]);
  transformerBlocks(graph, weights, config, MPNET_NAMES, embeddings, graph.op("Add", [perHead, maskBias(graph)]));
  return finishStates(graph, ["input_ids", "attention_mask"], config.num_hidden_layers, config.hidden_size, note);
}

/** Distances from here on share the last bucket. */
const FARTHEST = 128;

/**
 * The bucket of a distance (key - query), as T5 and MPNet have them: half of the buckets for each direction; in each, one for
 * every short distance, then buckets that grow. Single precision at every step: the publisher's rounding decides at the edges.
 * Source: https://arxiv.org/abs/1910.10683, section 2.1, and the code of MPNetModel.
 */
function distanceBucket(distance: number, buckets: number): number {
  const perDirection = buckets / 2;
  const first = distance > 0 ? perDirection : 0;
  const length = Math.abs(distance);
  const exact = perDirection / 2;
  if (length < exact) return first + length;
  const logarithm = Math.fround(Math.log(Math.fround(length / exact)));
  const share = Math.fround(logarithm / Math.fround(Math.log(FARTHEST / exact)));
  const grown = exact + Math.trunc(Math.fround(share * (perDirection - exact)));
  return first + Math.min(grown, perDirection - 1);
}
