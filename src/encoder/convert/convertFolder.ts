import fs from "node:fs";
import path from "node:path";

import { MODEL_FILES } from "../../core/encoders/manifest.ts";
import type { ConvertParams, ConvertResult } from "../../protocol/encoder.ts";
import { badModel } from "../../protocol/errors.ts";
import { cannotKeep } from "../../protocol/hubErrors.ts";
import { isFloating, type Tensor } from "../formats/safetensors.ts";
import { isThere, MAX_SETTINGS_BYTES, MAX_WEIGHTS_BYTES } from "../modelFile.ts";
import type { OnnxModel } from "../onnx/graph.ts";
import type { Architecture, Shapes } from "./architecture.ts";
import { bert, distilbert, mpnet, roberta } from "./bertFamily.ts";
import { naming, readJson } from "./folderFile.ts";
import { openFolderWeights, type FolderWeights } from "./folderWeights.ts";
import { modernbert, nomicBert } from "./rotaryFamily.ts";
import { staticEmbedding } from "./staticEmbedding.ts";

/**
 * Builds the ONNX file of an encoder from a publisher's safetensors, in the publisher's folder: onnx/model.onnx in single
 * precision, with its weights beside it where they are more than one file may hold. What is not known to be the same network is
 * refused. Throws `badModel` naming the file and the reason; what was written by then is the caller's to remove.
 * @param mostBytes that one ONNX file may have
 */
export function convertFolder({ folder, weights }: ConvertParams, mostBytes = MAX_WEIGHTS_BYTES): ConvertResult {
  const opened = openFolderWeights(folder, weights);
  try {
    const table = staticEmbedding(folder, weights, opened);
    const parameters = countOf(opened);
    const graph = table?.graph ?? graphOf(folder, weights, opened);
    const made = write(folder, graph, mostBytes);
    return { made: [...(table?.made ?? []), ...made], used: opened.files, parameters };
  } finally {
    opened.close();
  }
}

/** By `model_type` in config.json. */
const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  bert,
  roberta,
  "xlm-roberta": roberta,
  camembert: roberta,
  distilbert,
  mpnet,
  modernbert,
  nomic_bert: nomicBert,
};

const CONFIG = "config.json";

function graphOf(folder: string, weights: string, opened: FolderWeights): OnnxModel {
  const { config, type } = readConfig(folder);
  const architecture = Object.hasOwn(ARCHITECTURES, type) ? ARCHITECTURES[type] : undefined;
  if (architecture === undefined) {
    const known = [...new Set(Object.values(ARCHITECTURES).map(({ title }) => title))].join(", ");
    throw badModel(CONFIG, `its model_type ${JSON.stringify(type.slice(0, 60))} is none that is built here (${known})`);
  }
  const plan = naming(CONFIG, () => architecture.plan(config));
  const tensors = matched(weights, architecture, plan.shapes, opened);
  return plan.graph(tensors, "fp32", `${architecture.title}, from ${weights}`);
}

/**
 * The tensors a network is made of, by its own names for them. Throws `badModel` if one is missing, of another shape, or if
 * the encoder's own part holds one that the network has no place for: then it is another network.
 */
function matched(
  weights: string,
  { anchor, own, title }: Architecture,
  shapes: Shapes,
  opened: FolderWeights,
): ReadonlyMap<string, Tensor> {
  const prefixes = [...opened.tensors.keys()].filter((name) => name === anchor || name.endsWith(`.${anchor}`));
  if (prefixes.length === 0) throw badModel(weights, `it has no tensor ${anchor}, so it is no ${title}`);
  if (prefixes.length > 1) throw badModel(weights, `it holds several networks: ${prefixes.slice(0, 3).join(", ")}`);
  const prefix = prefixes[0]!.slice(0, -anchor.length);
  const found = new Map<string, Tensor>();
  for (const [stored, { type, shape }] of opened.tensors) {
    if (!stored.startsWith(prefix)) continue;
    const name = stored
      .slice(prefix.length)
      .replace(/LayerNorm\.gamma$/, "LayerNorm.weight")
      .replace(/LayerNorm\.beta$/, "LayerNorm.bias");
    const expected = shapes.get(name);
    if (expected === undefined) {
      if (own.test(name) && !PASSED_OVER.test(name))
        throw badModel(weights, `its tensor ${stored} has no place in a ${title} of this config.json`);
      continue;
    }
    if (expected.join() !== shape.join())
      throw badModel(
        weights,
        `its tensor ${stored} is [${shape.join(", ")}], but by config.json it should be [${expected.join(", ")}]`,
      );
    if (!isFloating(type))
      throw badModel(weights, `its tensor ${stored} is of the type ${type}: quantised weights are not read here`);
    found.set(name, opened.floats(stored));
  }
  for (const name of shapes.keys()) if (!found.has(name)) throw badModel(weights, `it has no tensor ${prefix}${name}`);
  return found;
}

/** Positions and the like are stored as whole numbers, and are none of the parameters. */
const countOf = ({ tensors }: FolderWeights): number =>
  [...tensors.values()]
    .filter(({ type }) => isFloating(type))
    .reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0);

/** Tables that follow from the settings; some versions of the publisher's library save them. */
const PASSED_OVER = /(^|[._])(position_ids|token_type_ids|inv_freq)$/;

/** Writes the graph, tensor by tensor; gives the paths of its files in the folder. */
function write(folder: string, { whole, apart }: OnnxModel, mostBytes: number): readonly string[] {
  const name = MODEL_FILES.fp32;
  if (whole.length <= mostBytes) return [writeFile(folder, name, whole.pieces())];
  const beside = `${name}.data`;
  const { model, weights } = apart(path.posix.basename(beside));
  return [writeFile(folder, name, model.pieces()), writeFile(folder, beside, weights.pieces())];
}

function writeFile(folder: string, name: string, pieces: Iterable<Uint8Array>): string {
  const target = path.join(folder, name);
  const file = onDisk(folder, () => {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    return fs.openSync(target, "wx");
  });
  try {
    // What making a piece throws is about the weights, what writing it throws about the disk.
    for (const piece of pieces)
      onDisk(folder, () => {
        writeAll(file, piece);
      });
    onDisk(folder, () => {
      fs.fsyncSync(file);
    });
  } finally {
    fs.closeSync(file);
  }
  return name;
}

/** One write takes no more than 2 GB, and may take less than it is given. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += fs.writeSync(file, bytes, at, Math.min(bytes.length - at, 1 << 30));
}

function onDisk<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw cannotKeep(folder, error instanceof Error ? error.message : String(error));
  }
}

function readConfig(folder: string): { readonly config: object; readonly type: string } {
  if (!isThere(path.join(folder, CONFIG)))
    throw badModel(CONFIG, "it is not there, so nothing says what network the weights are of");
  const config = readJson(folder, CONFIG, MAX_SETTINGS_BYTES);
  if (typeof config !== "object" || config === null || !("model_type" in config) || typeof config.model_type !== "string")
    throw badModel(CONFIG, "it has no model_type");
  return { config, type: config.model_type };
}
