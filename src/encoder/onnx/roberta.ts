import * as v from "valibot";

import type { Precision } from "../../core/encoders/card.ts";
import { Graph, statePort, tokenPort, type OnnxModel } from "./graph.ts";
import { namedWeights, type NamedTensors } from "./namedWeights.ts";
import {
  BERT_NAMES,
  BLOCKS_CONFIG,
  maskBias,
  positionsAfterPadding,
  stateNames,
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
  const words = graph.rows("input_ids", "embeddings.word", weights.matrix("embeddings.word_embeddings.weight"), "large");
  const type = weights.vector("embeddings.token_type_embeddings.weight").slice(0, config.hidden_size);
  const places = graph.rows(positions, "embeddings.position", weights.matrix("embeddings.position_embeddings.weight"), "small");
  const sum = graph.op("Add", [graph.op("Add", [words, graph.vector("embeddings.type", type)]), places]);
  const embeddings = weights.norm(sum, "embeddings.LayerNorm", "hidden_states.0");
  transformerBlocks(graph, weights, config, BERT_NAMES, embeddings, maskBias(graph));
  return graph.finish(
    ["input_ids", "attention_mask"].map(tokenPort),
    stateNames(config.num_hidden_layers).map((name) => statePort(name, config.hidden_size)),
    note,
  );
}
