import { createHash } from "node:crypto";
import path from "node:path";

import type { CancellationToken } from "../../core/base/cancellation.ts";
import { languageOf } from "../../core/text/languageOf.ts";
import type { Skipped, SkipReason, WorkspaceParams } from "../../protocol/workspace.ts";
import { giveWay } from "../giveWay.ts";
import type { Catalogue, FileStamp, IndexFile } from "../store/catalogue.ts";
import type { Segmenter } from "./segmenter.ts";
import { holdsPrivateKey } from "./secrets.ts";
import { readTextFile } from "./textFile.ts";
import { walkWorkspace, withRuleFolders, type WalkedFile } from "./walk.ts";

/** An open document with text that is not on disk. */
export interface Unsaved {
  readonly languageId: string;
  readonly text: string;
}

export interface ScanParts {
  readonly workspace: Pick<WorkspaceParams, "folders" | "exclude" | "header">;
  readonly catalogue: Catalogue;
  readonly segmenter: Segmenter;
  readonly unsaved: ReadonlyMap<string, Unsaved>;
  /** Called with files as soon as they are in the catalogue. */
  readonly onFiles: (files: readonly string[]) => void;
  readonly onProgress: (done: number, total: number) => void;
}

/** Files of one transaction: few enough that the encoders have work at once. */
const FILES_PER_BATCH = 16;

/**
 * Brings the catalogue up to date with the disk and unsaved documents: all of it, or with `only` these files and folders.
 * A file of known size and time is not opened. Answers with what was left out and why.
 */
export async function scan(parts: ScanParts, token: CancellationToken, only?: readonly string[]): Promise<readonly Skipped[]> {
  const { catalogue, workspace, unsaved } = parts;
  // A changed ignore file changes what its whole folder shows.
  const reach = only === undefined ? undefined : withRuleFolders(only);
  const walked = await walkWorkspace(workspace, token, reach);
  const stamps = catalogue.stamps();
  const skipped = new Map(walked.skipped.map((entry) => [entry.reason, entry]));
  const seen = new Set(walked.files.map(({ file }) => file));
  const gone = [...stamps.keys()].filter((file) => !seen.has(file) && (reach === undefined || reach.some(holds(file))));
  if (gone.length > 0) catalogue.removeFiles(gone);

  let batch: IndexFile[] = [];
  const touched = new Map<string, FileStamp>();
  const flush = (): void => {
    if (batch.length === 0) return;
    catalogue.putFiles(batch);
    parts.onFiles(batch.map(({ file }) => file));
    batch = [];
  };
  let done = 0;
  for (const entry of walked.files) {
    parts.onProgress(done++, walked.files.length);
    const known = stamps.get(entry.file);
    const open = unsaved.get(entry.file);
    if (open === undefined && known?.size === entry.size && known.mtimeMs === entry.mtimeMs) {
      const reason = skippedFor(known.hash);
      if (reason !== undefined) count(skipped, reason, entry.path);
      continue;
    }
    await giveWay(token);
    const read = open === undefined ? await readTextFile(entry.file) : unsavedText(open);
    const stamp = stampOf(entry, open !== undefined, read.kind === "text" ? read.hash : `${SKIPPED}${read.reason}`);
    if (read.kind === "skipped") count(skipped, read.reason, entry.path);
    if (known?.hash === stamp.hash) {
      touched.set(entry.file, stamp);
      continue;
    }
    if (read.kind === "skipped") {
      // Remembered, so that the next scan need not open it again.
      batch.push({ ...stamp, file: entry.file, path: entry.path, languageId: "", segments: [] });
    } else {
      const languageId = open?.languageId ?? languageOf(entry.file);
      const source = { text: read.text, languageId, path: entry.path };
      const segments = await parts.segmenter(source, { header: workspace.header });
      batch.push({ ...stamp, file: entry.file, path: entry.path, languageId, segments });
    }
    if (batch.length >= FILES_PER_BATCH) flush();
  }
  flush();
  if (touched.size > 0) catalogue.touchFiles(touched);
  parts.onProgress(walked.files.length, walked.files.length);
  return [...skipped.values()];
}

/** What stands for the hash of a file that was opened and holds no text of ours. */
const SKIPPED = "skipped:";

/** Why a file of the catalogue has no segments by intention; undefined for all others. */
export const skippedFor = (hash: string): SkipReason | undefined =>
  hash.startsWith(SKIPPED) ? (hash.slice(SKIPPED.length) as SkipReason) : undefined;

/** Unsaved text never passes for what is on disk: its time is one that no file has. */
const stampOf = ({ size, mtimeMs }: WalkedFile, isUnsaved: boolean, hash: string): FileStamp =>
  isUnsaved ? { size, mtimeMs: -1, hash } : { size, mtimeMs, hash };

const unsavedText = ({ text }: Unsaved) =>
  holdsPrivateKey(text)
    ? { kind: "skipped" as const, reason: "secret" as const }
    : { kind: "text" as const, text, hash: createHash("sha256").update(text).digest("hex") };

/** Examples of each reason that are kept for people. */
const EXAMPLES = 5;

function count(skipped: Map<SkipReason, Skipped>, reason: SkipReason, shown: string): void {
  const before = skipped.get(reason) ?? { reason, count: 0, examples: [] };
  const examples = before.examples.length < EXAMPLES ? [...before.examples, shown] : before.examples;
  skipped.set(reason, { reason, count: before.count + 1, examples });
}

/** Whether a path is a file or holds it. */
const holds =
  (file: string) =>
  (given: string): boolean =>
    file === given || file.startsWith(given.endsWith(path.sep) ? given : given + path.sep);
