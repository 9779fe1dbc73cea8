import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import type { Precision } from "../../core/encoders/card.ts";
import { MODEL_FILES } from "../../core/encoders/manifest.ts";
import { badModel, missingWeights } from "../../protocol/errors.ts";
import type { GraphTables } from "../graphTables.ts";
import { checkPlainFile, isThere, readModelFile } from "../modelFile.ts";
import { prescan } from "../prescan.ts";
import type { ExternalBytes } from "../scannedGraph.ts";
import { fileOf, placeWithin } from "./place.ts";

export interface Weights {
  readonly onnx: string;
  readonly tables: GraphTables;
  /** sha256 over the model file and what it has in other files. */
  readonly digest: string;
}

/** How publishers call their files, where it is not how we do; the first that exists is taken. */
const OTHER_NAMES: Readonly<Record<Precision, readonly string[]>> = {
  fp32: ["model_O1", "model_O2", "model_O3"],
  fp16: ["model_float16", "model_O4"],
  w8: [],
  int8: [
    "model_quantized",
    "model_uint8",
    "model_quint8_avx2",
    "model_qint8_avx512_vnni",
    "model_qint8_avx512",
    "model_qint8_arm64",
  ],
  q4: ["model_q4f16", "model_bnb4", "model_int4", "model_uint4"],
};

/** Where the weights of a precision may lie: in the folder `onnx`, where all keep them, or beside the settings. */
function candidates(precision: Precision, places: readonly string[]): string[] {
  const own = MODEL_FILES[precision];
  const names = [path.posix.basename(own), ...OTHER_NAMES[precision].map((name) => `${name}.onnx`)];
  return places.flatMap((place) => names.flatMap((name) => [fileOf(place, `onnx/${name}`), fileOf(place, name)]));
}

/**
 * The weights of a precision, scanned, with the files beside them that they name. Throws `missingWeights` or `badModel`.
 * @param places where the network's files may lie in the folder
 */
export function readWeights(folder: string, precision: Precision, places: readonly string[] = [""]): Weights {
  const onnx = candidates(precision, places)
    .map((name) => path.join(folder, name))
    .find(isThere);
  if (onnx === undefined) throw missingWeights(path.basename(folder), precision);
  const bytes = readModelFile(onnx, folder);
  const { tables, external } = prescan(onnx, bytes);
  const digest = createHash("sha256").update(bytes);
  for (const [file, size] of externalFiles(onnx, folder, external)) digest.update(contentDigest(file, size));
  return { onnx, tables, digest: digest.digest("hex") };
}

/** The other files of a model with their sizes: regular files in the folder, each as long as the model reaches into it. */
function externalFiles(onnx: string, folder: string, external: readonly ExternalBytes[]): Map<string, number> {
  const files = new Map<string, number>();
  for (const { location, offset, bytes } of external) {
    // The runtime looks beside the model, and takes some names for addresses in memory: only plain places pass.
    const file = path.join(path.dirname(onnx), placeWithin(onnx, location));
    let size = files.get(file);
    if (size === undefined) {
      size = checkPlainFile(file, folder, "badModel");
      files.set(file, size);
    }
    if (offset + bytes > size)
      throw badModel(
        file,
        `${path.basename(onnx)} wants its bytes up to ${(offset + bytes).toLocaleString("en")}, and it has ${size.toLocaleString("en")}`,
      );
  }
  return files;
}

/** Read at a time: files of weights may be larger than memory. */
const CHUNK_BYTES = 1 << 22;

function contentDigest(file: string, size: number): Buffer {
  const digest = createHash("sha256");
  const opened = fs.openSync(file, "r");
  try {
    const chunk = new Uint8Array(Math.min(CHUNK_BYTES, Math.max(1, size)));
    for (;;) {
      const read = fs.readSync(opened, chunk);
      if (read === 0) return digest.digest();
      digest.update(chunk.subarray(0, read));
    }
  } finally {
    fs.closeSync(opened);
  }
}
