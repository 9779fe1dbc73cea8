import fs from "node:fs/promises";
import path from "node:path";

import type { BuiltEncoder, EncoderManifest } from "../../core/encoders/manifest.ts";
import { idInUse } from "../../protocol/catalogueErrors.ts";
import type { ImportResult } from "../../protocol/hub.ts";
import { writeSynced } from "../hub/keepEncoder.ts";
import { onDisk } from "../hub/onDisk.ts";
import { inWorkshop } from "../hub/workshop.ts";
import { inputsOf, isBuilt, isForeign } from "./builtFolder.ts";
import { fetchSources, type FetchSourcesOptions } from "./fetchSources.ts";
import { runBuilder } from "./runBuilder.ts";

export interface GetOptions extends FetchSourcesOptions {
  /** Folder of encoders, absolute. */
  readonly folder: string;
  /** The catalogue's builder, absolute. */
  readonly builder: string;
  /** Keeps what was fetched, to build from it again. */
  readonly keepArchives?: boolean;
}

/** Makes an encoder of the catalogue ready in `folder`, unless it is there as this manifest gives it. */
export async function getFromCatalogue(manifest: EncoderManifest, options: GetOptions): Promise<ImportResult> {
  const { folder, builder, report, signal, keepArchives = false } = options;
  const { id } = manifest;
  const place = path.join(folder, id);
  const there = { id, folder: place, added: false };
  if (isBuilt(manifest, place)) return there;
  if (isForeign(place)) throw idInUse(id);
  const { sources, fetched } = await fetchSources(manifest, options);
  const onWaiting = (): void => {
    report({ kind: "import", phase: "waiting", done: 0, total: 0 });
  };
  const added = await inWorkshop({ folder, onWaiting, signal }, async ({ part, publish }) => {
    if (isBuilt(manifest, place)) return false;
    report({ kind: "import", phase: "building", done: 0, total: 0 });
    const built = await runBuilder(builder, { manifest, sources, folder: part }, signal);
    const record: BuiltEncoder = { manifest, inputs: inputsOf(manifest), built };
    await onDisk(folder, () => writeSynced(path.join(part, "encoder.json"), `${JSON.stringify(record, null, 2)}\n`));
    await publish(place);
    return true;
  });
  if (!keepArchives) for (const file of fetched) await fs.rm(file, { force: true }).catch(() => undefined);
  return added ? { ...there, added } : there;
}
