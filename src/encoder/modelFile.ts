import fs from "node:fs";
import path from "node:path";

import * as v from "valibot";

import { HEAD_BYTES, standInOf } from "../core/encoders/standIn.ts";
import { badModel, badTokenizer } from "../protocol/errors.ts";
import { lfsPointer, webPage } from "../protocol/fileErrors.ts";

/** ONNX is read as one protobuf message, which may not be larger; safetensors of that size come in parts. */
export const MAX_WEIGHTS_BYTES = 2 ** 31 - 1;
/** Settings are a few kilobytes; the longest known list a label for each of 20,000 classes. */
export const MAX_SETTINGS_BYTES = 4_000_000;

/** How a file is refused: what the code says of which kind of file it is. */
export type FileKind = "badModel" | "badTokenizer";

/**
 * The bytes of a regular file inside the folder that no other name leads to: links are how a model would reach for files
 * outside, and opening a pipe or a device need not end. Throws `badModel` or `badTokenizer` naming the file and the reason.
 */
export function readModelFile(file: string, folder: string, most = MAX_WEIGHTS_BYTES, kind: FileKind = "badModel"): Buffer {
  const bytes = readPlainFile(file, folder, most, kind);
  refuseStandIns(file, bytes, kind);
  return bytes;
}

/** A file of settings, checked; undefined when it is not there. Throws `badModel` naming the file and the reason. */
export function readSettings<T extends v.GenericSchema>(folder: string, name: string, schema: T): v.InferOutput<T> | undefined {
  const file = path.join(folder, name);
  if (!isThere(file)) return undefined;
  const parsed = v.safeParse(schema, parseJson(file, readModelFile(file, folder, MAX_SETTINGS_BYTES), "badModel"));
  if (!parsed.success) throw badModel(file, reasonOf(parsed.issues[0]));
  return parsed.output;
}

/** Whether anything has this name: for existsSync a link to nothing is not there, and what may not be looked at neither. */
export function isThere(file: string): boolean {
  try {
    fs.lstatSync(file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== "ENOENT" && code !== "ENOTDIR";
  }
}

/** What JSON in UTF-8 holds, with or without a byte order mark. */
export function parseJson(file: string, bytes: Uint8Array, kind: FileKind): unknown {
  const marked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (marked) throw refused(kind, file, "it is UTF-16, and JSON is UTF-8");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw refused(kind, file, "it is no text in UTF-8");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw refused(kind, file, "it is no JSON");
  }
}

/** Which part of a file is wrong, and how. */
export const reasonOf = (issue: v.BaseIssue<unknown>): string => `${v.getDotPath(issue) ?? "it"}: ${issue.message}`;

const refused = (kind: FileKind, file: string, reason: string): Error =>
  kind === "badModel" ? badModel(file, reason) : badTokenizer(file, reason);

function readPlainFile(file: string, folder: string, most: number, kind: FileKind): Buffer {
  const size = checkPlainFile(file, folder, kind);
  if (size > most) throw refused(kind, file, `it is larger than ${sizeOf(most)}`);
  return orRefused(kind, file, () => fs.readFileSync(file));
}

/** Bytes of a regular file inside the folder that no other name leads to, and that is not empty. Throws as reading it would. */
export function checkPlainFile(file: string, folder: string, kind: FileKind): number {
  return orRefused(kind, file, () => {
    const stat = fs.lstatSync(file);
    if (!stat.isFile()) throw refused(kind, file, "it is a link or a folder, or no file at all");
    if (stat.nlink !== 1) throw refused(kind, file, "it is linked under another name too");
    const within = path.relative(fs.realpathSync(folder), fs.realpathSync(file));
    if (within.startsWith("..") || path.isAbsolute(within)) throw refused(kind, file, "it lies outside its folder");
    if (stat.size === 0) throw refused(kind, file, "it is empty");
    return stat.size;
  });
}

/** What the disk refuses becomes an error that names the file. */
function orRefused<T>(kind: FileKind, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw refused(kind, file, REASONS[code] ?? `it cannot be read (${code})`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it is not there",
  ENOTDIR: "it is not there",
  EACCES: "you may not read it",
  EPERM: "you may not read it",
  ELOOP: "it is a link to itself",
};

const sizeOf = (bytes: number): string => (bytes >= 1e9 ? `${Math.round(bytes / 1e9)} GB` : `${Math.round(bytes / 1e6)} MB`);

function refuseStandIns(file: string, bytes: Uint8Array, kind: FileKind): void {
  const standIn = standInOf(new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)));
  if (standIn !== undefined) throw (standIn === "pointer" ? lfsPointer : webPage)(kind, file);
}
