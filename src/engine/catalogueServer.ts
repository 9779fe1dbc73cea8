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
import type { HelloParams } from "../protocol/engine.ts";
import { byTheClock } from "./byTheClock.ts";
import { getFromCatalogue } from "./catalogue/getEncoder.ts";
import { archivesOfAll, readManifests } from "./catalogue/manifests.ts";
import { removeFolder } from "./catalogue/removeFolder.ts";
import { weightsIn } from "./hub/encoderFiles.ts";
import { localFiles } from "./hub/localFiles.ts";
import type { Registry } from "./registry.ts";
import type { Reporter } from "./reporter.ts";
import { checkUsersFolder, usersFolders } from "./usersFolders.ts";
import { withAbortSignal } from "./withAbortSignal.ts";

interface Engine {
  readonly hello: HelloParams;
  readonly registry: Registry;
}

/** The requests of protocol/catalogue.ts. */
export function serveCatalogue(rpc: Rpc, ready: () => Engine, reporter: Reporter): void {
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
    checkUsersFolder(hello, folder);
    if (registry.info(id)?.bundled === true) return { id, folder: registry.published(id).folder, added: false };
    const { builder } = hello.catalogue;
    const report = byTheClock(reporter(progressToken));
    try {
      return await withAbortSignal(token, (signal) => getFromCatalogue(manifest, { folder, access, builder, signal, report }));
    } finally {
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
    await removeFolder(id, registry.published(id).folder, usersFolders(hello));
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
