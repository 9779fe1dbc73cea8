import fs from "node:fs/promises";
import path from "node:path";

import type { HubPatience } from "../../protocol/hub.ts";
import { hubBroke, hubWrong, wrongBytes, wrongLength } from "../../protocol/hubErrors.ts";
import { decoded, isEncoded, type Answer } from "./httpGet.ts";
import { hasDigest } from "./digest.ts";
import { onDisk, syncFolder } from "./onDisk.ts";
import { Passing, persistently } from "./persistently.ts";
import type { RepositoryFile } from "./repository.ts";

/** Only one process may download to a place at a time; see fetchFiles.ts. */
export interface DownloadOptions {
  /** Asks for the file, once: throws `Passing` for what may be better next time. The status is 200, 206 or 416. */
  readonly open: (headers: Readonly<Record<string, string>>, signal: AbortSignal) => Promise<Answer>;
  readonly patience: HubPatience;
  readonly file: RepositoryFile;
  /** Where the file is to lie, absolute; its folder is there. */
  readonly place: string;
  /** Bytes of this file that are on disk. */
  readonly onBytes: (done: number) => void;
  readonly signal: AbortSignal;
}

/** Where a file is while it is not whole. */
export const partOf = (place: string): string => `${place}.compare-embeddings.part`;

/** A try that adds this many bytes to the best so far has got somewhere. */
const PROGRESS = 1 << 20;

/**
 * Downloads a file to its place. Its bytes get the name only when they are the publisher's; until then they lie beside it,
 * and the next call goes on from there, as long as the server says that they are of the same version.
 */
export async function download(options: DownloadOptions): Promise<void> {
  const { file, place, signal } = options;
  const part = partOf(place);
  const state: State = { best: 0, counted: 0, restarted: false };
  await persistently(
    () => attempt(options, part, state),
    options.patience,
    signal,
    () => {
      if (state.best < state.counted + PROGRESS) return false;
      state.counted = state.best;
      return true;
    },
  );
  const folder = path.dirname(place);
  await onDisk(folder, async () => {
    await fs.rename(part, place);
    await syncFolder(folder);
    await fs.rm(noteOf(part), { force: true });
  });
  options.onBytes(file.bytes);
}

interface State {
  /** Most bytes that were ever there, so that a server that always starts anew is not followed for ever. */
  best: number;
  counted: number;
  /** Whether bytes of an earlier try turned out to be wrong. */
  restarted: boolean;
}

async function attempt(options: DownloadOptions, part: string, state: State): Promise<void> {
  const { file, signal } = options;
  const folder = path.dirname(part);
  const kept = await onDisk(folder, () => keptOf(part, file.bytes));
  const whole = kept.bytes === file.bytes && file.bytes > 0;
  if (!whole) await receive(options, part, kept, state);
  if (await onDisk(folder, () => hasDigest(part, file.bytes, file.digest, signal))) return;
  await onDisk(folder, () => discard(part));
  // What an earlier run left may be damaged, by a power cut for one; what has just come as a whole is what is served.
  if (kept.bytes === 0 || state.restarted) throw wrongBytes(file.path);
  state.restarted = true;
  throw new Passing(wrongBytes(file.path));
}

interface Kept {
  readonly bytes: number;
  readonly etag: string | undefined;
}

/** What earlier tries left, if more can be added to it. */
async function keptOf(part: string, most: number): Promise<Kept> {
  const [stat, note] = await Promise.all([
    fs.stat(part).catch(() => undefined),
    fs.readFile(noteOf(part), "utf8").catch(() => undefined),
  ]);
  const usable = stat !== undefined && stat.size <= most && note !== undefined && isStrong(note);
  return usable ? { bytes: stat.size, etag: note } : { bytes: 0, etag: undefined };
}

/** Holds the etag of what the part is a part of. */
const noteOf = (part: string): string => `${part}.etag`;

const isStrong = (etag: string): boolean => /^"[\x21\x23-\x7e]+"$/.test(etag);

async function discard(part: string): Promise<void> {
  await Promise.all([fs.rm(part, { force: true }), fs.rm(noteOf(part), { force: true })]);
}

/** Adds to the part until it is whole. Throws `Passing` when it ended before. */
async function receive(options: DownloadOptions, part: string, kept: Kept, state: State): Promise<void> {
  const { file, signal, onBytes } = options;
  const folder = path.dirname(part);
  const headers: Readonly<Record<string, string>> =
    kept.etag === undefined || kept.bytes === 0 ? {} : { range: `bytes=${kept.bytes}-`, "if-range": kept.etag };
  const answer = await options.open(headers, signal);
  try {
    if (answer.status === 416 || (answer.status === 206 && !continues(answer, kept.bytes, file.bytes))) {
      await onDisk(folder, () => discard(part));
      throw new Passing(hubWrong(answer.url.host, "it does not go on where an earlier download ended"));
    }
    const from = answer.status === 206 ? kept.bytes : 0;
    const announced = isEncoded(answer) ? undefined : answer.headers["content-length"];
    if (announced !== undefined && from + Number(announced) !== file.bytes) {
      await onDisk(folder, () => discard(part));
      throw wrongLength(file.path, file.bytes, from + Number(announced));
    }
    const handle = await onDisk(folder, () => openPart(part, from, answer));
    let at = from;
    try {
      for await (const chunk of decoded(answer)) {
        if (at + chunk.length > file.bytes) {
          await onDisk(folder, () => discard(part));
          throw wrongLength(file.path, file.bytes, at + chunk.length);
        }
        await onDisk(folder, () => handle.writeFile(chunk));
        at += chunk.length;
        state.best = Math.max(state.best, at);
        onBytes(at);
      }
      await onDisk(folder, () => handle.sync());
    } finally {
      await handle.close();
    }
    if (at < file.bytes) throw new Passing(hubBroke(answer.url.host, `${file.path} ended after ${at} of ${file.bytes} bytes`));
  } finally {
    answer.close();
  }
}

/** Whether an answer in part begins where ours ends, in the same file, uncompressed. */
function continues(answer: Answer, from: number, bytes: number): boolean {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(answer.headers["content-range"] ?? "") ?? [];
  return (
    from > 0 && Number(first) === from && Number(last) < bytes && (total === "*" || Number(total) === bytes) && !isEncoded(answer)
  );
}

async function openPart(part: string, from: number, { headers }: Answer): Promise<fs.FileHandle> {
  const handle = await fs.open(part, from > 0 ? "a" : "w");
  // The note comes after the old bytes are gone and before the first new one.
  if (from === 0) await fs.writeFile(noteOf(part), headers.etag ?? "");
  return handle;
}
