import * as v from "valibot";

import { ACTIVATIONS } from "../onnx/activation.ts";
import { bertGraph } from "../onnx/bert.ts";
import { DISTILBERT_NAMES, distilbertGraph } from "../onnx/distilbert.ts";
import { MPNET_NAMES, mpnetGraph } from "../onnx/mpnet.ts";
import { robertaGraph } from "../onnx/roberta.ts";
import { BERT_NAMES } from "../onnx/transformerBlocks.ts";
import { blockShapes, checkHeads, COUNT, EPSILON, LAYERS, norm, only, parsed, type Architecture } from "./architecture.ts";

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

const EMBEDDINGS = "embeddings.word_embeddings.weight";
const OWN = /^(embeddings|encoder)\./;

export const bert: Architecture = {
  title: "BERT",
  anchor: EMBEDDINGS,
  own: OWN,
  plan: (json) => {
    const config = parsed(v.looseObject({ ...SHARED, type_vocab_size: v.optional(COUNT, 2) }), json);
    const { hidden_size: hidden, num_hidden_layers: layers, num_attention_heads: heads } = config;
    checkHeads(hidden, heads);
    return {
      shapes: new Map([
        [EMBEDDINGS, [config.vocab_size, hidden]],
        ["embeddings.position_embeddings.weight", [config.max_position_embeddings, hidden]],
        ["embeddings.token_type_embeddings.weight", [config.type_vocab_size, hidden]],
        ...norm("embeddings.LayerNorm", hidden),
        ...blockShapes(BERT_NAMES, layers, hidden, config.intermediate_size),
      ]),
      graph: (tensors, precision, note) => bertGraph(config, tensors, precision, note),
    };
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
    const { hidden_size: hidden, num_hidden_layers: layers, num_attention_heads: heads } = config;
    checkHeads(hidden, heads);
    return {
      shapes: new Map([
        [EMBEDDINGS, [config.vocab_size, hidden]],
        ["embeddings.position_embeddings.weight", [config.max_position_embeddings, hidden]],
        ["embeddings.token_type_embeddings.weight", [config.type_vocab_size, hidden]],
        ...norm("embeddings.LayerNorm", hidden),
        ...blockShapes(BERT_NAMES, layers, hidden, config.intermediate_size),
      ]),
      graph: (tensors, precision, note) => robertaGraph(config, tensors, precision, note),
    };
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
    const { hidden_size: hidden, num_hidden_layers: layers, num_attention_heads: heads } = config;
    checkHeads(hidden, heads);
    return {
      shapes: new Map([
        [EMBEDDINGS, [config.vocab_size, hidden]],
        ["embeddings.position_embeddings.weight", [config.max_position_embeddings, hidden]],
        ["encoder.relative_attention_bias.weight", [config.relative_attention_num_buckets, heads]],
        ...norm("embeddings.LayerNorm", hidden),
        ...blockShapes(MPNET_NAMES, layers, hidden, config.intermediate_size),
      ]),
      graph: (tensors, precision, note) => mpnetGraph(config, tensors, precision, note),
    };
  },
};

/** DistilBERT's own entries of config.json. */
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
    const { dim, n_heads: heads, n_layers: layers, ...config } = parsed(DISTILBERT_CONFIG, json);
    checkHeads(dim, heads);
    const blocks = {
      hidden_size: dim,
      num_attention_heads: heads,
      num_hidden_layers: layers,
      hidden_act: config.activation,
      layer_norm_eps: DISTILBERT_EPSILON,
    };
    return {
      shapes: new Map([
        [EMBEDDINGS, [config.vocab_size, dim]],
        ["embeddings.position_embeddings.weight", [config.max_position_embeddings, dim]],
        ...norm("embeddings.LayerNorm", dim),
        ...blockShapes(DISTILBERT_NAMES, layers, dim, config.hidden_dim),
      ]),
      graph: (tensors, precision, note) => distilbertGraph(blocks, tensors, precision, note),
    };
  },
};

const TOKEN = v.pipe(v.number(), v.integer(), v.minValue(0));
