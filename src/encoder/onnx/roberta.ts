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
  transformerBlocks,
} from "./transformerBlocks.ts";

/** The entries of a RoBERTa config.json that shape the graph. */
export const ROBERTA_CONFIG = v.object({
  ...BLOCKS_CONFIG.entries,
  pad_token_id: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
export type RobertaConfig = v.InferOutput<typeof ROBERTA_CONFIG>;

/**
 * A RoBERTa or XLM-RoBERTa encoder as an ONNX file: input_ids, attention_mask [batch, sequence] → states as
 * {@link bertGraph} gives them. It is BERT with one token type and positions that begin after the padding id. Weights by
 * their names in Hugging Face's RobertaModel.
 */
export function robertaGraph(config: RobertaConfig, tensors: NamedTensors, precision: Precision, note: string): OnnxModel {
  const graph = new Graph(precision);
  const weights = namedWeights(graph, tensors, config.layer_norm_eps);
  const positions = positionsAfterPadding(graph, config.pad_token_id);
  const words = embedded(graph, weights, "word", "input_ids");
  const type = weights.vector("embeddings.token_type_embeddings.weight").slice(0, config.hidden_size);
  const places = embedded(graph, weights, "position", positions);
  const sum = graph.op("Add", [graph.op("Add", [words, graph.vector("embeddings.type", type)]), places]);
  const embeddings = weights.norm(sum, "embeddings.LayerNorm", "hidden_states.0");
  transformerBlocks(graph, weights, config, BERT_NAMES, embeddings, maskBias(graph));
  return finishStates(graph, ["input_ids", "attention_mask"], config.num_hidden_layers, config.hidden_size, note);
}
