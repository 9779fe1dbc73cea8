import path from "node:path";

import { MODEL_FILES } from "../../core/encoders/manifest.ts";
import { PRECISIONS, type Precision } from "../../core/encoders/card.ts";
import { chooseWeights, noEncoder } from "../../protocol/hubErrors.ts";

/** Weights of an encoder and what belongs to them, by their paths in the publisher's folder. */
export interface EncoderFiles {
  readonly weights: string;
  readonly precision: Precision | "other";
  /** From the publisher's path to the one in our folder: only weights are called differently. */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * All encoders that can be made of a publisher's files, the default first. `place` names the publisher in errors. Throws
 * `noEncoder` saying what is missing.
 */
export function weightsIn(place: string, paths: readonly string[]): readonly EncoderFiles[] {
  const named = new Set(paths);
  const weights = paths.filter((name) => name.endsWith(".onnx")).sort(byPreference);
  // Last, because what somebody made ONNX of need not be built here; the first of them has all there is.
  weights.push(...SAFETENSORS.filter((name) => named.has(name)).slice(0, 1));
  if (weights.length === 0) {
    const pickled = paths.some((name) => /\.(bin|pt|pth|h5|msgpack)$/.test(name));
    const reason = pickled ? "its weights are neither ONNX nor safetensors, and other files can run code" : "it holds no weights";
    throw noEncoder(place, reason, "Use a repository or folder with an .onnx or .safetensors file.");
  }
  // What reads images has no tokenizer; what reads text must have one.
  const reads = ["preprocessor_config.json", ...TOKENIZERS].some((name) => named.has(name));
  if (!reads && !weights.some((name) => named.has(beside(name, "tokenizer.json"))))
    throw noEncoder(
      place,
      "it has no tokenizer.json",
      "Use the publisher's repository, or save the tokenizer as tokenizer.json beside the model.",
    );
  return weights.map((name) => encoderFiles(name, paths));
}

/**
 * The one that `wanted` names, by its path or its last part; without it the default. Throws `chooseWeights` where none is
 * the obvious one, `noEncoder` where there is none of that name.
 */
export function chosenWeights(place: string, all: readonly EncoderFiles[], wanted: string | undefined): EncoderFiles {
  const names = all.map(({ weights }) => weights);
  if (wanted === undefined) {
    const first = all[0]!;
    const made = names.filter((name) => name.endsWith(".onnx"));
    if (made.length <= 1 || DEFAULTS.includes(first.weights)) return first;
    throw chooseWeights(place, names);
  }
  const exact = all.find(({ weights }) => weights === wanted);
  const similar = all.filter(({ weights }) => path.posix.basename(weights) === wanted);
  if (exact !== undefined) return exact;
  if (similar.length === 1) return similar[0]!;
  if (similar.length > 1)
    throw chooseWeights(
      place,
      similar.map(({ weights }) => weights),
    );
  throw noEncoder(place, `there is no ${wanted} among its model files`, `Choose one with --file: ${names.join(", ")}.`);
}

/** Whether weights are what anybody would take who was not asked. */
export const isDefault = (weights: string): boolean => DEFAULTS.includes(weights) || SAFETENSORS.includes(weights);

const DEFAULTS: readonly string[] = ["onnx/model.onnx", "model.onnx"];
const SAFETENSORS: readonly string[] = [
  "model.safetensors",
  "model.safetensors.index.json",
  "0_StaticEmbedding/model.safetensors",
];
const TOKENIZERS: readonly string[] = ["tokenizer.json", "0_StaticEmbedding/tokenizer.json", "0_Transformer/tokenizer.json"];

/** The publisher's settings: tokenizer, modules (pooling, dense, normalise), limits, prompts, and the card. */
const SETTINGS =
  /^((tokenizer|config|modules|sentence_bert_config|config_sentence_transformers|tokenizer_config|special_tokens_map|preprocessor_config)\.json|README\.md)$/;
const MODULE = /^\d+_\w+\/(config\.json|sentence_bert_config\.json|tokenizer\.json|model\.safetensors)$/;

/** Defaults first, then full precision, then by name. */
function byPreference(a: string, b: string): number {
  const rank = (name: string): number =>
    DEFAULTS.includes(name) ? DEFAULTS.indexOf(name) : precisionOf(name) === "fp32" ? DEFAULTS.length : DEFAULTS.length + 1;
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

function encoderFiles(weights: string, paths: readonly string[]): EncoderFiles {
  const files = new Map(paths.filter((name) => SETTINGS.test(name) || MODULE.test(name)).map((name) => [name, name]));
  const precision = precisionOf(weights);
  const target = targetOf(weights, precision);
  for (const name of paths) if (belongsTo(weights, name)) files.set(name, beside(target, path.posix.basename(name)));
  files.set(weights, target);
  // A bare model has its tokenizer and settings in its own folder.
  for (const name of ["tokenizer.json", "config.json"])
    if (!files.has(name) && paths.includes(beside(weights, name))) files.set(beside(weights, name), name);
  return { weights, precision, files };
}

/** Where the reader of model folders looks for weights of a precision; weights it has no name for keep theirs. */
function targetOf(weights: string, precision: Precision | "other"): string {
  if (!weights.endsWith(".onnx")) return weights;
  return precision === "other" ? `onnx/${path.posix.basename(weights)}` : MODEL_FILES[precision];
}

/** Tensors that ONNX keeps in files of their own, and the parts of split safetensors. */
function belongsTo(weights: string, name: string): boolean {
  if (weights.endsWith(".index.json")) return /^model-\d+-of-\d+\.safetensors$/.test(name);
  if (!weights.endsWith(".onnx") || path.posix.dirname(name) !== path.posix.dirname(weights) || name === weights) return false;
  const stem = weights.slice(0, -".onnx".length);
  return name.startsWith(stem) && /^(\.onnx)?([._]data(_\d+)?|\.(bin|weights?))$/.test(name.slice(stem.length));
}

const beside = (file: string, name: string): string => path.posix.join(path.posix.dirname(file), name);

/** What publishers add to the name of a model file, by precision. */
const SUFFIXES: readonly (readonly [RegExp, string])[] = [
  [/[_-](q4f16|bnb4|nf4|q2|q1|fp8|bf16)/i, "other"],
  [/[_-](q4|u?int4|4bit)/i, "q4"],
  [/[_-](fp16|f16|float16|half)/i, "fp16"],
  [/[_-]w8$/i, "w8"],
  [/[_-](quantized|q8|q?u?int8|qdq)/i, "int8"],
];

/** By the name alone: only opening the file tells more, and that is done before it is kept. */
export function precisionOf(weights: string): Precision | "other" {
  const stem = path.posix.basename(weights).replace(/\.(onnx|safetensors)$/, "");
  const found = SUFFIXES.find(([pattern]) => pattern.test(stem))?.[1] ?? "fp32";
  return PRECISIONS.find((precision) => precision === found) ?? "other";
}
