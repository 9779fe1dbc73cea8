import fs from "node:fs/promises";
import path from "node:path";

import type { ImportProgress } from "../../protocol/hub.ts";
import { checkRoom } from "./checkRoom.ts";
import { hasDigest } from "./digest.ts";
import { download, partOf, type DownloadOptions } from "./download.ts";
import { below } from "./hubAddress.ts";
import { hubCache, type HubCache } from "./hubCache.ts";
import type { HubClient } from "./hubClient.ts";
import { onDisk } from "./onDisk.ts";
import type { Repository, RepositoryFile } from "./repository.ts";
import { oneAtATime } from "./workshop.ts";

export interface FetchOptions {
  readonly hub: HubClient;
  readonly repository: Repository;
  readonly files: readonly RepositoryFile[];
  /** Folder of the shared cache. */
  readonly cache: string;
  readonly report: (progress: ImportProgress) => void;
  readonly signal: AbortSignal;
}

/**
 * Brings files of a repository into the cache and returns where each lies, by its path in the repository. A file that is
 * there and right is not fetched. Of several processes that want files of one repository one fetches, the others wait and
 * find them; should it die, the next goes on where it ended.
 */
export async function fetchFiles(options: FetchOptions): Promise<ReadonlyMap<string, string>> {
  const { hub, repository, files, signal, report } = options;
  const cache = hubCache(options.cache, repository);
  const total = sum(files.map(({ bytes }) => bytes));
  await onDisk(cache.folder, () => fs.mkdir(path.join(cache.folder, "blobs"), { recursive: true }));
  const tellOfOthers = async (): Promise<void> => {
    const done = sum(await Promise.all(files.map((file) => bytesThere(cache, file))));
    report({ kind: "import", phase: "waiting", done, total });
  };
  const lock = await oneAtATime(cache.lockFolder, tellOfOthers, signal);
  try {
    const missing: RepositoryFile[] = [];
    let done = 0;
    const tell = (more: number): void => {
      report({ kind: "import", phase: "fetching", done: done + more, total });
    };
    for (const file of files) {
      if (await onDisk(cache.folder, () => hasDigest(cache.blob(file), file.bytes, file.digest, signal))) done += file.bytes;
      else missing.push(file);
      tell(0);
    }
    await onDisk(cache.folder, async () => {
      const there = sum(await Promise.all(missing.map((file) => bytesThere(cache, file))));
      await checkRoom(cache.folder, sum(missing.map(({ bytes }) => bytes)) - there);
    });
    for (const file of missing) {
      const open = openFile(hub, repository, file.path);
      await download({ open, patience: hub.patience, file, place: cache.blob(file), onBytes: tell, signal });
      done += file.bytes;
    }
    await onDisk(cache.folder, () => cache.publish(files));
    return new Map(files.map((file) => [file.path, cache.blob(file)]));
  } finally {
    lock.dispose();
  }
}

/** How one file of a repository is asked for. */
export function openFile(
  hub: HubClient,
  { id, commit }: Pick<Repository, "id" | "commit">,
  file: string,
): DownloadOptions["open"] {
  const address = new URL(`${below(hub.address, id, "resolve", commit, file).href}?download=true`);
  return (headers, signal) => hub.open(address, headers, { repository: id, revision: commit, file }, signal);
}

async function bytesThere(cache: HubCache, file: RepositoryFile): Promise<number> {
  const blob = cache.blob(file);
  for (const place of [blob, partOf(blob)]) {
    const stat = await fs.stat(place).catch(() => undefined);
    if (stat !== undefined) return Math.min(stat.size, file.bytes);
  }
  return 0;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
