import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { PRECISIONS, type Precision } from "../../core/encoders/card.ts";
import { bareModel, weightFiles } from "../../core/encoders/manifest.ts";
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

/**
 * The weights of a precision, scanned, with the files beside them that they name. Throws `missingWeights` or `badModel`.
 * @param places where the network's files may lie in the folder
 */
export function readWeights(folder: string, precision: Precision, places: readonly string[] = [""]): Weights {
  const fileFor = (one: Precision): string | undefined =>
    places
      .flatMap((place) => weightFiles(one).map((name) => fileOf(place, name)))
      .map((name) => path.join(folder, name))
      .find(isThere);
  const onnx = fileFor(precision) ?? bareModelIn(folder);
  if (onnx === undefined) {
    const others = PRECISIONS.filter((one) => fileFor(one) !== undefined);
    throw missingWeights(path.basename(folder), precision, others);
  }
  const bytes = readModelFile(onnx, folder);
  const { tables, external } = prescan(onnx, bytes);
  const digest = createHash("sha256").update(bytes);
  for (const [file, size] of externalFiles(onnx, folder, external)) digest.update(contentDigest(file, size));
  return { onnx, tables, digest: digest.digest("hex") };
}

/** More than a model's folder has of anything. */
const MOST_FILES = 1000;

/** A model in the folder, or in the folder `onnx` of it, that is the only one and is called as no other. */
function bareModelIn(folder: string): string | undefined {
  const names: string[] = [];
  for (const place of ["", "onnx"]) {
    const within = path.join(folder, place);
    if (fs.statSync(within, { throwIfNoEntry: false })?.isDirectory() !== true) continue;
    const directory = fs.opendirSync(within);
    try {
      for (let entry = directory.readSync(); entry !== null && names.length < MOST_FILES; entry = directory.readSync())
        names.push(path.posix.join(place, entry.name));
    } finally {
      directory.closeSync();
    }
  }
  const name = bareModel(names);
  return name === undefined ? undefined : path.join(folder, name);
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
