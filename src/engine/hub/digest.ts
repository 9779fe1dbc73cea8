import { createHash } from "node:crypto";
import fs from "node:fs";

import type { Digest } from "./repository.ts";

/** Bytes hashed at a time: few enough that the engine answers others in between. */
const CHUNK = 1 << 20;

/** Whether a file's bytes are those of the digest; false too when there is no such file. */
export async function hasDigest(file: string, bytes: number, digest: Digest, signal?: AbortSignal): Promise<boolean> {
  if (fs.statSync(file, { throwIfNoEntry: false })?.size !== bytes) return false;
  return (await hashOf(file, bytes, digest.kind, signal)) === digest.hex;
}

/** Lower-case hexadecimal. Throws what the disk says, and AbortError. */
export async function hashOf(file: string, bytes: number, kind: Digest["kind"], signal?: AbortSignal): Promise<string> {
  const hash = kind === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${bytes}\0`);
  const stream = fs.createReadStream(file, { highWaterMark: CHUNK, ...(signal === undefined ? {} : { signal }) });
  for await (const chunk of stream as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest("hex");
}
