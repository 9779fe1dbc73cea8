/** Makes encoders ready: `npm run encoders` those of the installation, in models/; `npm run encoders -- ID …` any, see below. */
import fs from "node:fs";
import path from "node:path";

import type { EncoderManifest } from "../../src/core/encoders/manifest.ts";
import { encodersFolder } from "../../src/process/cacheFolder.ts";
import { buildEncoder, isBuilt } from "./build.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** The encoders that every installation carries. */
const BUNDLED = new Set(["all-MiniLM-L6-v2", "glove-6b-100d-50k", "paraphrase-MiniLM-L3-v2"]);

/** Where the model folder of an encoder lies: in the checkout if it is bundled, else in the user's own folder of encoders. */
export const builtFolder = (id: string): string => path.join(BUNDLED.has(id) ? path.join(root, "models") : encodersFolder(), id);

/** Fetches and builds what is not there yet: the bundled encoders, or those that are named. */
export async function ensureEncoders(ids: readonly string[] = [...BUNDLED]): Promise<void> {
  const folder = path.join(root, "encoders");
  const manifests = fs
    .readdirSync(folder)
    .sort()
    .map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as EncoderManifest);
  const unknown = ids.filter((id) => !manifests.some((manifest) => manifest.id === id));
  if (unknown.length > 0) throw new Error(`no encoder ${unknown.join(", ")}; there are ${manifests.map(({ id }) => id).join(", ")}`);
  for (const manifest of manifests) {
    if (!ids.includes(manifest.id)) continue;
    const target = builtFolder(manifest.id);
    if (isBuilt(manifest, target)) continue;
    await buildEncoder(manifest, target);
    console.error(`Built ${manifest.id}`);
  }
}

if (process.argv[1] === import.meta.filename) {
  const ids = process.argv.slice(2);
  await ensureEncoders(ids.length === 0 ? undefined : ids);
}
