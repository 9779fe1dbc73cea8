import type { Precision } from "../../core/encoders/card.ts";
import { Graph, type OnnxModel } from "./graph.ts";
import { namedWeights, type NamedTensors } from "./namedWeights.ts";
import {
  BERT_NAMES,
  embedded,
  finishStates,
  maskBias,
  plainPositions,
  transformerBlocks,
  type BlocksConfig,
} from "./transformerBlocks.ts";

/**
 * A BERT encoder as an ONNX file: input_ids, attention_mask, token_type_ids [batch, sequence] → last_hidden_state and
 * hidden_states.0 (embeddings) … hidden_states.<layers - 1>, each [batch, sequence, hidden_size]. Pooling stays outside.
 * Weights by their names in Hugging Face's BertModel.
 */
export function bertGraph(config: BlocksConfig, tensors: NamedTensors, precision: Precision, note: string): OnnxModel {
  const graph = new Graph(precision);
  const weights = namedWeights(graph, tensors, config.layer_norm_eps);
  const positions = plainPositions(graph);
  const words = embedded(graph, weights, "word", "input_ids");
  const types = embedded(graph, weights, "token_type", "token_type_ids");
  const places = embedded(graph, weights, "position", positions);
  const sum = graph.op("Add", [graph.op("Add", [words, types]), places]);
  const embeddings = weights.norm(sum, "embeddings.LayerNorm", "hidden_states.0");
  transformerBlocks(graph, weights, config, BERT_NAMES, embeddings, maskBias(graph));
  return finishStates(
    graph,
    ["input_ids", "attention_mask", "token_type_ids"],
    config.num_hidden_layers,
    config.hidden_size,
    note,
  );
}
