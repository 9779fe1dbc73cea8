import type { Precision } from "../../core/encoders/card.ts";
import { MODEL_FILES, type EncoderManifest, type SourceFile } from "../../core/encoders/manifest.ts";
import type { OnnxModel } from "../../encoder/onnx/graph.ts";

/** The files of a model folder, by their paths in it. */
export type Files = Record<string, Uint8Array | string>;

/** Turns the sources of a manifest, which are fetched as they are asked for, into a model folder. */
export type Build = (manifest: EncoderManifest, source: (role: SourceFile["role"]) => Promise<Uint8Array>) => Promise<Files>;

/** What is built of an encoder whose manifest does not say. */
const PRECISIONS: readonly Precision[] = ["fp32", "w8", "int8"];

export const models = (manifest: EncoderManifest, graph: (precision: Precision, note: string) => OnnxModel): Files => {
  const note = `${manifest.id}, ${manifest.card.licence.value}`;
  return Object.fromEntries(
    (manifest.precisions ?? PRECISIONS).map((precision) => [MODEL_FILES[precision], graph(precision, note).whole.finish()]),
  );
};

/** What sentence-transformers reads to know how tokens become one vector. */
export function settings({ card }: EncoderManifest, config: object): Files {
  const pooled = card.pooling !== "graph";
  const types = ["Transformer", ...(pooled ? ["Pooling"] : []), ...(card.normalized ? ["Normalize"] : [])];
  const modules = types.map((type, index) => ({
    idx: index,
    name: String(index),
    path: index === 0 ? "" : `${String(index)}_${type}`,
    type: `sentence_transformers.models.${type}`,
  }));
  const prompts = { prompts: card.prompts, default_prompt_name: card.defaultPrompt ?? null };
  return {
    "config.json": json(config),
    "modules.json": json(modules),
    "sentence_bert_config.json": json({ max_seq_length: card.maxTokens, do_lower_case: false }),
    ...(pooled
      ? { "1_Pooling/config.json": json({ word_embedding_dimension: card.dimensions, pooling_mode_mean_tokens: true }) }
      : {}),
    ...(Object.keys(card.prompts).length === 0 ? {} : { "config_sentence_transformers.json": json(prompts) }),
  };
}

export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
