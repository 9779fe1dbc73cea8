import * as v from "valibot";

import type { Precision } from "../../core/encoders/card.ts";
import type { Tensor } from "../formats/safetensors.ts";
import { Graph, type Matrix } from "./graph.ts";

const COUNT = v.pipe(v.number(), v.integer(), v.minValue(1));

/** The entries of a BERT config.json that shape the graph. */
export const BERT_CONFIG = v.object({
  hidden_size: COUNT,
  num_attention_heads: COUNT,
  num_hidden_layers: COUNT,
  layer_norm_eps: v.number(),
});
export type BertConfig = v.InferOutput<typeof BERT_CONFIG>;

/** What a masked position is given before the softmax: the value the published code used. */
const MASKED = -10_000;

/**
 * A BERT encoder as an ONNX file: input_ids, attention_mask, token_type_ids [batch, sequence] → last_hidden_state and
 * hidden_states.0 (embeddings) … hidden_states.<layers - 1>, each [batch, sequence, hidden_size]. Pooling stays outside.
 * Weights by their names in Hugging Face's BertModel.
 */
export function bertGraph(
  config: BertConfig,
  weights: ReadonlyMap<string, Tensor>,
  precision: Precision,
  note: string,
): Uint8Array {
  const graph = new Graph(precision);
  const { hidden_size: hidden, num_attention_heads: heads, num_hidden_layers: layers, layer_norm_eps: epsilon } = config;
  const tensor = (name: string): Tensor => {
    const found = weights.get(name);
    if (found === undefined) throw new Error(`no tensor ${name}`);
    return found;
  };
  const vector = (name: string): Float32Array => tensor(name).data;
  const matrix = (name: string): Matrix => {
    const { shape, data } = tensor(name);
    return { rows: shape[0]!, columns: shape[1]!, data };
  };
  const linear = (x: string, name: string): string => graph.linear(x, name, matrix(`${name}.weight`), vector(`${name}.bias`));
  const norm = (x: string, name: string, output?: string): string =>
    graph.layerNorm(x, name, vector(`${name}.weight`), vector(`${name}.bias`), epsilon, output);

  const length = graph.op("Gather", [graph.op("Shape", ["input_ids"]), graph.int(1)], { axis: 0 });
  const positions = graph.op("Unsqueeze", [graph.op("Range", [graph.int(0), length, graph.int(1)]), graph.ints([0])]);
  const words = graph.rows("input_ids", "embeddings.word", matrix("embeddings.word_embeddings.weight"), "large");
  const types = graph.rows("token_type_ids", "embeddings.type", matrix("embeddings.token_type_embeddings.weight"), "small");
  const places = graph.rows(positions, "embeddings.position", matrix("embeddings.position_embeddings.weight"), "small");
  let x = norm(graph.op("Add", [graph.op("Add", [words, types]), places]), "embeddings.LayerNorm", "hidden_states.0");

  const mask = graph.op("Cast", [graph.op("Unsqueeze", ["attention_mask", graph.ints([1, 2])])], { to: 1 });
  const bias = graph.op("Mul", [graph.op("Sub", [graph.scalar(1), mask]), graph.scalar(MASKED)]);
  const perHead = graph.ints([0, 0, heads, hidden / heads]);
  const joined = graph.ints([0, 0, hidden]);

  for (let layer = 0; layer < layers; layer++) {
    const prefix = `encoder.layer.${String(layer)}`;
    const split = (part: string, perm: readonly number[]): string =>
      graph.op("Transpose", [graph.op("Reshape", [linear(x, `${prefix}.attention.self.${part}`), perHead])], { perm });
    const query = split("query", [0, 2, 1, 3]);
    const key = split("key", [0, 2, 3, 1]);
    const value = split("value", [0, 2, 1, 3]);
    const scores = graph.op("Div", [graph.op("MatMul", [query, key]), graph.scalar(Math.sqrt(hidden / heads))]);
    const attention = graph.op("Softmax", [graph.op("Add", [scores, bias])], { axis: -1 });
    const context = graph.op("Transpose", [graph.op("MatMul", [attention, value])], { perm: [0, 2, 1, 3] });
    const attended = linear(graph.op("Reshape", [context, joined]), `${prefix}.attention.output.dense`);
    x = norm(graph.op("Add", [attended, x]), `${prefix}.attention.output.LayerNorm`);
    const up = gelu(graph, linear(x, `${prefix}.intermediate.dense`));
    const down = linear(up, `${prefix}.output.dense`);
    const name = layer === layers - 1 ? "last_hidden_state" : `hidden_states.${String(layer + 1)}`;
    x = norm(graph.op("Add", [down, x]), `${prefix}.output.LayerNorm`, name);
  }
  const outputs = ["last_hidden_state", ...Array.from({ length: layers }, (_, layer) => `hidden_states.${String(layer)}`)];
  return graph.finish(["input_ids", "attention_mask", "token_type_ids"], outputs, hidden, note);
}

/** x/2 · (1 + erf(x/√2)), in the order of operations that ONNX Runtime recognises and fuses. */
function gelu(graph: Graph, x: string): string {
  const erf = graph.op("Erf", [graph.op("Div", [x, graph.scalar(Math.SQRT2)])]);
  return graph.op("Mul", [graph.op("Mul", [x, graph.op("Add", [erf, graph.scalar(1)])]), graph.scalar(0.5)]);
}
