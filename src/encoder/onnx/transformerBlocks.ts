import * as v from "valibot";

import { activate, ACTIVATIONS } from "./activation.ts";
import { statePort, tokenPort, type Graph, type OnnxModel } from "./graph.ts";
import type { NamedWeights } from "./namedWeights.ts";

const COUNT = v.pipe(v.number(), v.integer(), v.minValue(1));

/** The entries of a config.json that shape the blocks of a BERT-like encoder. */
export const BLOCKS_CONFIG = v.object({
  hidden_size: COUNT,
  num_attention_heads: COUNT,
  num_hidden_layers: COUNT,
  layer_norm_eps: v.number(),
  hidden_act: v.optional(v.picklist(ACTIVATIONS)),
});
export type BlocksConfig = v.InferOutput<typeof BLOCKS_CONFIG>;

/** What the parts of a block are called after `<blocks>.<n>.`. */
export interface BlockNames {
  readonly blocks: string;
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attended: string;
  readonly attendedNorm: string;
  readonly up: string;
  readonly down: string;
  readonly norm: string;
}

/** As BERT and its descendants have them. */
export const BERT_NAMES: BlockNames = {
  blocks: "encoder.layer",
  query: "attention.self.query",
  key: "attention.self.key",
  value: "attention.self.value",
  attended: "attention.output.dense",
  attendedNorm: "attention.output.LayerNorm",
  up: "intermediate.dense",
  down: "output.dense",
  norm: "output.LayerNorm",
};

/** BERT's tables, each with what it is called in a graph. */
const TABLES = {
  word: { name: "embeddings.word", size: "large" },
  position: { name: "embeddings.position", size: "small" },
  token_type: { name: "embeddings.type", size: "small" },
} as const;

/** Rows of one of BERT's tables. */
export function embedded(graph: Graph, weights: NamedWeights, table: keyof typeof TABLES, ids: string): string {
  const { name, size } = TABLES[table];
  return graph.rows(ids, name, weights.matrix(`embeddings.${table}_embeddings.weight`), size);
}

/** What a masked position is given before the softmax: the value the published code used. */
const MASKED = -10_000;

/** What is added to attention scores, [batch, 1, 1, sequence]: nothing for a token, far less for padding. */
export function maskBias(graph: Graph): string {
  const mask = graph.op("Cast", [graph.op("Unsqueeze", ["attention_mask", graph.ints([1, 2])])], { to: 1 });
  return graph.op("Mul", [graph.op("Sub", [graph.scalar(1), mask]), graph.scalar(MASKED)]);
}

/** Tokens of a row of this run, a scalar. */
export const sequenceLength = (graph: Graph): string =>
  graph.op("Gather", [graph.op("Shape", ["input_ids"]), graph.int(1)], { axis: 0 });

/** 0, 1, 2 … for the tokens of a row, [1, sequence]. */
export function plainPositions(graph: Graph): string {
  const length = sequenceLength(graph);
  const range = graph.op("Range", [graph.int(0), length, graph.int(1)]);
  return graph.op("Unsqueeze", [range, graph.ints([0])]);
}

/** Positions that begin after the padding id and skip padding, which has that id for its position: [batch, sequence]. */
export function positionsAfterPadding(graph: Graph, padding: number): string {
  const isToken = graph.op("Not", [graph.op("Equal", ["input_ids", graph.int(padding)])]);
  const tokens = graph.op("Cast", [isToken], { to: 7 });
  const counted = graph.op("Mul", [graph.op("CumSum", [tokens, graph.int(1)]), tokens]);
  return graph.op("Add", [counted, graph.int(padding)]);
}

/**
 * The blocks of a BERT-like encoder: attention, addition, norm, feed forward, addition, norm. `x` are the embeddings
 * [batch, sequence, hidden_size]; `bias` is added to the attention scores [batch, heads, sequence, sequence]. The output of
 * block n is called hidden_states.<n + 1>, that of the last last_hidden_state.
 */
export function transformerBlocks(
  graph: Graph,
  weights: NamedWeights,
  config: BlocksConfig,
  names: BlockNames,
  embeddings: string,
  bias: string,
): void {
  const { hidden_size: hidden, num_attention_heads: heads, num_hidden_layers: layers } = config;
  const { linear, norm } = weights;
  const perHead = graph.ints([0, 0, heads, hidden / heads]);
  const joined = graph.ints([0, 0, hidden]);
  let x = embeddings;
  for (let layer = 0; layer < layers; layer++) {
    const prefix = `${names.blocks}.${String(layer)}`;
    const split = (part: string, perm: readonly number[]): string =>
      graph.op("Transpose", [graph.op("Reshape", [linear(x, `${prefix}.${part}`), perHead])], { perm });
    const query = split(names.query, [0, 2, 1, 3]);
    const key = split(names.key, [0, 2, 3, 1]);
    const value = split(names.value, [0, 2, 1, 3]);
    const scores = graph.op("Div", [graph.op("MatMul", [query, key]), graph.scalar(Math.sqrt(hidden / heads))]);
    const attention = graph.op("Softmax", [graph.op("Add", [scores, bias])], { axis: -1 });
    const context = graph.op("Transpose", [graph.op("MatMul", [attention, value])], { perm: [0, 2, 1, 3] });
    const attended = linear(graph.op("Reshape", [context, joined]), `${prefix}.${names.attended}`);
    x = norm(graph.op("Add", [attended, x]), `${prefix}.${names.attendedNorm}`);
    const up = activate(graph, config.hidden_act ?? "gelu", linear(x, `${prefix}.${names.up}`));
    const down = linear(up, `${prefix}.${names.down}`);
    const name = layer === layers - 1 ? "last_hidden_state" : `hidden_states.${String(layer + 1)}`;
    x = norm(graph.op("Add", [down, x]), `${prefix}.${names.norm}`, name);
  }
}

/** The finished file of a graph that gives the states of all layers, its embeddings being hidden_states.0. */
export function finishStates(graph: Graph, inputs: readonly string[], layers: number, width: number, note: string): OnnxModel {
  const states = ["last_hidden_state", ...Array.from({ length: layers }, (_, layer) => `hidden_states.${String(layer)}`)];
  return graph.finish(
    inputs.map(tokenPort),
    states.map((name) => statePort(name, width)),
    note,
  );
}
