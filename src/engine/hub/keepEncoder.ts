import fs from "node:fs/promises";
import path from "node:path";

import type { EncoderCard } from "../../core/encoders/card.ts";
import { hashOf } from "./digest.ts";
import { onDisk, syncFolder } from "./onDisk.ts";
import { inWorkshop } from "./workshop.ts";

/** Where an encoder that was imported comes from. */
export type ImportSource =
  | {
      readonly kind: "hub";
      readonly endpoint: string;
      readonly repository: string;
      readonly revision: string;
      readonly commit: string;
      readonly file: string;
    }
  | { readonly kind: "path"; readonly path: string; readonly file: string };

/** encoder.json of an encoder that was imported; `manifest` and `built` are as in core/encoders/manifest.ts. */
export interface ImportedEncoder {
  readonly manifest: { readonly id: string; readonly name: string; readonly card: EncoderCard };
  readonly source: ImportSource;
  readonly built: Digests;
  /** What was copied, where something else was built from it. */
  readonly from?: Digests;
}
type Digests = Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;

export interface KeepOptions {
  /** Folder of all imported encoders. */
  readonly folder: string;
  readonly id: string;
  readonly name: string;
  readonly source: ImportSource;
  /** From paths in the encoder's folder to the files to copy. */
  readonly files: ReadonlyMap<string, string>;
  /** Builds in a folder what is kept instead of some of its files; files by their paths in it. */
  readonly build?:
    ((folder: string) => Promise<{ readonly made: readonly string[]; readonly used: readonly string[] }>) | undefined;
  /** Tries the encoder that lies in a folder, and says what it is. What it throws is what the import ends with. */
  readonly tryOut: (folder: string) => Promise<EncoderCard>;
  readonly onWaiting: () => void;
  readonly signal: AbortSignal;
}

/**
 * Makes an encoder's folder: copies, builds, tries, writes encoder.json and gives it its name, in this order, so that nothing half
 * done ever has one. The files are copies because a model that changes or goes under an open session ends its process,
 * and vectors would be of a model that nobody has any more; where the disk can, a copy shares its blocks with the original.
 */
export async function keepEncoder(options: KeepOptions): Promise<{ readonly folder: string; readonly added: boolean }> {
  const { folder, id, name, source, signal } = options;
  const place = path.join(folder, id);
  return inWorkshop(options, async ({ part, publish }) => {
    const copied = await onDisk(folder, () => copyAll(options.files, part, signal));
    if (await isKept(place, copied)) return { folder: place, added: false };
    const changes = await options.build?.(part);
    const built = changes === undefined ? copied : await onDisk(folder, () => builtFrom(copied, changes, part, signal));
    const card = await options.tryOut(part);
    const from = built === copied ? {} : { from: copied };
    const record: ImportedEncoder = { manifest: { id, name, card }, source, built, ...from };
    await onDisk(folder, () => writeSynced(path.join(part, RECORD), `${JSON.stringify(record, null, 2)}\n`));
    await publish(place);
    return { folder: place, added: true };
  });
}

/** The record of a folder; undefined when it holds no imported encoder. */
export async function readRecord(folder: string): Promise<ImportedEncoder | undefined> {
  try {
    const record = JSON.parse(await fs.readFile(path.join(folder, RECORD), "utf8")) as Partial<ImportedEncoder>;
    return record.source === undefined || record.built === undefined ? undefined : (record as ImportedEncoder);
  } catch {
    return undefined;
  }
}

const RECORD = "encoder.json";

async function copyAll(files: ReadonlyMap<string, string>, part: string, signal: AbortSignal): Promise<Digests> {
  const built: Record<string, { sha256: string; bytes: number }> = {};
  for (const [name, source] of files) {
    signal.throwIfAborted();
    const target = path.join(part, name);
    await fs.mkdir(path.dirname(target), { recursive: true });
    await fs.copyFile(source, target, fs.constants.COPYFILE_FICLONE);
    // What was read-only is ours to remove; what could be run need not be.
    await fs.chmod(target, 0o644);
    await sync(target);
    const { size } = await fs.stat(target);
    built[name] = { sha256: await hashOf(target, size, "sha256", signal), bytes: size };
  }
  for (const folder of new Set([...files.keys()].map((name) => path.dirname(path.join(part, name))))) await syncFolder(folder);
  return built;
}

/** What is in the folder after something was built there. */
async function builtFrom(
  copied: Digests,
  { made, used }: { readonly made: readonly string[]; readonly used: readonly string[] },
  part: string,
  signal: AbortSignal,
): Promise<Digests> {
  const built: Record<string, Digests[string]> = { ...copied };
  for (const name of used.filter((one) => Object.hasOwn(copied, one))) {
    await fs.rm(path.join(part, name));
    // A folder that held nothing else is of no more use.
    await fs.rmdir(path.dirname(path.join(part, name))).catch(() => undefined);
    Reflect.deleteProperty(built, name);
  }
  for (const name of made) {
    const file = path.join(part, name);
    await sync(file);
    const { size } = await fs.stat(file);
    built[name] = { sha256: await hashOf(file, size, "sha256", signal), bytes: size };
  }
  for (const folder of new Set(made.map((name) => path.dirname(path.join(part, name))))) await syncFolder(folder);
  return built;
}

/** Whether a folder holds what comes of files of these digests. */
async function isKept(place: string, copied: Digests): Promise<boolean> {
  const record = await readRecord(place);
  if (record === undefined) return false;
  const known = record.from ?? record.built;
  if (Object.keys(known).length !== Object.keys(copied).length) return false;
  for (const [name, { sha256 }] of Object.entries(copied)) if (known[name]?.sha256 !== sha256) return false;
  for (const [name, { bytes }] of Object.entries(record.built)) {
    const stat = await fs.stat(path.join(place, name)).catch(() => undefined);
    if (stat?.size !== bytes) return false;
  }
  return true;
}

/** Its folder is synced when it gets its name. */
export async function writeSynced(file: string, text: string): Promise<void> {
  await fs.writeFile(file, text);
  await sync(file);
}

async function sync(file: string): Promise<void> {
  const handle = await fs.open(file, "r+");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
