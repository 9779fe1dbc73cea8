import { createHash } from "node:crypto";
import path from "node:path";

import * as v from "valibot";

import type { CardPooling, Pooling, Precision } from "../core/encoders/card.ts";
import { MODEL_FILES } from "../core/encoders/manifest.ts";
import { badModel, missingWeights, readsImages } from "../protocol/errors.ts";
import type { GraphTables } from "./graphTables.ts";
import { isThere, readModelFile, readSettings } from "./modelFile.ts";
import { prescan } from "./prescan.ts";
import { MAX_TOKENIZER_BYTES } from "./tokenizer/tokenizer.ts";

/** A model folder in the layout of sentence-transformers, read and checked; see {@link readModelFolder}. */
export interface ModelFolder {
  readonly onnx: string;
  readonly tokenizer: string;
  readonly maxTokens: number | null;
  /** `graph`: the model's own output `sentence_embedding` is the vector. */
  readonly pooling: CardPooling;
  readonly normalized: boolean;
  /** What the model file has rows for. */
  readonly tables: GraphTables;
  /** sha256 over the files and the settings above. */
  readonly digest: string;
}

/** How publishers call their files, where it is not how we do. */
const OTHER_NAMES: Readonly<Partial<Record<Precision, string>>> = {
  fp32: "model.onnx",
  int8: "onnx/model_quantized.onnx",
};

/** Where the weights of a precision may lie; the first that exists is taken. */
const candidates = (precision: Precision): string[] =>
  [MODEL_FILES[precision], OTHER_NAMES[precision]].filter((name) => name !== undefined);

/**
 * Everything but the weights themselves: which file, which tokenizer, how tokens become one vector. The model file is
 * scanned before ONNX Runtime sees it. Throws `missingWeights` or `badModel` naming the file and the reason.
 */
export function readModelFolder(folder: string, precision: Precision): ModelFolder {
  const { onnx, bytes, tables } = readWeights(folder, precision);
  const tokenizer = path.join(folder, "tokenizer.json");
  if (!isThere(tokenizer) && isThere(path.join(folder, "preprocessor_config.json"))) throw readsImages(path.basename(folder));
  const tokenizerBytes = readModelFile(tokenizer, folder, MAX_TOKENIZER_BYTES, "badTokenizer");
  const modules = readSettings(folder, "modules.json", v.array(v.looseObject({ type: v.string() }))) ?? [];
  // Type names were respelled in version 6: only the last part is stable.
  const types = modules.map(({ type }) => type.split(".").at(-1));
  const settings = {
    maxTokens: readMaxTokens(folder),
    // Modules without one that pools are those of a graph that does so itself.
    pooling: types.length > 0 && !types.includes("Pooling") ? ("graph" as const) : readPooling(folder),
    normalized: types.includes("Normalize"),
  };
  const digest = createHash("sha256").update(bytes).update(tokenizerBytes).update(JSON.stringify(settings)).digest("hex");
  return { onnx, tokenizer, ...settings, tables, digest };
}

export interface Weights {
  readonly onnx: string;
  readonly bytes: Uint8Array;
  readonly tables: GraphTables;
}

/** The weights of a precision, scanned. Throws `missingWeights` or `badModel`. */
export function readWeights(folder: string, precision: Precision): Weights {
  const onnx = candidates(precision)
    .map((name) => path.join(folder, name))
    .find(isThere);
  if (onnx === undefined) throw missingWeights(path.basename(folder), precision);
  const bytes = readModelFile(onnx, folder);
  return { onnx, bytes, tables: prescan(onnx, bytes) };
}

const TOKENS = v.pipe(v.number(), v.integer(), v.minValue(1));

function readMaxTokens(folder: string): number | null {
  const settings = readSettings(folder, "sentence_bert_config.json", v.looseObject({ max_seq_length: v.nullish(TOKENS) }));
  const config = readSettings(folder, "config.json", v.looseObject({ max_position_embeddings: v.nullish(TOKENS) }));
  const limits = [settings?.max_seq_length, config?.max_position_embeddings].filter((limit) => typeof limit === "number");
  return limits.length === 0 ? null : Math.min(...limits);
}

/** Old files have one boolean per mode, new ones a name. */
const OLD_MODES: Readonly<Record<string, Pooling>> = {
  pooling_mode_cls_token: "cls",
  pooling_mode_max_tokens: "max",
  pooling_mode_mean_tokens: "mean",
  pooling_mode_lasttoken: "last",
};
const NEW_MODES: Readonly<Record<string, Pooling>> = { cls: "cls", max: "max", mean: "mean", lasttoken: "last" };

function readPooling(folder: string): Pooling {
  const settings = readSettings(folder, "1_Pooling/config.json", v.looseObject({ pooling_mode: v.optional(v.string()) }));
  if (settings === undefined) return "mean";
  if (settings.pooling_mode !== undefined) {
    const pooling = NEW_MODES[settings.pooling_mode];
    if (pooling === undefined) throw badModel(folder, `its pooling ${JSON.stringify(settings.pooling_mode)} is not known here`);
    return pooling;
  }
  const active = Object.keys(settings).filter((key) => key.startsWith("pooling_mode_") && settings[key] === true);
  if (active.length === 0) return "mean";
  const pooling = OLD_MODES[active[0]!];
  if (active.length > 1 || pooling === undefined) throw badModel(folder, `its pooling ${active.join(" and ")} is not known here`);
  return pooling;
}
