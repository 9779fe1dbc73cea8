import fs from "node:fs/promises";
import path from "node:path";

import { hasDigest } from "./digest.ts";
import { syncFolder } from "./onDisk.ts";
import type { Repository, RepositoryFile } from "./repository.ts";

/**
 * A repository's folder in the cache that the Python tools share: `blobs` holds files by their digest, `snapshots/<commit>`
 * links to them by their names, `refs` says which commit a branch was at.
 * Layout: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
export interface HubCache {
  readonly folder: string;
  /** A folder for what only one process may do at a time. */
  readonly lockFolder: string;
  blob(file: RepositoryFile): string;
  /** Gives files that are there their names, and notes where the revision leads. */
  publish(files: readonly RepositoryFile[]): Promise<void>;
}

export function hubCache(root: string, { id, commit, revision }: Repository): HubCache {
  const name = `models--${id.replaceAll("/", "--")}`;
  const folder = path.join(root, name);
  const blob = ({ digest }: RepositoryFile): string => path.join(folder, "blobs", digest.hex);
  return {
    folder,
    lockFolder: path.join(root, ".locks", name),
    blob,
    publish: async (files) => {
      for (const file of files) await link(blob(file), path.join(folder, "snapshots", commit, file.path), file);
      if (revision !== commit) await replace(path.join(folder, "refs", revision), (to) => fs.writeFile(to, commit));
    },
  };
}

async function link(blob: string, place: string, { bytes, digest }: RepositoryFile): Promise<void> {
  const target = path.relative(path.dirname(place), blob);
  if ((await fs.readlink(place).catch(() => undefined)) === target) return;
  // Where links are impossible there is a copy, from us or from the Python tools.
  if ((await fs.lstat(place).catch(() => undefined))?.isFile() === true && (await hasDigest(place, bytes, digest))) return;
  await replace(place, async (to) => {
    try {
      await fs.symlink(target, to);
    } catch {
      await fs.copyFile(blob, to);
    }
  });
}

/** Writes beside the place and renames, so that nobody reads half of it. */
async function replace(place: string, write: (to: string) => Promise<void>): Promise<void> {
  const folder = path.dirname(place);
  await fs.mkdir(folder, { recursive: true });
  const beside = `${place}.${process.pid}.tmp`;
  await fs.rm(beside, { force: true });
  await write(beside);
  await fs.rename(beside, place);
  await syncFolder(folder);
}
