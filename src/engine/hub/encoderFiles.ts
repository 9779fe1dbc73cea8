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
 * @param modules folders of the publisher's modules, in their order, where they are known; else they are told by their names
 */
export function weightsIn(place: string, paths: readonly string[], modules = modulesByName(paths)): readonly EncoderFiles[] {
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
  const folders = [...new Set(["", ...modules.slice(0, 1), ...weights.map((name) => path.posix.dirname(name))])];
  const has = (names: readonly string[]): boolean =>
    folders.some((folder) => names.some((name) => named.has(path.posix.join(folder, name))));
  if (!has(["preprocessor_config.json", ...TOKENIZERS]))
    throw noEncoder(
      place,
      "it has no tokenizer.json",
      has(OTHER_TOKENIZERS)
        ? "Have transformers write it: AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)."
        : "Use the publisher's repository, or save the tokenizer as tokenizer.json beside the model.",
    );
  return weights.map((name) => encoderFiles(name, paths, modules));
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

const DEFAULTS: readonly string[] = ["", "0_Transformer/"].flatMap((place) =>
  ["onnx/model.onnx", "model.onnx"].map((name) => place + name),
);
const SAFETENSORS: readonly string[] = [
  "model.safetensors",
  "model.safetensors.index.json",
  "0_StaticEmbedding/model.safetensors",
  "0_Transformer/model.safetensors",
  "0_Transformer/model.safetensors.index.json",
];
const TOKENIZERS: readonly string[] = ["tokenizer.json", "vocab.txt"];
/** What other libraries keep a tokenizer in. */
const OTHER_TOKENIZERS: readonly string[] = ["sentencepiece.bpe.model", "spiece.model", "tokenizer.model", "vocab.json"];

/** What the publisher says of the encoder as a whole, its own vectors included: the self-test holds it to them. */
const SETTINGS =
  /^(modules\.json|config_sentence_transformers\.json|preprocessor_config\.json|reference_vectors\.json|README\.md)$/;
/** What belongs to the network: tokenizer, sizes, limits. */
const NETWORK = /^((tokenizer|config|sentence_[\w-]+_config|tokenizer_config|special_tokens_map)\.json|vocab\.txt)$/;
/** What belongs to a module that comes after it. */
const MODULE = /^(config\.json|model\.safetensors)$/;

/** Folders that the library numbers: 0_Transformer, 1_Pooling, 2_Dense. */
function modulesByName(paths: readonly string[]): readonly string[] {
  const folders = new Set(paths.filter((name) => /^\d+_\w+\//.test(name)).map((name) => name.split("/")[0]!));
  const numbered = [...folders].sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  // Without a folder of its own, the network lies beside modules.json.
  return numbered[0]?.startsWith("0_") === true ? numbered : ["", ...numbered];
}

/** Defaults first, then full precision, then by name. */
function byPreference(a: string, b: string): number {
  const rank = (name: string): number =>
    DEFAULTS.includes(name) ? DEFAULTS.indexOf(name) : precisionOf(name) === "fp32" ? DEFAULTS.length : DEFAULTS.length + 1;
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

function encoderFiles(weights: string, paths: readonly string[], [network = "", ...modules]: readonly string[]): EncoderFiles {
  const files = new Map<string, string>();
  const precision = precisionOf(weights);
  const target = targetOf(weights, precision, network);
  const sourceOf = new Map<string, string>();
  // Beside the weights, in the folder above, in the network's own folder: the later says it better.
  for (const folder of [path.posix.dirname(weights), ".", network])
    for (const name of paths)
      if (path.posix.dirname(name) === (folder === "" ? "." : folder) && NETWORK.test(path.posix.basename(name)))
        sourceOf.set(path.posix.basename(name), name);
  for (const [name, source] of sourceOf) files.set(source, name);
  for (const name of paths) {
    const isModule = modules.includes(path.posix.dirname(name)) && MODULE.test(path.posix.basename(name));
    if (SETTINGS.test(name) || isModule) files.set(name, name);
    else if (belongsTo(weights, name, paths)) files.set(name, beside(target, path.posix.basename(name)));
  }
  files.set(weights, target);
  return { weights, precision, files };
}

/** Where the reader of model folders looks for weights of a precision; those that are built into it lie beside the settings. */
function targetOf(weights: string, precision: Precision | "other", network: string): string {
  if (!weights.endsWith(".onnx")) return path.posix.relative(network, weights);
  return precision === "other" ? `onnx/${path.posix.basename(weights)}` : MODEL_FILES[precision];
}

/** Tensors that ONNX keeps in files of their own, and the parts of split safetensors. */
function belongsTo(weights: string, name: string, paths: readonly string[]): boolean {
  const folder = path.posix.dirname(weights);
  if (path.posix.dirname(name) !== folder || name === weights) return false;
  if (weights.endsWith(".index.json")) return /^model-\d+-of-\d+\.safetensors$/.test(path.posix.basename(name));
  if (!weights.endsWith(".onnx")) return false;
  const stem = weights.slice(0, -".onnx".length);
  if (name.startsWith(stem) && /^(\.onnx)?([._]data(_\d+)?|\.(bin|weights?))$/.test(name.slice(stem.length))) return true;
  // Files that are called otherwise can only be those of a model that is alone in its folder.
  const alone = paths.every((other) => other === weights || path.posix.dirname(other) !== folder || !other.endsWith(".onnx"));
  return alone && TENSORS.test(path.posix.basename(name));
}

/** How exporters call files of tensors: all in one, or one for each by the tensor's own name. */
const TENSORS = /^(weights?\.bin|.+[._]data(_\d+)?|.+\.(weights?|bias)|(onnx__|Constant_)\w+)$/;

const beside = (file: string, name: string): string => path.posix.join(path.posix.dirname(file), name);

/** What publishers add to the name of a model file, by precision. */
const SUFFIXES: readonly (readonly [RegExp, string])[] = [
  [/[_-](q2|q1|fp8|bf16|bfloat16)/i, "other"],
  [/[_-](q4|u?int4|4bit|bnb4|nf4)/i, "q4"],
  [/[_-](fp16|f16|float16|half|O4$)/i, "fp16"],
  [/[_-]w8$/i, "w8"],
  [/[_-](quantized|q8|q?u?int8|qdq)/i, "int8"],
];

/** By the name alone: only opening the file tells more, and that is done before it is kept. */
export function precisionOf(weights: string): Precision | "other" {
  const stem = path.posix.basename(weights).replace(/\.(onnx|safetensors)$/, "");
  const found = SUFFIXES.find(([pattern]) => pattern.test(stem))?.[1] ?? "fp32";
  return PRECISIONS.find((precision) => precision === found) ?? "other";
}
