import fs from "node:fs";
import path from "node:path";

import { badModel } from "../../protocol/errors.ts";
import type { OnnxModel } from "../onnx/graph.ts";
import type { Matrix } from "../onnx/matrix.ts";
import { staticTableGraph } from "../onnx/staticTable.ts";
import { plainTokenizer } from "../formats/plainTokenizer.ts";
import { isThere, MAX_SETTINGS_BYTES } from "../modelFile.ts";
import { MAX_TOKENIZER_BYTES } from "../tokenizer/tokenizer.ts";
import { readJson } from "./folderFile.ts";
import type { FolderWeights } from "./folderWeights.ts";

export interface StaticConversion {
  readonly graph: OnnxModel;
  /** Files of the folder that were written. */
  readonly made: readonly string[];
}

/** What model2vec and sentence-transformers call the table. */
const DISTILLED = "embeddings";
const TABLES = [DISTILLED, "embedding.weight"];

/**
 * A table of vectors of tokens: the StaticEmbedding module of sentence-transformers, or a model2vec model, whose `mapping`
 * says which row a token has and whose `weights` scale the tokens' vectors. Its tokenizer loses the special tokens around a
 * text, which no such model reads. undefined for other weights. Throws `badModel`.
 */
export function staticEmbedding(folder: string, weights: string, opened: FolderWeights): StaticConversion | undefined {
  const { tensors } = opened;
  const name = TABLES.find((table) => tensors.has(table));
  if (name === undefined || [...tensors.keys()].some((tensor) => tensor !== name && !BESIDE.has(tensor))) return undefined;
  const [rows, columns, ...more] = tensors.get(name)!.shape;
  if (rows === undefined || columns === undefined || more.length > 0 || rows * columns === 0)
    throw badModel(weights, `its ${name} is no table`);
  const stored = opened.floats(name);
  const { made, unknown } = writePlainTokenizer(folder, weights);
  const table = rowOfToken(weights, opened, name === DISTILLED ? unknown : undefined, {
    rows,
    columns,
    get data() {
      return stored.data;
    },
    pieces: stored.pieces,
  });
  return {
    graph: staticTableGraph(table, "fp32", `a table of ${String(table.rows)} tokens, from ${weights}`),
    made: [...made, ...(name === DISTILLED ? limit(folder) : [])],
  };
}

/** What model2vec has beside its table. */
const MAPPING = "mapping";
const SCALES = "weights";
const BESIDE = new Set([MAPPING, SCALES]);

/**
 * A table with one row for every token, scaled. model2vec leaves out unknown tokens; as nothing is added for them here, the
 * direction of a vector is the same, and its length where it is normalised, as it is unless somebody asks otherwise.
 */
function rowOfToken(weights: string, opened: FolderWeights, unknown: number | undefined, table: Matrix): Matrix {
  const { tensors } = opened;
  if (!tensors.has(MAPPING) && !tensors.has(SCALES) && unknown === undefined) return table;
  const mapping = tensors.has(MAPPING) ? opened.integers(MAPPING) : undefined;
  const scales = tensors.has(SCALES) ? opened.floats(SCALES).data : undefined;
  const tokens = mapping?.length ?? table.rows;
  if (mapping?.some((row) => row < 0 || row >= table.rows) === true)
    throw badModel(weights, "its mapping leads out of the table");
  if (scales !== undefined && scales.length !== tokens) throw badModel(weights, "it has not one weight for every token");
  return {
    rows: tokens,
    columns: table.columns,
    get data() {
      const { columns } = table;
      const { data } = table;
      const out = new Float32Array(tokens * columns);
      for (let token = 0; token < tokens; token++) {
        const from = (mapping?.[token] ?? token) * columns;
        const scale = token === unknown ? 0 : (scales?.[token] ?? 1);
        for (let column = 0; column < columns; column++) out[token * columns + column] = data[from + column]! * scale;
      }
      return out;
    },
  };
}

const TOKENIZER = "tokenizer.json";

/**
 * Takes the special tokens out of the tokenizer, and lays it in the folder itself where it lies beside the weights alone.
 * Gives the paths of what was written, and the id of the token for what is unknown.
 */
function writePlainTokenizer(
  folder: string,
  weights: string,
): { readonly made: readonly string[]; readonly unknown: number | undefined } {
  const beside = path.posix.join(path.posix.dirname(weights), TOKENIZER);
  const place = [beside, TOKENIZER].find((name) => fs.lstatSync(path.join(folder, name), { throwIfNoEntry: false })?.isFile());
  if (place === undefined) throw badModel(TOKENIZER, "it is not there");
  const json = readJson(folder, place, MAX_TOKENIZER_BYTES);
  if (typeof json !== "object" || json === null) throw badModel(place, "it is no tokenizer");
  const plain = plainTokenizer(json);
  const made = [...new Set([place, TOKENIZER])];
  for (const name of made) fs.writeFileSync(path.join(folder, name), plain);
  return { made, unknown: unknownOf(json) };
}

function unknownOf(tokenizer: object): number | undefined {
  const { model } = tokenizer as { readonly model?: UnknownIn | null };
  const { unk_token: token, unk_id: id, vocab } = model ?? {};
  if (typeof id === "number") return id;
  const found = typeof token === "string" && Object.hasOwn(vocab ?? {}, token) ? vocab?.[token] : undefined;
  return typeof found === "number" ? found : undefined;
}

/** Where a tokenizer.json says which token stands for what is unknown. */
interface UnknownIn {
  readonly unk_token?: unknown;
  readonly unk_id?: unknown;
  readonly vocab?: Readonly<Record<string, unknown>> | null;
}

/** model2vec reads no more tokens than its config.json says; what reads folders looks elsewhere for that. */
function limit(folder: string): readonly string[] {
  const [config, own] = ["config.json", "sentence_bert_config.json"] as const;
  if (!isThere(path.join(folder, config)) || isThere(path.join(folder, own))) return [];
  const most = (readJson(folder, config, MAX_SETTINGS_BYTES) as { readonly max_length?: unknown } | null)?.max_length;
  if (typeof most !== "number" || !Number.isSafeInteger(most) || most < 1) return [];
  fs.writeFileSync(path.join(folder, own), JSON.stringify({ max_seq_length: most }));
  return [own];
}
