import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import type { HubAccess, ImportProgress } from "../../../src/protocol/hub.ts";
import { fetchFiles } from "../../../src/engine/hub/fetchFiles.ts";
import { hubClient } from "../../../src/engine/hub/hubClient.ts";
import { findRepository } from "../../../src/engine/hub/repository.ts";
import { COMMIT, REPOSITORY } from "./hubServer.ts";

/** Short, so that a test sees the end of it. */
export const PATIENCE = { stallMs: 400, backOffMs: 4 };

/** Asks for the repository and fetches all its files. */
export async function fetchAll(
  access: Pick<HubAccess, "endpoint" | "cache"> & Partial<HubAccess>,
  {
    signal = new AbortController().signal,
    report = () => undefined,
  }: { signal?: AbortSignal; report?: (progress: ImportProgress) => void } = {},
): Promise<ReadonlyMap<string, string>> {
  const hub = hubClient({ patience: PATIENCE, ...access });
  const repository = await findRepository(hub, REPOSITORY, "main", signal);
  return fetchFiles({ hub, repository, files: repository.files, cache: access.cache, report, signal });
}

export function temporaryFolder(): string {
  return fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "hub-")));
}

export const repositoryFolder = (cache: string): string => path.join(cache, `models--${REPOSITORY.replace("/", "--")}`);
export const snapshotFolder = (cache: string): string => path.join(repositoryFolder(cache), "snapshots", COMMIT);
export const blobFolder = (cache: string): string => path.join(repositoryFolder(cache), "blobs");
