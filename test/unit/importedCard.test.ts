/** Cards of models as publishers write them: what is said is taken over to the letter, what is not said stays unknown. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { CAUSES, UNKNOWN, type EncoderCard } from "../../src/core/encoders/card.ts";
import { importedCard, type CardSources } from "../../src/engine/hub/importedCard.ts";

const LOADED: CardSources["loaded"] = {
  dimensions: 384,
  layers: 6,
  maxTokens: 256,
  pooling: "mean",
  normalized: true,
  identity: "0",
  ms: 1,
};

const cardOf = (files: Readonly<Record<string, unknown>>, change: Partial<CardSources> = {}): EncoderCard =>
  importedCard({
    read: (name) => {
      const content = files[name];
      return content === undefined || typeof content === "string" ? content : JSON.stringify(content);
    },
    loaded: LOADED,
    ...change,
  });

/** As sentence-transformers writes it after training. */
const TRAINED = `---
language:
- en
license: apache-2.0
tags:
- sentence-transformers
- sentence-similarity
- feature-extraction
- generated_from_trainer
- dataset_size:557850
- loss:MatryoshkaLoss
- loss:MultipleNegativesRankingLoss
base_model: microsoft/mpnet-base
widget:
- source_sentence: A man is "outside": he waits
  sentences:
  - a man
  - a woman
datasets:
- sentence-transformers/all-nli
pipeline_tag: sentence-similarity
library_name: sentence-transformers
metrics:
- pearson_cosine
co2_eq_emissions:
  emissions: 3.16
  source: measured
  hardware_used: 1 x RTX 3090
model-index:
- name: MPNet base trained on AllNLI
  results:
  - task:
      type: semantic-similarity
      name: Semantic Similarity
    dataset:
      name: sts dev
      type: unknown
    metrics:
    - type: pearson_cosine
      value: 0.85
---

# The body says: license: mit, base_model: nobody/knows
`;

const CONFIG = {
  architectures: ["BertModel"],
  model_type: "bert",
  num_hidden_layers: 6,
  hidden_size: 384,
  num_attention_heads: 12,
  intermediate_size: 1536,
  hidden_act: "gelu",
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
  vocab_size: 30522,
  max_position_embeddings: 512,
};

test("a card written by the training library fills every cause, with the keys it was read from", () => {
  const card = cardOf(
    {
      "README.md": TRAINED,
      "config.json": CONFIG,
      "modules.json": [{ type: "sentence_transformers.models.Transformer", path: "" }],
      "sentence_bert_config.json": { max_seq_length: 256, do_lower_case: false },
      "config_sentence_transformers.json": {
        prompts: { query: "query: ", document: "" },
        default_prompt_name: "query",
        similarity_fn_name: "cosine",
        truncate_dim: null,
      },
    },
    { parameters: 22_713_216 },
  );
  assert.deepEqual(card.causes, {
    architecture: { value: "BertModel, 6 layers, 384 wide, 12 heads, mean pooling", source: "config.json" },
    trainingData: { value: "sentence-transformers/all-nli; 557,850 samples", source: "README.md (datasets, tags)" },
    objective: { value: "MatryoshkaLoss, MultipleNegativesRankingLoss", source: "README.md (tags)" },
    pretrainedBase: { value: "microsoft/mpnet-base", source: "README.md (base_model)" },
    hyperparameters: {
      value:
        "feed-forward 1,536 wide, gelu, dropout 0.1, vocabulary of 30,522, 512 positions, sequences of 256 tokens, compared by cosine",
      source: "config.json, sentence_bert_config.json, config_sentence_transformers.json",
    },
    domain: {
      value:
        "language en; for sentence-similarity; tagged sentence-transformers, sentence-similarity, feature-extraction, generated_from_trainer",
      source: "README.md (language, pipeline_tag, tags)",
    },
    layers: { value: "read from the last of 6", source: "config.json" },
    transfer: UNKNOWN,
  });
  assert.deepEqual([card.prompts, card.defaultPrompt], [{ query: "query: ", document: "" }, "query"]);
  assert.deepEqual(card.licence, { value: "apache-2.0", source: "README.md (license)" });
  assert.equal(card.parameters, 22_713_216);
});

test("without files nothing is known, and nothing is mined from the body", () => {
  const card = cardOf({ "README.md": "# license: mit\nbase_model: a/b\nFine-tuned from c/d on e/f with CosineSimilarityLoss." });
  for (const cause of CAUSES) assert.deepEqual(card.causes[cause], UNKNOWN, cause);
  assert.deepEqual([card.licence, card.parameters, card.prompts], [UNKNOWN, null, {}]);
});

test("a licence of its own has its name, and its address as the source", () => {
  const licence = (matter: string) => cardOf({ "README.md": `---\n${matter}\n---` }).licence;
  assert.deepEqual(licence("license: other\nlicense_name: gem\nlicense_link: https://example.org/gem"), {
    value: "gem",
    source: "https://example.org/gem",
  });
  assert.deepEqual(licence("license: other\nlicense_name: gem\nlicense_link: LICENSE.md"), {
    value: "gem",
    source: "README.md (license_name)",
  });
  assert.deepEqual(licence("license: other"), { value: "other", source: "README.md (license)" });
  assert.deepEqual(licence("license:\n- mit\n- apache-2.0"), { value: "mit, apache-2.0", source: "README.md (license)" });
  assert.deepEqual(licence("license_link: https://example.org/gem"), UNKNOWN);
});

test("each family's own names are known; a value of the wrong kind is none, and takes no other with it", () => {
  const distil = {
    architectures: ["DistilBertModel"],
    dim: 768,
    n_layers: 6,
    n_heads: 12,
    hidden_dim: 3072,
    dropout: 0.1,
    activation: "gelu",
    attention_dropout: 0.2,
  };
  const { causes } = cardOf({ "config.json": distil, "sentence_distilbert_config.json": { max_seq_length: 128 } });
  assert.match(causes.architecture.value, /^DistilBertModel, 6 layers, 768 wide, 12 heads/);
  assert.equal(
    causes.hyperparameters.value,
    "feed-forward 3,072 wide, gelu, dropout 0.1, dropout 0.2 of attention, sequences of 128 tokens",
  );
  assert.equal(causes.hyperparameters.source, "config.json, sentence_distilbert_config.json");

  const nomic = {
    architectures: ["NomicBertModel"],
    n_embd: 768,
    n_layer: 12,
    n_head: 12,
    n_inner: 3072,
    activation_function: "swiglu",
    resid_pdrop: 0,
    vocab_size: 30528,
    n_positions: 8192,
  };
  assert.equal(
    cardOf({ "config.json": nomic }).causes.hyperparameters.value,
    "feed-forward 3,072 wide, swiglu, dropout 0, vocabulary of 30,528, 8,192 positions",
  );
  const odd = {
    ...CONFIG,
    architectures: null,
    _name_or_path: null,
    hidden_dropout_prob: "none",
    vocab_size: -1,
    num_attention_heads: 1e999,
  };
  assert.match(cardOf({ "config.json": odd }).causes.architecture.value, /^bert, 6 layers, 384 wide, mean/);
  assert.equal(
    cardOf({ "config.json": odd }).causes.hyperparameters.value,
    "feed-forward 1,536 wide, gelu, dropout 0.1 of attention, 512 positions",
  );
  for (const broken of ["", "[]", "{", "null", "7"])
    assert.deepEqual(cardOf({ "config.json": broken }).causes.architecture, UNKNOWN);
});

test("the base is what the card names, else what the weights were loaded from, but never the model itself or a folder", () => {
  const base = (path: string, readme = "") =>
    cardOf({ "README.md": readme, "config.json": { ...CONFIG, _name_or_path: path } }, { repository: "owner/this" }).causes
      .pretrainedBase;
  assert.deepEqual(base("nreimers/MiniLM"), { value: "nreimers/MiniLM", source: "config.json (_name_or_path)" });
  for (const none of ["owner/this", "./out/checkpoint", "/home/me/model", "model", "a/b/c"])
    assert.deepEqual(base(none), UNKNOWN, none);
  assert.deepEqual(base("nreimers/MiniLM", "---\nbase_model:\n- a/b\n- c/d\nbase_model_relation: merge\n---"), {
    value: "a/b, c/d",
    source: "README.md (base_model)",
  });
});
