import { createHash } from "node:crypto";
import path from "node:path";

import type { CardPooling, Precision } from "../core/encoders/card.ts";
import { readsImages } from "../protocol/errors.ts";
import { readModules } from "./folder/modules.ts";
import type { PoolingModule } from "./folder/poolingModule.ts";
import { readTokenizerSource } from "./folder/tokenizerSource.ts";
import { readTransformerSettings } from "./folder/transformerSettings.ts";
import { readWeights } from "./folder/weightsFile.ts";
import type { GraphTables } from "./graphTables.ts";
import { isThere } from "./modelFile.ts";
import type { TokenizerSource } from "./tokenizer/tokenizer.ts";
import type { VectorModule } from "./vectorModules.ts";

/** A model folder in the layout of sentence-transformers or of transformers, read and checked; see {@link readModelFolder}. */
export interface ModelFolder {
  readonly onnx: string;
  readonly tokenizer: TokenizerSource;
  readonly maxTokens: number | null;
  /** The first position of a text, for graphs that are told positions. */
  readonly firstPosition: number;
  /** Width of the states by config.json, where it says. */
  readonly width: number | undefined;
  /** `graph`: the model's own output is the vector. Whether a graph without modules pools by itself is for its outputs to tell. */
  readonly pooling: CardPooling;
  readonly includePrompt: boolean;
  /** Width of the states that pooling expects, where its file says. */
  readonly pooledWidth: number | undefined;
  /** Whether the folder lists its modules; without such a list the above is the library's default. */
  readonly listed: boolean;
  /** What is done with a pooled vector, in this order; then it is cut to so many numbers. */
  readonly after: readonly VectorModule[];
  readonly truncation: number | undefined;
  /** What the model file has rows for. */
  readonly tables: GraphTables;
  /** sha256 over the files and the settings above. */
  readonly digest: string;
}

/**
 * Everything but the weights themselves: which file, which tokenizer, how tokens become one vector. The model file is
 * scanned before ONNX Runtime sees it. Throws `missingWeights`, `badModel` or `badTokenizer` naming the file and the reason.
 */
export function readModelFolder(folder: string, precision: Precision): ModelFolder {
  const modules = readModules(folder);
  // Where the first module has a folder of its own, an import may still have laid its files where all others have theirs.
  const places = [...new Set([modules?.first ?? "", ""])];
  const weights = readWeights(folder, precision, places);
  const isOfImages = isThere(path.join(folder, "preprocessor_config.json"));
  if (isOfImages && !places.some((place) => isThere(path.join(folder, place, "tokenizer.json"))))
    throw readsImages(path.basename(folder));
  const transformer = readTransformerSettings(folder, places);
  const tokenizer = readTokenizerSource(folder, places, transformer.lowerCase);
  const pooling: PoolingModule | undefined =
    modules === undefined
      ? { pooling: transformer.causal ? "last" : "mean", width: undefined, includePrompt: true }
      : modules.pooling;
  const after = modules?.after ?? [];
  const settings = {
    maxTokens: transformer.maxTokens,
    firstPosition: transformer.firstPosition,
    pooling: pooling?.pooling ?? ("graph" as const),
    includePrompt: pooling?.includePrompt ?? true,
    truncation: transformer.truncation,
  };
  const digest = createHash("sha256").update(weights.digest).update(tokenizer.bytes).update(JSON.stringify(settings));
  for (const module of after) updateWith(digest, module);
  return {
    onnx: weights.onnx,
    tables: weights.tables,
    tokenizer,
    width: transformer.width,
    pooledWidth: pooling?.width,
    listed: modules !== undefined,
    after,
    ...settings,
    digest: digest.digest("hex"),
  };
}

function updateWith(digest: ReturnType<typeof createHash>, module: VectorModule): void {
  const numbers = Object.values(module).filter((value) => value instanceof Float32Array);
  const settings = Object.entries(module).filter(([, value]) => !(value instanceof Float32Array));
  digest.update(JSON.stringify(settings));
  for (const { buffer, byteOffset, byteLength } of numbers) digest.update(new Uint8Array(buffer, byteOffset, byteLength));
}
