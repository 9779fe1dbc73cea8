import * as v from "valibot";

import { UNKNOWN, type Fact } from "../../core/encoders/card.ts";

/** A file of the publisher's as text; undefined when it is not there. */
export type ReadFile = (name: string) => string | undefined;

/** A value of the wrong kind is as good as none, and does not take the others with it. */
const text = v.fallback(v.optional(v.pipe(v.string(), v.minLength(1))), undefined);
const number = v.fallback(v.optional(v.pipe(v.number(), v.finite())), undefined);
const count = v.fallback(v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))), undefined);

/** What config.json says of a network, under the names that the families of networks have for it. */
const CONFIG = v.looseObject({
  architectures: v.fallback(v.optional(v.array(v.string())), undefined),
  model_type: text,
  _name_or_path: text,
  num_hidden_layers: count,
  n_layers: count,
  n_layer: count,
  hidden_size: count,
  dim: count,
  n_embd: count,
  num_attention_heads: count,
  n_heads: count,
  n_head: count,
  intermediate_size: count,
  hidden_dim: count,
  n_inner: count,
  hidden_act: text,
  hidden_activation: text,
  activation: text,
  activation_function: text,
  hidden_dropout_prob: number,
  dropout: number,
  resid_pdrop: number,
  attention_probs_dropout_prob: number,
  attention_dropout: number,
  vocab_size: count,
  max_position_embeddings: count,
  n_positions: count,
});

const SENTENCE = v.looseObject({ max_seq_length: count });
const LIBRARY = v.looseObject({ similarity_fn_name: text, truncate_dim: count });

export interface StatedNetwork {
  readonly name: string | undefined;
  readonly namedAfter: string | undefined;
  readonly layers: number | undefined;
  readonly width: number | undefined;
  readonly heads: number | undefined;
}

/** What config.json says a network is. */
export function statedNetwork(read: ReadFile): StatedNetwork {
  const config: Partial<v.InferOutput<typeof CONFIG>> = parsed(CONFIG, read("config.json")) ?? {};
  return {
    name: config.architectures?.[0] ?? config.model_type,
    namedAfter: config._name_or_path,
    layers: config.num_hidden_layers ?? config.n_layers ?? config.n_layer,
    width: config.hidden_size ?? config.dim ?? config.n_embd,
    heads: config.num_attention_heads ?? config.n_heads ?? config.n_head,
  };
}

/** The hyperparameters that a publisher's files state, of the network first, then of how it is used. */
export function statedHyperparameters(read: ReadFile): Fact {
  const config: Partial<v.InferOutput<typeof CONFIG>> = parsed(CONFIG, read("config.json")) ?? {};
  const inner = config.intermediate_size ?? config.n_inner ?? (config.dim === undefined ? undefined : config.hidden_dim);
  const dropout = config.hidden_dropout_prob ?? config.dropout ?? config.resid_pdrop;
  const attention = config.attention_probs_dropout_prob ?? config.attention_dropout;
  const sentence = SENTENCE_FILES.map((name) => ({ name, ...parsed(SENTENCE, read(name)) })).find(
    ({ max_seq_length }) => max_seq_length !== undefined,
  );
  const library = parsed(LIBRARY, read(LIBRARY_FILE));
  const stated: readonly (readonly [file: string, words: string | undefined])[] = [
    [CONFIG_FILE, words(inner, (size) => `feed-forward ${size} wide`)],
    [CONFIG_FILE, config.hidden_act ?? config.hidden_activation ?? config.activation ?? config.activation_function],
    [CONFIG_FILE, words(dropout, (share) => `dropout ${share}`)],
    [CONFIG_FILE, attention === dropout ? undefined : words(attention, (share) => `dropout ${share} of attention`)],
    [CONFIG_FILE, words(config.vocab_size, (size) => `vocabulary of ${size}`)],
    [CONFIG_FILE, words(config.max_position_embeddings ?? config.n_positions, (size) => `${size} positions`)],
    [sentence?.name ?? "", words(sentence?.max_seq_length, (size) => `sequences of ${size} tokens`)],
    [LIBRARY_FILE, words(library?.similarity_fn_name, (name) => `compared by ${name}`)],
    [LIBRARY_FILE, words(library?.truncate_dim, (size) => `cut to ${size} dimensions`)],
  ];
  const known = stated.filter(([, said]) => said !== undefined);
  if (known.length === 0) return UNKNOWN;
  return {
    value: known.map(([, said]) => said).join(", "),
    source: [...new Set(known.map(([file]) => file))].join(", "),
  };
}

const CONFIG_FILE = "config.json";
const LIBRARY_FILE = "config_sentence_transformers.json";

/** One name per kind of network; a repository has one of them. */
const SENTENCE_FILES = [
  "sentence_bert_config.json",
  "sentence_roberta_config.json",
  "sentence_distilbert_config.json",
  "sentence_camembert_config.json",
  "sentence_albert_config.json",
  "sentence_xlm-roberta_config.json",
  "sentence_xlnet_config.json",
] as const;

const ENGLISH = new Intl.NumberFormat("en", { maximumFractionDigits: 6 });

const words = (value: number | string | undefined, say: (value: string) => string): string | undefined =>
  value === undefined ? undefined : say(typeof value === "number" ? ENGLISH.format(value) : value);

/** undefined for a file that is missing or says something else; whoever opens the model complains about it. */
export function parsed<T extends v.GenericSchema>(schema: T, json: string | undefined): v.InferOutput<T> | undefined {
  try {
    const result = v.safeParse(schema, JSON.parse(json ?? "null"));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}
