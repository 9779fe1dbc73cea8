/** Makes encoders ready: `npm run encoders` those of the installation, in models/; `npm run encoders -- ID …` any, see below. */
import path from "node:path";

import { encodersFolder } from "../../src/process/cacheFolder.ts";
import { catalogueAccess } from "../../src/process/catalogueAccess.ts";
import { isBuilt } from "../../src/engine/catalogue/builtFolder.ts";
import { getFromCatalogue } from "../../src/engine/catalogue/getEncoder.ts";
import { readManifests } from "../../src/engine/catalogue/manifests.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import { progressBar } from "./progressBar.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** The encoders that every installation carries. */
const BUNDLED = new Set(["all-MiniLM-L6-v2", "glove-6b-100d-50k", "paraphrase-MiniLM-L3-v2"]);

const folderOf = (id: string): string => (BUNDLED.has(id) ? path.join(root, "models") : encodersFolder());

/** Where the model folder of an encoder lies: in the checkout if it is bundled, else in the user's own folder of encoders. */
export const builtFolder = (id: string): string => path.join(folderOf(id), id);

/** Fetches and builds what is not there yet: the bundled encoders, or those that are named. */
export async function ensureEncoders(ids: readonly string[] = [...BUNDLED]): Promise<void> {
  const manifests = readManifests(path.join(root, "encoders"));
  const unknown = ids.filter((id) => !manifests.some((manifest) => manifest.id === id));
  if (unknown.length > 0) throw new Error(`There is no encoder ${unknown.join(", ")}; there are ${manifests.map(({ id }) => id).join(", ")}`);
  for (const manifest of manifests) {
    if (!ids.includes(manifest.id) || isBuilt(manifest, builtFolder(manifest.id))) continue;
    const bar = progressBar(manifest.id);
    try {
      await getFromCatalogue(manifest, {
        folder: folderOf(manifest.id),
        builder: path.join(root, "src/catalogue/main.ts"),
        access: catalogueAccess(),
        // Whoever works on recipes builds again and again.
        keepArchives: true,
        report: bar.show,
        signal: new AbortController().signal,
      });
    } catch (error) {
      throw error instanceof EmbedError ? new Error(`${error.message} ${error.data.hint ?? ""}`, { cause: error }) : error;
    } finally {
      bar.end();
    }
    console.error(`Built ${manifest.id}`);
  }
}

if (process.argv[1] === import.meta.filename) {
  const ids = process.argv.slice(2);
  try {
    await ensureEncoders(ids.length === 0 ? undefined : ids);
  } catch (error) {
    // What went wrong is in the sentence; where in the code helps nobody who only wants an encoder.
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
