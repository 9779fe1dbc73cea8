import fs from "node:fs";
import path from "node:path";

import type { EncoderManifest } from "../core/encoders/manifest.ts";
import type { Rpc } from "../process/rpc.ts";
import {
  describeFolder,
  getEncoder,
  listCatalogue,
  removeEncoder,
  type CatalogueEntry,
  type FolderWeights,
} from "../protocol/catalogue.ts";
import { notInCatalogue } from "../protocol/catalogueErrors.ts";
import type { HelloParams, Progress } from "../protocol/engine.ts";
import { badRequest } from "../protocol/errors.ts";
import type { ImportProgress } from "../protocol/hub.ts";
import { abortSignal } from "./abortSignal.ts";
import { getFromCatalogue } from "./catalogue/getEncoder.ts";
import { archivesOfAll, readManifests } from "./catalogue/manifests.ts";
import { removeFolder } from "./catalogue/removeFolder.ts";
import { weightsIn } from "./hub/encoderFiles.ts";
import { localFiles } from "./hub/localFiles.ts";
import type { Registry } from "./registry.ts";

interface Engine {
  readonly hello: HelloParams;
  readonly registry: Registry;
}

/** Progress goes by the clock. */
const REPORT_MS = 100;

/** The requests of protocol/catalogue.ts. */
export function serveCatalogue(
  rpc: Rpc,
  ready: () => Engine,
  reporter: (token: string | undefined) => (progress: Progress) => void,
): void {
  const manifests = (): readonly EncoderManifest[] => {
    const { catalogue } = ready().hello;
    return catalogue === undefined ? [] : readManifests(catalogue.folder);
  };

  rpc.onRequest(listCatalogue, ({ access }) => {
    const here = new Set(
      ready()
        .registry.list()
        .map(({ id }) => id),
    );
    return manifests().map((manifest) => entryOf(manifest, here.has(manifest.id), access.archives));
  });
  rpc.onRequest(getEncoder, async ({ id, access, folder, progressToken }, token) => {
    const { hello, registry } = ready();
    const all = manifests();
    const manifest = all.find((one) => one.id === id);
    if (manifest === undefined || hello.catalogue === undefined)
      throw notInCatalogue(
        id,
        all.map((one) => one.id),
      );
    if (!hello.encoderFolders.slice(1).includes(folder)) throw badRequest("Encoders are kept in the engine's own folders only.");
    const known = registry.list().find((encoder) => encoder.id === id);
    if (known?.bundled === true) return { id, folder: registry.published(id).folder, added: false };
    const stopping = abortSignal(token);
    try {
      const { builder } = hello.catalogue;
      const report = byTheClock(reporter(progressToken));
      return await getFromCatalogue(manifest, { folder, access, builder, signal: stopping.signal, report });
    } finally {
      stopping.dispose();
      registry.refresh();
    }
  });
  rpc.onRequest(describeFolder, ({ path: place }): readonly FolderWeights[] => {
    const { folder, paths, file } = localFiles(place);
    const all = weightsIn(place, paths).filter(({ weights }) => file === undefined || weights === file);
    return all.map(({ weights, precision }) => ({
      path: weights,
      bytes: fs.statSync(path.join(folder, weights)).size,
      precision,
    }));
  });
  rpc.onRequest(removeEncoder, async ({ id }) => {
    const { hello, registry } = ready();
    await removeFolder(id, registry.published(id).folder, hello.encoderFolders.slice(1));
    registry.refresh();
    return null;
  });
}

function entryOf(manifest: EncoderManifest, here: boolean, archives: string): CatalogueEntry {
  const { id, name, card, caveat } = manifest;
  let [bytes, missing] = [0, 0];
  for (const archive of archivesOfAll(manifest)) {
    bytes += archive.bytes;
    const stat = fs.statSync(path.join(archives, archive.sha256), { throwIfNoEntry: false });
    if (stat?.size !== archive.bytes) missing += archive.bytes;
  }
  return { id, name, card, bytes, missing, here, ...(caveat === undefined ? {} : { caveat }) };
}

/** Each change of phase and each end at once, the bytes in between now and then. */
function byTheClock(report: (progress: Progress) => void): (progress: ImportProgress) => void {
  let told = -Infinity;
  let phase = "";
  return (progress) => {
    const now = performance.now();
    if (progress.phase === phase && now - told < REPORT_MS && progress.done < progress.total) return;
    [told, phase] = [now, progress.phase];
    report(progress);
  };
}
