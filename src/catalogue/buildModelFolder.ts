import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import type { Recipe } from "../core/encoders/manifest.ts";
import type { BuildParams, BuiltFiles, SourcePlace } from "../protocol/builder.ts";
import { badSource } from "../protocol/catalogueErrors.ts";
import { EmbedError } from "../protocol/errors.ts";
import { readBytes, readMember, unzip } from "./archive.ts";
import { bertOfOnnx, bertOfSafetensors, mpnetOfSafetensors } from "./recipes/bert.ts";
import { e5OfFourBits } from "./recipes/e5.ts";
import { mobilenet } from "./recipes/mobilenet.ts";
import type { Build, Files } from "./recipes/modelFiles.ts";
import { sentenceConvolution } from "./recipes/sentenceConvolution.ts";
import { tokenTable } from "./recipes/tokenTable.ts";
import { wordTable } from "./recipes/wordTable.ts";

/** Writes a model folder by its manifest's recipe. Throws `badSource` for sources that are not what was pinned. */
export async function buildModelFolder(params: BuildParams): Promise<BuiltFiles> {
  const { manifest, folder } = params;
  let files: Files;
  try {
    files = await RECIPES[manifest.recipe](manifest, (role) => Promise.resolve(sourceOf(params, role)));
  } catch (error) {
    throw error instanceof EmbedError ? error : badSource(manifest.id, error instanceof Error ? error.message : String(error));
  }
  const built: Record<string, { sha256: string; bytes: number }> = {};
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, bytes, { flush: true });
    built[name] = { sha256: sha256(bytes), bytes: bytes.length };
  }
  return built;
}

function sourceOf({ manifest, sources }: BuildParams, role: string): Uint8Array {
  const file = manifest.files.find((candidate) => candidate.role === role);
  const place = sources.find((candidate) => candidate.role === role)?.place;
  if (file === undefined || place === undefined) throw badSource(manifest.id, `no ${role} is named in its manifest`);
  const bytes = bytesAt(place);
  if (sha256(bytes) !== file.sha256) throw badSource(manifest.id, `its ${role} are not the bytes that were pinned`);
  return bytes;
}

function bytesAt(place: SourcePlace): Uint8Array {
  switch (place.kind) {
    case "file":
      return readBytes(place.path);
    case "archive":
      return readMember(place.path, place.member);
    case "parts":
      return unzip(Buffer.concat(place.parts.map(({ path: file, member }) => readMember(file, member))), place.member);
  }
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

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
