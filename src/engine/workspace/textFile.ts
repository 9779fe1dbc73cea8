import { createHash } from "node:crypto";
import fs from "node:fs/promises";

import type { SkipReason } from "../../protocol/workspace.ts";
import { holdsPrivateKey } from "./secrets.ts";

export type ReadText =
  | {
      readonly kind: "text";
      /** Without a byte order mark. */
      readonly text: string;
      /** sha256 of the bytes, hex. */
      readonly hash: string;
    }
  | { readonly kind: "skipped"; readonly reason: Extract<SkipReason, "binary" | "secret" | "tooLarge" | "unreadable"> };

/** Larger files are data, not text that somebody wrote. */
export const MAX_FILE_BYTES = 1_000_000;

/** Reads a file as UTF-8 or, with its mark, UTF-16. Never rejects, never waits for a pipe, never follows a link. */
export async function readTextFile(file: string): Promise<ReadText> {
  let bytes: Buffer | "tooLarge";
  try {
    bytes = await readBytes(file);
  } catch {
    return skipped("unreadable");
  }
  if (bytes === "tooLarge") return skipped("tooLarge");
  const text = decode(bytes);
  if (text === undefined) return skipped("binary");
  if (holdsPrivateKey(text)) return skipped("secret");
  return { kind: "text", text, hash: createHash("sha256").update(bytes).digest("hex") };
}

const skipped = <R extends Extract<ReadText, { kind: "skipped" }>["reason"]>(reason: R) => ({ kind: "skipped" as const, reason });

/**
 * What was a plain file when the folder was read may be a link or a pipe by now: neither is followed or waited for. Windows
 * has no such flags; there a link is looked for just before.
 */
const OPEN_FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW || 0) | (fs.constants.O_NONBLOCK || 0);

async function readBytes(file: string): Promise<Buffer | "tooLarge"> {
  if (process.platform === "win32" && (await fs.lstat(file)).isSymbolicLink()) throw new Error("a link");
  const handle = await fs.open(file, OPEN_FLAGS);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Error("no plain file");
    if (stat.size > MAX_FILE_BYTES) return "tooLarge";
    // A file may grow while it is read, and those of some file systems say 0: the end is where nothing more comes.
    let bytes = Buffer.allocUnsafe(stat.size + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await handle.read(bytes, length, bytes.length - length, null);
      if (bytesRead === 0) return bytes.subarray(0, length);
      length += bytesRead;
      if (length > MAX_FILE_BYTES) return "tooLarge";
      if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(2 * length + 4096, MAX_FILE_BYTES + 1));
    }
  } finally {
    await handle.close();
  }
}

/** Text has no NUL near its beginning; bytes that look like text may still have one far in, and are then text with a blemish. */
const LOOKED_AT = 8192;

function decode(bytes: Buffer): string | undefined {
  const utf16 =
    bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : undefined;
  if (utf16 === undefined && bytes.subarray(0, LOOKED_AT).includes(0)) return undefined;
  try {
    const text = new TextDecoder(utf16 ?? "utf-8", { fatal: true }).decode(bytes);
    return utf16 !== undefined && text.slice(0, LOOKED_AT).includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}
