import fs from "node:fs";
import zlib from "node:zlib";

import { unzipSync } from "fflate";

/** A file as plain bytes: a Buffer's `slice` shares its memory, where readers of weights count on a copy. */
export function readBytes(file: string): Uint8Array {
  const { buffer, byteOffset, length } = fs.readFileSync(file);
  return new Uint8Array(buffer, byteOffset, length);
}

/** One file of an archive: a wheel is a zip, everything else a gzipped tar. */
export function readMember(archive: string, member: string): Uint8Array {
  const bytes = readBytes(archive);
  return bytes[0] === ZIP[0] && bytes[1] === ZIP[1]
    ? unzip(bytes, member)
    : fromTar(zlib.gunzipSync(bytes, { maxOutputLength: MAX_TAR }), member);
}

/** "PK", with which a zip begins. */
const ZIP = [0x50, 0x4b];
/** No archive of the catalogue unpacks to more, in bytes. */
const MAX_TAR = 2 ** 30;

export function unzip(archive: Uint8Array, member: string): Uint8Array {
  const found = unzipSync(archive, { filter: (entry) => entry.name === member })[member];
  if (found === undefined) throw new Error(`no ${member} in its archive`);
  return found;
}

/** A tar is blocks of this many bytes: a header, then the file, padded. Source: POSIX.1-1988, its tar format. */
const BLOCK = 512;

function fromTar(tar: Buffer, member: string): Uint8Array {
  const text = (at: number, length: number): string => tar.toString("utf8", at, at + length).replace(/\0[^]*$/, "");
  for (let at = 0; at + BLOCK <= tar.length && tar[at] !== 0;) {
    const bytes = Number.parseInt(text(at + 124, 12).trim(), 8);
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw new Error("its archive is damaged");
    const prefix = text(at + 345, 155);
    const name = text(at, 100);
    if ((prefix === "" ? name : `${prefix}/${name}`) === member)
      return Uint8Array.from(tar.subarray(at + BLOCK, at + BLOCK + bytes));
    at += BLOCK + Math.ceil(bytes / BLOCK) * BLOCK;
  }
  throw new Error(`no ${member} in its archive`);
}
