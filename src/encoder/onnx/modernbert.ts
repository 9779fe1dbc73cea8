import type { Precision } from "../../core/encoders/card.ts";
import { activate, type Activation } from "./activation.ts";
import { Graph, type OnnxModel } from "./graph.ts";
import { namedWeights, type NamedTensors } from "./namedWeights.ts";
import { rotaryAttention, rotation, type Rotation } from "./rotaryAttention.ts";
import { finishStates, maskBias, plainPositions } from "./transformerBlocks.ts";

export interface ModernbertShape {
  readonly hidden: number;
  readonly inner: number;
  readonly heads: number;
  readonly epsilon: number;
  readonly activation: Activation;
  /** How each layer attends, from the first to the last. */
  readonly layers: readonly Reach[];
  readonly theta: Readonly<Record<Reach, number>>;
  /** In a local layer a token sees those at most this far away. */
  readonly window: number;
}
/** `local`: to tokens nearby; `global`: to all. */
export type Reach = "local" | "global";

/**
 * A ModernBERT encoder as an ONNX file: input_ids, attention_mask [batch, sequence] → states as {@link bertGraph} gives
 * them; only the last went through the final norm. Weights by their names in Hugging Face's ModernBertModel.
 * Source: https://arxiv.org/abs/2412.13663, section 2.1.
 */
export function modernbertGraph(shape: ModernbertShape, tensors: NamedTensors, precision: Precision, note: string): OnnxModel {
  const graph = new Graph(precision);
  const { linear, matrix, norm } = namedWeights(graph, tensors, shape.epsilon);
  const sizes = { heads: shape.heads, headSize: shape.hidden / shape.heads };
  const everywhere = maskBias(graph);
  const reaches = new Map<Reach, { bias: string; turn: Rotation }>();
  for (const reach of new Set(shape.layers)) {
    const bias = reach === "global" ? everywhere : graph.op("Add", [everywhere, farBias(graph, shape.window)]);
    reaches.set(reach, { bias, turn: rotation(graph, shape.theta[reach], sizes.headSize) });
  }

  const words = graph.rows("input_ids", "embeddings.word", matrix("embeddings.tok_embeddings.weight"), "large");
  let x = norm(words, "embeddings.norm", "hidden_states.0");
  shape.layers.forEach((reach, layer) => {
    const prefix = `layers.${String(layer)}`;
    const { bias, turn } = reaches.get(reach)!;
    // The embeddings come normalised.
    const before = layer === 0 ? x : norm(x, `${prefix}.attn_norm`);
    const attended = rotaryAttention(graph, linear(before, `${prefix}.attn.Wqkv`), sizes, bias, turn);
    x = graph.op("Add", [x, linear(attended, `${prefix}.attn.Wo`)]);
    const both = linear(norm(x, `${prefix}.mlp_norm`), `${prefix}.mlp.Wi`);
    const [input, gate] = graph.split(both, 2, [shape.inner, shape.inner]);
    const gated = graph.op("Mul", [activate(graph, shape.activation, input!), gate!]);
    const last = layer === shape.layers.length - 1;
    const name = last ? undefined : `hidden_states.${String(layer + 1)}`;
    x = graph.op("Add", [x, linear(gated, `${prefix}.mlp.Wo`)], {}, name);
  });
  norm(x, "final_norm", "last_hidden_state");
  return finishStates(graph, ["input_ids", "attention_mask"], shape.layers.length, shape.hidden, note);
}

/** What is added to the score of a token out of sight: more than any score makes up for. */
const OUT_OF_SIGHT = -1e9;

/** [1, 1, sequence, sequence] */
function farBias(graph: Graph, window: number): string {
  const positions = plainPositions(graph);
  const queries = graph.op("Unsqueeze", [positions, graph.ints([1, 3])]);
  const keys = graph.op("Unsqueeze", [positions, graph.ints([1, 2])]);
  const far = graph.op("Greater", [graph.op("Abs", [graph.op("Sub", [keys, queries])]), graph.int(window)]);
  return graph.op("Mul", [graph.op("Cast", [far], { to: 1 }), graph.scalar(OUT_OF_SIGHT)]);
}
