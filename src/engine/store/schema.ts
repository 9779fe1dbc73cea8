import type { DatabaseSync } from "node:sqlite";

/**
 * How the tables came to be: step n leads from version n to n + 1. A step that has shipped is never changed.
 *
 * `text`: a distinct text; what it says lies deflated in `body` with its neighbours, from byte `start` on. `file`: one row per file,
 * `texts` its segments' numbers (int32) and null when the file is gone, `places` their places; a change gives it a new `seq`, which is
 * how other processes learn of it. `block`: vectors of one encoder (float32, as many as `texts`), with the CRC-32 of both.
 * `words`: what lexical search reads, see lexicalIndex.ts. `meta`: `purged` = highest seq whose row may have been dropped,
 * `nextText` = numbers below it are never given again.
 */
const STEPS: readonly string[] = [
  `CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE body (id INTEGER PRIMARY KEY AUTOINCREMENT, deflated BLOB NOT NULL);
   CREATE TABLE text (
     id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, header INTEGER NOT NULL,
     body INTEGER NOT NULL, start INTEGER NOT NULL, length INTEGER NOT NULL
   );
   CREATE TABLE file (
     seq INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE, path TEXT NOT NULL, language TEXT NOT NULL,
     size INTEGER NOT NULL, mtime REAL NOT NULL, hash TEXT NOT NULL, texts BLOB, places BLOB
   );
   CREATE TABLE encoder (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, name TEXT NOT NULL, dimensions INTEGER NOT NULL);
   CREATE TABLE block (
     id INTEGER PRIMARY KEY AUTOINCREMENT, encoder INTEGER NOT NULL, count INTEGER NOT NULL, crc INTEGER NOT NULL,
     texts BLOB NOT NULL, vectors BLOB NOT NULL
   );
   CREATE TABLE term (word TEXT PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;
   CREATE TABLE words (id INTEGER PRIMARY KEY AUTOINCREMENT, texts BLOB NOT NULL, ends BLOB NOT NULL, records BLOB NOT NULL);`,
  `CREATE TABLE remembered (stamp TEXT PRIMARY KEY, encoder INTEGER NOT NULL) WITHOUT ROWID;`,
];

export const SCHEMA_VERSION = STEPS.length;

/** Small enough that an index of a few files is small, large enough that a block of vectors is few pages. */
const PAGE_BYTES = 8192;

export const versionOf = (database: DatabaseSync): number =>
  (database.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;

/** Brings a database of this or an older version (0 = empty) to version `to`, all or nothing. */
export function migrate(database: DatabaseSync, to = SCHEMA_VERSION): void {
  if (versionOf(database) >= to) return;
  // Has an effect on an empty file only, and before the first transaction.
  database.exec(`PRAGMA page_size = ${String(PAGE_BYTES)}; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;`);
  database.exec("BEGIN IMMEDIATE");
  try {
    for (const step of STEPS.slice(versionOf(database), to)) database.exec(step);
    database.exec(`PRAGMA user_version = ${String(to)}; COMMIT`);
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
