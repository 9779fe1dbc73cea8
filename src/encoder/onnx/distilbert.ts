import type { Precision } from "../../core/encoders/card.ts";
import { Graph, type OnnxModel } from "./graph.ts";
import { namedWeights, type NamedTensors } from "./namedWeights.ts";
import {
  embedded,
  finishStates,
  maskBias,
  plainPositions,
  transformerBlocks,
  type BlockNames,
  type BlocksConfig,
} from "./transformerBlocks.ts";

export const DISTILBERT_NAMES: BlockNames = {
  blocks: "transformer.layer",
  query: "attention.q_lin",
  key: "attention.k_lin",
  value: "attention.v_lin",
  attended: "attention.out_lin",
  attendedNorm: "sa_layer_norm",
  up: "ffn.lin1",
  down: "ffn.lin2",
  norm: "output_layer_norm",
};

/**
 * A DistilBERT encoder as an ONNX file: input_ids, attention_mask [batch, sequence] → states as {@link bertGraph} gives
 * them. It is BERT without token types. Weights by their names in Hugging Face's DistilBertModel.
 */
export function distilbertGraph(config: BlocksConfig, tensors: NamedTensors, precision: Precision, note: string): OnnxModel {
  const graph = new Graph(precision);
  const weights = namedWeights(graph, tensors, config.layer_norm_eps);
  const words = embedded(graph, weights, "word", "input_ids");
  const places = embedded(graph, weights, "position", plainPositions(graph));
  const embeddings = weights.norm(graph.op("Add", [words, places]), "embeddings.LayerNorm", "hidden_states.0");
  transformerBlocks(graph, weights, config, DISTILBERT_NAMES, embeddings, maskBias(graph));
  return finishStates(graph, ["input_ids", "attention_mask"], config.num_hidden_layers, config.hidden_size, note);
}
