import * as v from "valibot";

import { ACTIVATIONS } from "../onnx/activation.ts";
import { modernbertGraph, type Reach } from "../onnx/modernbert.ts";
import { nomicBertGraph } from "../onnx/nomicBert.ts";
import {
  ABSENT,
  checkHeads,
  COUNT,
  EPSILON,
  LAYERS,
  linear,
  norm,
  only,
  parsed,
  type Architecture,
  type NamedShape,
} from "./architecture.ts";

const THETA = v.pipe(v.number(), v.minValue(1));

/** Newer files have one entry for each kind of layer where older ones have a number. */
const ROPE = v.optional(v.looseObject({ rope_type: only("default"), rope_theta: v.optional(THETA) }));

const MODERNBERT_CONFIG = v.looseObject({
  vocab_size: COUNT,
  hidden_size: COUNT,
  intermediate_size: COUNT,
  num_hidden_layers: LAYERS,
  num_attention_heads: COUNT,
  hidden_activation: v.optional(v.picklist(ACTIVATIONS), "gelu"),
  norm_eps: v.optional(EPSILON, 1e-5),
  norm_bias: v.optional(v.boolean(), false),
  attention_bias: v.optional(v.boolean(), false),
  mlp_bias: v.optional(v.boolean(), false),
  global_attn_every_n_layers: v.optional(COUNT, 3),
  layer_types: v.nullish(v.array(v.picklist(["full_attention", "sliding_attention"]))),
  local_attention: v.optional(COUNT, 128),
  global_rope_theta: v.optional(THETA, 160_000),
  local_rope_theta: v.nullish(THETA),
  rope_scaling: ABSENT,
  rope_parameters: v.nullish(v.looseObject({ full_attention: ROPE, sliding_attention: ROPE })),
});

export const modernbert: Architecture = {
  title: "ModernBERT",
  anchor: "embeddings.tok_embeddings.weight",
  own: /^(embeddings|layers|final_norm)\./,
  plan: (json) => {
    const config = parsed(MODERNBERT_CONFIG, json);
    const { hidden_size: hidden, intermediate_size: inner, num_hidden_layers: depth, rope_parameters: rope } = config;
    checkTurns(hidden, config.num_attention_heads);
    if ((config.layer_types?.length ?? depth) !== depth) throw new Error("layer_types does not name every layer");
    const layers = Array.from({ length: depth }, (_, layer): Reach => {
      const named = config.layer_types?.[layer];
      const full = named === undefined ? layer % config.global_attn_every_n_layers === 0 : named === "full_attention";
      return full ? "global" : "local";
    });
    const sized = (name: string, from: number, to: number, bias: boolean): NamedShape[] =>
      linear(name, from, to).slice(0, bias ? 2 : 1);
    const normed = (name: string): NamedShape[] => norm(name, hidden).slice(0, config.norm_bias ? 2 : 1);
    return {
      shapes: new Map([
        ["embeddings.tok_embeddings.weight", [config.vocab_size, hidden]],
        ...normed("embeddings.norm"),
        ...layers.flatMap((_, layer): NamedShape[] => {
          const prefix = `layers.${String(layer)}`;
          return [
            ...(layer === 0 ? [] : normed(`${prefix}.attn_norm`)),
            ...sized(`${prefix}.attn.Wqkv`, hidden, 3 * hidden, config.attention_bias),
            ...sized(`${prefix}.attn.Wo`, hidden, hidden, config.attention_bias),
            ...normed(`${prefix}.mlp_norm`),
            ...sized(`${prefix}.mlp.Wi`, hidden, 2 * inner, config.mlp_bias),
            ...sized(`${prefix}.mlp.Wo`, inner, hidden, config.mlp_bias),
          ];
        }),
        ...normed("final_norm"),
      ]),
      graph: (tensors, precision, note) => {
        const globalTheta = rope?.full_attention?.rope_theta ?? config.global_rope_theta;
        const shape = {
          hidden,
          inner,
          heads: config.num_attention_heads,
          epsilon: config.norm_eps,
          activation: config.hidden_activation,
          layers,
          theta: {
            global: globalTheta,
            // The first files leave it out where it is the same as that of global layers.
            local:
              rope?.sliding_attention?.rope_theta ??
              (config.local_rope_theta === null ? globalTheta : (config.local_rope_theta ?? 10_000)),
          },
          window: Math.floor(config.local_attention / 2),
        };
        return modernbertGraph(shape, tensors, precision, note);
      },
    };
  },
};

/** The publisher's own names, which GPT-2 had first. What else its code can do is refused. */
const NOMIC_CONFIG = v.looseObject({
  vocab_size: COUNT,
  n_embd: COUNT,
  n_inner: COUNT,
  n_layer: LAYERS,
  n_head: COUNT,
  type_vocab_size: v.optional(COUNT, 2),
  layer_norm_epsilon: v.optional(EPSILON, 1e-12),
  activation_function: v.literal("swiglu"),
  rotary_emb_base: v.optional(THETA, 1000),
  rotary_emb_fraction: v.literal(1),
  rotary_emb_interleaved: only(false),
  rotary_emb_scale_base: ABSENT,
  // With it, long texts turn by other angles.
  rotary_scaling_factor: ABSENT,
  prenorm: only(false),
  parallel_block: only(false),
  use_rms_norm: only(false),
  causal: only(false),
  qkv_proj_bias: v.literal(false),
  mlp_fc1_bias: v.literal(false),
  mlp_fc2_bias: v.literal(false),
  num_experts: only(0),
});

/** The names that the transformers library gives the same things. */
const NOMIC_RENAMED = v.looseObject({
  vocab_size: COUNT,
  hidden_size: COUNT,
  intermediate_size: COUNT,
  num_hidden_layers: LAYERS,
  num_attention_heads: COUNT,
  head_dim: v.nullish(COUNT),
  type_vocab_size: v.optional(COUNT, 2),
  layer_norm_eps: v.optional(EPSILON, 1e-12),
  hidden_act: v.optional(v.picklist(["silu", "swish"]), "silu"),
  rope_parameters: v.nullish(v.looseObject({ rope_type: only("default"), rope_theta: v.optional(THETA) })),
});

export const nomicBert: Architecture = {
  title: "NomicBERT",
  anchor: "embeddings.word_embeddings.weight",
  own: /^(embeddings|emb_ln|encoder)\./,
  plan: (json) => {
    const shape = nomicShape(json);
    const { hidden, inner } = shape;
    checkTurns(hidden, shape.heads);
    return {
      shapes: new Map([
        ["embeddings.word_embeddings.weight", [shape.vocabulary, hidden]],
        ["embeddings.token_type_embeddings.weight", [shape.types, hidden]],
        ...norm("emb_ln", hidden),
        ...Array.from({ length: shape.layers }, (_, layer) => `encoder.layers.${String(layer)}.`).flatMap(
          (prefix): NamedShape[] => [
            [`${prefix}attn.Wqkv.weight`, [3 * hidden, hidden]],
            [`${prefix}attn.out_proj.weight`, [hidden, hidden]],
            ...norm(`${prefix}norm1`, hidden),
            [`${prefix}mlp.fc11.weight`, [inner, hidden]],
            [`${prefix}mlp.fc12.weight`, [inner, hidden]],
            [`${prefix}mlp.fc2.weight`, [hidden, inner]],
            ...norm(`${prefix}norm2`, hidden),
          ],
        ),
      ]),
      graph: (tensors, precision, note) => nomicBertGraph(shape, tensors, precision, note),
    };
  },
};

function nomicShape(json: unknown) {
  if (typeof json === "object" && json !== null && "n_embd" in json) {
    const config = parsed(NOMIC_CONFIG, json);
    return {
      vocabulary: config.vocab_size,
      hidden: config.n_embd,
      inner: config.n_inner,
      layers: config.n_layer,
      heads: config.n_head,
      types: config.type_vocab_size,
      epsilon: config.layer_norm_epsilon,
      theta: config.rotary_emb_base,
    };
  }
  const config = parsed(NOMIC_RENAMED, json);
  const { hidden_size: hidden, num_attention_heads: heads } = config;
  if ((config.head_dim ?? hidden / heads) * heads !== hidden) throw new Error("head_dim is not hidden_size / heads");
  return {
    vocabulary: config.vocab_size,
    hidden,
    inner: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads,
    types: config.type_vocab_size,
    epsilon: config.layer_norm_eps,
    theta: config.rope_parameters?.rope_theta ?? 1000,
  };
}

/** Positions turn pairs of numbers. */
function checkTurns(hidden: number, heads: number): void {
  checkHeads(hidden, heads);
  if ((hidden / heads) % 2 !== 0) throw new Error("the numbers of a head do not go in pairs");
}
