import fs from "node:fs/promises";
import path from "node:path";

import { HEAD_BYTES, standInOf } from "../../core/encoders/standIn.ts";
import { badModel, EmbedError } from "../../protocol/errors.ts";
import { lfsPointer, webPage } from "../../protocol/fileErrors.ts";
import { checkRoom } from "./checkRoom.ts";

/** Largest tokenizers are 33 MB; other files of settings are shorter. */
const MOST_SETTINGS = 64_000_000;
/** ONNX is one protobuf message, which may not be larger. */
const MOST_ONNX = 2 ** 31 - 1;
/** Weights in files of their own: more than any encoder that a core runs in reasonable time. */
const MOST_WEIGHTS = 32_000_000_000;

const limitOf = (file: string): number =>
  file.endsWith(".onnx") ? MOST_ONNX : /\.(json|md|txt)$/.test(file) ? MOST_SETTINGS : MOST_WEIGHTS;

/**
 * Looks at files before they are copied into `folder`: a name costs nothing, and a copy may cost the disk. Throws `badModel`
 * or `importFailed`, naming the file.
 */
export async function checkFiles(files: readonly string[], folder: string, signal: AbortSignal): Promise<void> {
  let needed = 0;
  for (const file of files) {
    signal.throwIfAborted();
    const { size } = await fs.stat(file);
    const most = limitOf(file);
    if (size === 0) throw badModel(file, "it is empty");
    if (size > most)
      throw badModel(file, `it has ${size.toLocaleString("en")} bytes, and such files have ${most.toLocaleString("en")} at most`);
    const standIn = standInOf(await headOf(file));
    if (standIn !== undefined) throw (standIn === "pointer" ? lfsPointer : webPage)("badModel", file);
    needed += size;
  }
  await checkRoom(await existing(folder), needed);
}

/** Runs `work`, whose errors name files of a copy in `part`; they come out with the names that people know. */
export async function underOwnNames<T>(part: string, names: ReadonlyMap<string, string>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EmbedError)) throw error;
    let { message } = error.data;
    for (const [copy, own] of names) message = message.replaceAll(path.join(part, copy), () => own);
    throw new EmbedError({ ...error.data, message });
  }
}

async function headOf(file: string): Promise<string> {
  const handle = await fs.open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The folder, or the nearest above it that is there. */
async function existing(folder: string): Promise<string> {
  const isThere = await fs.stat(folder).then(
    () => true,
    () => false,
  );
  return isThere || path.dirname(folder) === folder ? folder : existing(path.dirname(folder));
}
