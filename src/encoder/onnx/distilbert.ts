import type { Precision } from "../../core/encoders/card.ts";
import { Graph, statePort, tokenPort, type OnnxModel } from "./graph.ts";
import { namedWeights, type NamedTensors } from "./namedWeights.ts";
import {
  maskBias,
  plainPositions,
  stateNames,
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
  const words = graph.rows("input_ids", "embeddings.word", weights.matrix("embeddings.word_embeddings.weight"), "large");
  const table = weights.matrix("embeddings.position_embeddings.weight");
  const places = graph.rows(plainPositions(graph), "embeddings.position", table, "small");
  const embeddings = weights.norm(graph.op("Add", [words, places]), "embeddings.LayerNorm", "hidden_states.0");
  transformerBlocks(graph, weights, config, DISTILBERT_NAMES, embeddings, maskBias(graph));
  return graph.finish(
    ["input_ids", "attention_mask"].map(tokenPort),
    stateNames(config.num_hidden_layers).map((name) => statePort(name, config.hidden_size)),
    note,
  );
}
