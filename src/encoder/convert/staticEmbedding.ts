import fs from "node:fs";
import path from "node:path";

import { badModel } from "../../protocol/errors.ts";
import type { Matrix } from "../onnx/graph.ts";
import type { MessageWriter } from "../onnx/protobuf.ts";
import { staticTableGraph } from "../onnx/staticTable.ts";
import type { FolderWeights } from "./folderWeights.ts";

export interface StaticConversion {
  readonly graph: MessageWriter;
  /** Files of the folder that were written, and that are not needed any more. */
  readonly made: readonly string[];
  readonly used: readonly string[];
}

/** What sentence-transformers and model2vec call the table. */
const TABLES = ["embedding.weight", "embeddings"];

/**
 * A table of vectors of tokens: the StaticEmbedding module of sentence-transformers, or a model2vec model, whose `mapping`
 * says which row a token has and whose `weights` scale the tokens' vectors. Its tokenizer is laid where the reader of
 * folders looks, without the special tokens around a text, which no such model reads. undefined for other weights.
 * Throws `badModel`.
 */
export function staticEmbedding(folder: string, weights: string, opened: FolderWeights): StaticConversion | undefined {
  const { tensors } = opened;
  const name = TABLES.find((table) => tensors.has(table));
  if (name === undefined || [...tensors.keys()].some((tensor) => tensor !== name && !BESIDE.has(tensor))) return undefined;
  const [rows, columns, ...more] = tensors.get(name)!.shape;
  if (rows === undefined || columns === undefined || more.length > 0 || rows * columns === 0)
    throw badModel(weights, `its ${name} is no table`);
  const stored = opened.floats(name);
  const table = rowOfToken(weights, opened, {
    rows,
    columns,
    get data() {
      return stored.data;
    },
  });
  const { made, used } = tokenizer(folder, weights);
  return {
    graph: staticTableGraph(table, "fp32", `a table of ${String(table.rows)} tokens, from ${weights}`),
    made,
    used: [...opened.files, ...used],
  };
}

/** What model2vec has beside its table. */
const MAPPING = "mapping";
const SCALES = "weights";
const BESIDE = new Set([MAPPING, SCALES]);

/** A table with one row for every token, scaled. */
function rowOfToken(weights: string, opened: FolderWeights, table: Matrix): Matrix {
  const { tensors } = opened;
  if (!tensors.has(MAPPING) && !tensors.has(SCALES)) return table;
  const mapping = tensors.has(MAPPING) ? opened.integers(MAPPING) : undefined;
  const scales = tensors.has(SCALES) ? opened.floats(SCALES).data : undefined;
  const tokens = mapping?.length ?? table.rows;
  if (scales !== undefined && scales.length !== tokens) throw badModel(weights, "it has not one weight for every token");
  if (mapping?.some((row) => row < 0 || row >= table.rows) === true)
    throw badModel(weights, "its mapping leads out of the table");
  return {
    rows: tokens,
    columns: table.columns,
    get data() {
      const { columns } = table;
      const { data } = table;
      const out = new Float32Array(tokens * columns);
      for (let token = 0; token < tokens; token++) {
        const from = (mapping?.[token] ?? token) * columns;
        const scale = scales?.[token] ?? 1;
        for (let column = 0; column < columns; column++) out[token * columns + column] = data[from + column]! * scale;
      }
      return out;
    },
  };
}

const TOKENIZER = "tokenizer.json";

function tokenizer(folder: string, weights: string): { readonly made: readonly string[]; readonly used: readonly string[] } {
  const beside = path.posix.join(path.posix.dirname(weights), TOKENIZER);
  const place = [beside, TOKENIZER].find((name) => fs.lstatSync(path.join(folder, name), { throwIfNoEntry: false })?.isFile());
  if (place === undefined) throw badModel(TOKENIZER, "it is not there");
  let json: unknown;
  try {
    json = JSON.parse(fs.readFileSync(path.join(folder, place), "utf8"));
  } catch {
    throw badModel(place, "it is no JSON");
  }
  if (typeof json !== "object" || json === null) throw badModel(place, "it is no tokenizer");
  const plain = JSON.stringify({ ...json, post_processor: null, truncation: null, padding: null });
  fs.writeFileSync(path.join(folder, TOKENIZER), plain);
  return { made: [TOKENIZER], used: place === TOKENIZER ? [] : [place] };
}
