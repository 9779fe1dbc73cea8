import { existsSync, mkdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { DatabaseSync, type DatabaseSyncOptions } from "node:sqlite";
import { pathToFileURL } from "node:url";

import { indexDatabase, type IndexDatabase } from "./database.ts";
import { migrate, SCHEMA_VERSION, versionOf } from "./schema.ts";
import { NewerIndex, troubleOf } from "./trouble.ts";

/** Opens a connection: a seam for tests that make the disk fail. */
export type Connect = (location: string | URL, options: DatabaseSyncOptions) => DatabaseSync;

export const connectSqlite: Connect = (location, options) => new DatabaseSync(location, options);

const INDEX_FILE = "index.sqlite";
/** Another program's lock is waited for this long; the engine answers nobody meanwhile. */
const BUSY_MS = 100;
/** Bytes that the write-ahead log may keep on disk when all of it has been moved into the database. */
const LOG_BYTES = 8 * 2 ** 20;
/** Negative: KiB. Vectors are read once and in order, so a large cache would hold nothing that is asked for again. */
const CACHE_KIB = -4096;

/**
 * Opens the index of a folder; `write` makes it and brings it to this version, else undefined where there is none yet, or
 * an old one. What cannot be opened for writing is opened for reading (`writable` tells).
 */
export function openDatabase(
  folder: string,
  write: boolean,
  connect: Connect,
): { readonly database: IndexDatabase; readonly writable: boolean } | undefined {
  const file = path.join(folder, INDEX_FILE);
  if (write) mkdirSync(folder, { recursive: true });
  else if (!existsSync(file)) return undefined;
  try {
    return opened(connect(file, { timeout: BUSY_MS }), write);
  } catch (error) {
    if (troubleOf(error) !== "readOnly" || !existsSync(file)) throw error;
    // In a folder that takes no files a log cannot be shared; then nobody writes, and the file can be read as it is.
    const location = pathToFileURL(file);
    location.searchParams.set("immutable", "1");
    return opened(connect(location, { readOnly: true }), false);
  }
}

function opened(
  connection: DatabaseSync,
  write: boolean,
): { readonly database: IndexDatabase; readonly writable: boolean } | undefined {
  try {
    if (versionOf(connection) > SCHEMA_VERSION) throw new NewerIndex(String(versionOf(connection)));
    if (write) {
      migrate(connection);
      // SQLite opens a file that it may not write for reading, without a word.
      connection.exec("BEGIN IMMEDIATE; ROLLBACK");
    }
    if (versionOf(connection) < SCHEMA_VERSION) {
      connection.close();
      return undefined;
    }
    connection.exec(`PRAGMA cache_size = ${String(CACHE_KIB)}`);
    if (write) connection.exec(`PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = ${String(LOG_BYTES)}`);
    // The first page of a damaged file tells at once.
    connection.prepare("SELECT count(*) FROM meta").get();
    return { database: indexDatabase(connection), writable: write };
  } catch (error) {
    if (connection.isOpen) connection.close();
    throw error;
  }
}

const parts = (folder: string): string[] => ["", "-wal", "-shm"].map((end) => path.join(folder, INDEX_FILE + end));

/** All of it can be made again from the workspace. */
export function removeDatabase(folder: string): void {
  for (const file of parts(folder)) rmSync(file, { force: true });
}

/** 0 for what cannot be looked at. */
export function bytesOnDisk(folder: string): number {
  try {
    return parts(folder).reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0);
  } catch {
    return 0;
  }
}

/** Tells whether the index was made anew since: undefined when there is none. */
export const fileIdentity = (folder: string): number | undefined =>
  statSync(path.join(folder, INDEX_FILE), { throwIfNoEntry: false })?.ino;
