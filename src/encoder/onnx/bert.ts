import type { Precision } from "../../core/encoders/card.ts";
import { Graph, statePort, tokenPort, type OnnxModel } from "./graph.ts";
import { namedWeights, type NamedTensors } from "./namedWeights.ts";
import { BERT_NAMES, maskBias, plainPositions, stateNames, transformerBlocks, type BlocksConfig } from "./transformerBlocks.ts";

/**
 * A BERT encoder as an ONNX file: input_ids, attention_mask, token_type_ids [batch, sequence] → last_hidden_state and
 * hidden_states.0 (embeddings) … hidden_states.<layers - 1>, each [batch, sequence, hidden_size]. Pooling stays outside.
 * Weights by their names in Hugging Face's BertModel.
 */
export function bertGraph(config: BlocksConfig, tensors: NamedTensors, precision: Precision, note: string): OnnxModel {
  const graph = new Graph(precision);
  const weights = namedWeights(graph, tensors, config.layer_norm_eps);
  const rows = (ids: string, label: string, name: string, size: "large" | "small"): string =>
    graph.rows(ids, label, weights.matrix(`embeddings.${name}_embeddings.weight`), size);

  const positions = plainPositions(graph);
  const words = rows("input_ids", "embeddings.word", "word", "large");
  const types = rows("token_type_ids", "embeddings.type", "token_type", "small");
  const places = rows(positions, "embeddings.position", "position", "small");
  const sum = graph.op("Add", [graph.op("Add", [words, types]), places]);
  const embeddings = weights.norm(sum, "embeddings.LayerNorm", "hidden_states.0");
  transformerBlocks(graph, weights, config, BERT_NAMES, embeddings, maskBias(graph));
  return graph.finish(
    ["input_ids", "attention_mask", "token_type_ids"].map(tokenPort),
    stateNames(config.num_hidden_layers).map((name) => statePort(name, config.hidden_size)),
    note,
  );
}
