import fs from "node:fs/promises";
import path from "node:path";

import type { Disposable } from "../../core/base/disposable.ts";
import { notEnoughRoom } from "../../protocol/hubErrors.ts";
import type { ImportProgress } from "../../protocol/hub.ts";
import { takeWriterLock } from "../store/writerLock.ts";
import { hasDigest } from "./digest.ts";
import { download, partOf } from "./download.ts";
import { hubCache, type HubCache } from "./hubCache.ts";
import type { HubClient } from "./hubClient.ts";
import { onDisk } from "./onDisk.ts";
import { pause } from "./persistently.ts";
import type { Repository, RepositoryFile } from "./repository.ts";

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
  const { repository, files, signal, report } = options;
  const cache = hubCache(options.cache, repository);
  const total = sum(files.map(({ bytes }) => bytes));
  await onDisk(cache.folder, () => fs.mkdir(path.join(cache.folder, "blobs"), { recursive: true }));
  const lock = await lockOf(cache, signal, async () => {
    const done = sum(await Promise.all(files.map((file) => bytesThere(cache, file))));
    report({ kind: "import", phase: "waiting", done, total });
  });
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
    await onDisk(cache.folder, () => checkRoom(cache, missing));
    for (const file of missing) {
      await download({ ...options, file, place: cache.blob(file), onBytes: tell });
      done += file.bytes;
    }
    await onDisk(cache.folder, () => cache.publish(files));
    return new Map(files.map((file) => [file.path, cache.blob(file)]));
  } finally {
    lock.dispose();
  }
}

/** How often a process that waits looks again. */
const POLL_MS = 200;

/** The right to write in the repository's folder, once no other process has it; the system frees it when a holder dies. */
async function lockOf(cache: HubCache, signal: AbortSignal, waiting: () => Promise<void>): Promise<Disposable> {
  for (;;) {
    const lock = await onDisk(cache.lockFolder, () => takeWriterLock(cache.lockFolder));
    if (lock !== undefined) return lock;
    await waiting();
    await pause(POLL_MS, signal);
  }
}

async function bytesThere(cache: HubCache, file: RepositoryFile): Promise<number> {
  const blob = cache.blob(file);
  for (const place of [blob, partOf(blob)]) {
    const stat = await fs.stat(place).catch(() => undefined);
    if (stat !== undefined) return Math.min(stat.size, file.bytes);
  }
  return 0;
}

/** Asked before the first byte: a disk that runs full later has cost the wait. */
async function checkRoom(cache: HubCache, missing: readonly RepositoryFile[]): Promise<void> {
  const there = sum(await Promise.all(missing.map((file) => bytesThere(cache, file))));
  const needed = sum(missing.map(({ bytes }) => bytes)) - there;
  if (needed <= 0) return;
  const { bavail, bsize } = await fs.statfs(cache.folder);
  if (needed > bavail * bsize) throw notEnoughRoom(cache.folder, needed, bavail * bsize);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
