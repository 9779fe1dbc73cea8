import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import type { BuiltEncoder, EncoderManifest } from "../../core/encoders/manifest.ts";

/** Raise when the same inputs give other bytes: built folders are then built again. */
const BUILDER_VERSION = 1;

/** What a built folder is a function of. */
export const inputsOf = (manifest: EncoderManifest): string =>
  createHash("sha256")
    .update(JSON.stringify([BUILDER_VERSION, manifest]))
    .digest("hex");

/** Whether `folder` holds what this manifest gives with this builder. Looks at sizes, does not hash again. */
export function isBuilt(manifest: EncoderManifest, folder: string): boolean {
  const record = recordIn(folder);
  if (record?.inputs !== inputsOf(manifest)) return false;
  return Object.entries(record.built).every(
    ([file, { bytes }]) => fs.statSync(path.join(folder, file), { throwIfNoEntry: false })?.size === bytes,
  );
}

/** Whether a folder is there that was not built of the catalogue. */
export const isForeign = (folder: string): boolean => fs.existsSync(folder) && recordIn(folder)?.inputs === undefined;

function recordIn(folder: string): (Partial<BuiltEncoder> & Pick<BuiltEncoder, "built">) | undefined {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, "encoder.json"), "utf8")) as BuiltEncoder;
  } catch {
    return undefined;
  }
}
