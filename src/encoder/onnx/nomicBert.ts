import type { Precision } from "../../core/encoders/card.ts";
import { activate } from "./activation.ts";
import { Graph, type OnnxModel } from "./graph.ts";
import { namedWeights, type NamedTensors } from "./namedWeights.ts";
import { rotaryAttention, rotation } from "./rotaryAttention.ts";
import { embedded, finishStates, maskBias } from "./transformerBlocks.ts";

export interface NomicShape {
  readonly hidden: number;
  readonly heads: number;
  readonly layers: number;
  readonly epsilon: number;
  readonly theta: number;
}

/**
 * A NomicBERT encoder as an ONNX file: input_ids, attention_mask, token_type_ids [batch, sequence] → states as
 * {@link bertGraph} gives them. BERT's order of norms, but positions turn queries and keys, the feed-forward part is gated
 * (SwiGLU), and nothing but the norms has a bias. Weights by their names in the publisher's own code.
 * Source: https://arxiv.org/abs/2402.01613, section 3.
 */
export function nomicBertGraph(shape: NomicShape, tensors: NamedTensors, precision: Precision, note: string): OnnxModel {
  const graph = new Graph(precision);
  const weights = namedWeights(graph, tensors, shape.epsilon);
  const { linear, norm } = weights;
  const sizes = { heads: shape.heads, headSize: shape.hidden / shape.heads };
  const bias = maskBias(graph);
  const turn = rotation(graph, shape.theta, sizes.headSize);

  const words = embedded(graph, weights, "word", "input_ids");
  const types = embedded(graph, weights, "token_type", "token_type_ids");
  let x = norm(graph.op("Add", [words, types]), "emb_ln", "hidden_states.0");
  for (let layer = 0; layer < shape.layers; layer++) {
    const prefix = `encoder.layers.${String(layer)}`;
    const attended = rotaryAttention(graph, linear(x, `${prefix}.attn.Wqkv`), sizes, bias, turn);
    x = norm(graph.op("Add", [linear(attended, `${prefix}.attn.out_proj`), x]), `${prefix}.norm1`);
    const gate = activate(graph, "silu", linear(x, `${prefix}.mlp.fc12`));
    const down = linear(graph.op("Mul", [linear(x, `${prefix}.mlp.fc11`), gate]), `${prefix}.mlp.fc2`);
    const name = layer === shape.layers - 1 ? "last_hidden_state" : `hidden_states.${String(layer + 1)}`;
    x = norm(graph.op("Add", [down, x]), `${prefix}.norm2`, name);
  }
  return finishStates(graph, ["input_ids", "attention_mask", "token_type_ids"], shape.layers, shape.hidden, note);
}
