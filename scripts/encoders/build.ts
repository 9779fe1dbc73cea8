import fs from "node:fs";
import path from "node:path";

import type { BuiltEncoder, EncoderManifest, Recipe } from "../../src/core/encoders/manifest.ts";
import { fetchFile, sha256 } from "./fetch.ts";
import { bertOfOnnx, bertOfSafetensors, mpnetOfSafetensors } from "./recipes/bert.ts";
import { e5OfFourBits } from "./recipes/e5.ts";
import { mobilenet } from "./recipes/mobilenet.ts";
import { json, type Build, type Files } from "./recipes/modelFiles.ts";
import { sentenceConvolution } from "./recipes/sentenceConvolution.ts";
import { tokenTable } from "./recipes/tokenTable.ts";
import { wordTable } from "./recipes/wordTable.ts";

/** Raise when the same inputs give other bytes: built folders are then built again. */
const BUILDER_VERSION = 1;

/** Whether `folder` holds what this manifest gives with this builder. Looks at sizes, does not hash again. */
export function isBuilt(manifest: EncoderManifest, folder: string): boolean {
  try {
    const built = JSON.parse(fs.readFileSync(path.join(folder, "encoder.json"), "utf8")) as BuiltEncoder;
    return (
      built.inputs === inputsOf(manifest) &&
      Object.entries(built.built).every(([file, { bytes }]) => fs.statSync(path.join(folder, file)).size === bytes)
    );
  } catch {
    return false;
  }
}

/** Fetches the sources and writes the model folder, in the layout of sentence-transformers. Never leaves half a folder. */
export async function buildEncoder(manifest: EncoderManifest, folder: string): Promise<void> {
  const files = await filesOf(manifest);
  const part = `${folder}.part${String(process.pid)}`;
  fs.rmSync(part, { recursive: true, force: true });
  const built: Record<string, { sha256: string; bytes: number }> = {};
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const file = path.join(part, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, bytes);
    built[name] = { sha256: sha256(bytes), bytes: bytes.length };
  }
  const record: BuiltEncoder = { manifest, inputs: inputsOf(manifest), built };
  fs.writeFileSync(path.join(part, "encoder.json"), json(record));
  fs.rmSync(folder, { recursive: true, force: true });
  fs.renameSync(part, folder);
}

const inputsOf = (manifest: EncoderManifest): string => sha256(JSON.stringify([BUILDER_VERSION, manifest]));

async function filesOf(manifest: EncoderManifest): Promise<Files> {
  return RECIPES[manifest.recipe](manifest, (role) => {
    const file = manifest.files.find((candidate) => candidate.role === role);
    if (file === undefined) throw new Error(`encoders/${manifest.id}.json names no ${role}`);
    return fetchFile(file);
  });
}

const RECIPES: Readonly<Record<Recipe, Build>> = {
  "bert-safetensors": bertOfSafetensors,
  "bert-onnx": bertOfOnnx,
  "word-table": wordTable,
  "mpnet-safetensors": mpnetOfSafetensors,
  "e5-four-bits": e5OfFourBits,
  "sentence-convolution": sentenceConvolution,
  "token-table": tokenTable,
  mobilenet,
};
