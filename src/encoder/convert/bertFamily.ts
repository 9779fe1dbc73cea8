import * as v from "valibot";

import type { Precision } from "../../core/encoders/card.ts";
import { ACTIVATIONS } from "../onnx/activation.ts";
import { bertGraph } from "../onnx/bert.ts";
import { DISTILBERT_NAMES, distilbertGraph } from "../onnx/distilbert.ts";
import type { OnnxModel } from "../onnx/graph.ts";
import { MPNET_NAMES, mpnetGraph } from "../onnx/mpnet.ts";
import type { NamedTensors } from "../onnx/namedWeights.ts";
import { robertaGraph } from "../onnx/roberta.ts";
import { BERT_NAMES, type BlockNames, type BlocksConfig } from "../onnx/transformerBlocks.ts";
import {
  blockShapes,
  checkHeads,
  COUNT,
  EPSILON,
  LAYERS,
  norm,
  only,
  parsed,
  type Architecture,
  type Plan,
} from "./architecture.ts";

/** Entries of config.json that BERT and its descendants share; defaults are those of the publisher's library. */
const SHARED = {
  vocab_size: COUNT,
  hidden_size: COUNT,
  intermediate_size: COUNT,
  num_hidden_layers: LAYERS,
  num_attention_heads: COUNT,
  max_position_embeddings: COUNT,
  layer_norm_eps: v.optional(EPSILON, 1e-12),
  hidden_act: v.optional(v.picklist(ACTIVATIONS), "gelu"),
  position_embedding_type: only("absolute"),
};

/** The entries that shape the tensors and blocks of all of them. */
type FamilyConfig = BlocksConfig & {
  readonly vocab_size: number;
  readonly intermediate_size: number;
  readonly max_position_embeddings: number;
};

type FamilyGraph<C> = (config: C, tensors: NamedTensors, precision: Precision, note: string) => OnnxModel;

const EMBEDDINGS = "embeddings.word_embeddings.weight";
const OWN = /^(embeddings|encoder)\./;

export const bert: Architecture = {
  title: "BERT",
  anchor: EMBEDDINGS,
  own: OWN,
  plan: (json) => {
    const config = parsed(v.looseObject({ ...SHARED, type_vocab_size: v.optional(COUNT, 2) }), json);
    return planOf(config, BERT_NAMES, { [TYPES]: [config.type_vocab_size, config.hidden_size] }, bertGraph);
  },
};

/** RoBERTa, XLM-RoBERTa and CamemBERT: one network, different words. */
export const roberta: Architecture = {
  title: "RoBERTa",
  anchor: EMBEDDINGS,
  own: OWN,
  plan: (json) => {
    const schema = v.looseObject({ ...SHARED, type_vocab_size: v.optional(COUNT, 1), pad_token_id: v.optional(TOKEN, 1) });
    const config = parsed(schema, json);
    return planOf(config, BERT_NAMES, { [TYPES]: [config.type_vocab_size, config.hidden_size] }, robertaGraph);
  },
};

export const mpnet: Architecture = {
  title: "MPNet",
  anchor: EMBEDDINGS,
  own: OWN,
  plan: (json) => {
    const schema = v.looseObject({
      ...SHARED,
      // The published code computes with 32 and 1 whatever the entries say.
      relative_attention_num_buckets: v.optional(v.literal(32), 32),
      pad_token_id: v.optional(v.literal(1), 1),
    });
    const config = parsed(schema, json);
    const distances = [config.relative_attention_num_buckets, config.num_attention_heads];
    return planOf(config, MPNET_NAMES, { "encoder.relative_attention_bias.weight": distances }, mpnetGraph);
  },
};

/** DistilBERT's own names for the entries of config.json. */
const DISTILBERT_CONFIG = v.looseObject({
  vocab_size: COUNT,
  dim: COUNT,
  hidden_dim: COUNT,
  n_layers: LAYERS,
  n_heads: COUNT,
  max_position_embeddings: COUNT,
  activation: v.optional(v.picklist(ACTIVATIONS), "gelu"),
});

/** It is not in config.json: the published code has it as a number. */
const DISTILBERT_EPSILON = 1e-12;

export const distilbert: Architecture = {
  title: "DistilBERT",
  anchor: EMBEDDINGS,
  own: /^(embeddings|transformer)\./,
  plan: (json) => {
    const theirs = parsed(DISTILBERT_CONFIG, json);
    const config = {
      vocab_size: theirs.vocab_size,
      hidden_size: theirs.dim,
      intermediate_size: theirs.hidden_dim,
      num_hidden_layers: theirs.n_layers,
      num_attention_heads: theirs.n_heads,
      max_position_embeddings: theirs.max_position_embeddings,
      hidden_act: theirs.activation,
      layer_norm_eps: DISTILBERT_EPSILON,
    };
    return planOf(config, DISTILBERT_NAMES, {}, distilbertGraph);
  },
};

/** What all of the family have, with `more` tensors of one's own. */
function planOf<C extends FamilyConfig>(
  config: C,
  names: BlockNames,
  more: Readonly<Record<string, readonly number[]>>,
  graph: FamilyGraph<C>,
): Plan {
  const { hidden_size: hidden } = config;
  checkHeads(hidden, config.num_attention_heads);
  return {
    shapes: new Map([
      [EMBEDDINGS, [config.vocab_size, hidden]],
      ["embeddings.position_embeddings.weight", [config.max_position_embeddings, hidden]],
      ...Object.entries(more),
      ...norm("embeddings.LayerNorm", hidden),
      ...blockShapes(names, config.num_hidden_layers, hidden, config.intermediate_size),
    ]),
    graph: (tensors, precision, note) => graph(config, tensors, precision, note),
  };
}

const TYPES = "embeddings.token_type_embeddings.weight";
const TOKEN = v.pipe(v.number(), v.integer(), v.minValue(0));
