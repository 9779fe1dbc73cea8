/** Makes the encoders ready in models/: `npm run encoders -- [ID …]`. */
import fs from "node:fs";
import path from "node:path";

import type { EncoderManifest } from "../../src/core/encoders/manifest.ts";
import { buildEncoder, isBuilt } from "./build.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** Fetches and builds what is not there yet. */
export async function ensureEncoders(ids: readonly string[] = []): Promise<void> {
  const folder = path.join(root, "encoders");
  const manifests = fs
    .readdirSync(folder)
    .sort()
    .map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as EncoderManifest);
  const unknown = ids.filter((id) => !manifests.some((manifest) => manifest.id === id));
  if (unknown.length > 0) throw new Error(`no encoder ${unknown.join(", ")}; there are ${manifests.map(({ id }) => id).join(", ")}`);
  for (const manifest of manifests) {
    if (ids.length > 0 && !ids.includes(manifest.id)) continue;
    const target = path.join(root, "models", manifest.id);
    if (isBuilt(manifest, target)) continue;
    await buildEncoder(manifest, target);
    console.error(`Built ${manifest.id}`);
  }
}

if (process.argv[1] === import.meta.filename) await ensureEncoders(process.argv.slice(2));
