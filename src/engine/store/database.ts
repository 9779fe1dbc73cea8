import type { DatabaseSync } from "node:sqlite";
import { crc32, inflateRawSync } from "node:zlib";

import type { FileStamp } from "./catalogue.ts";
import type { Change, FileTexts, TextRow, WordsRow } from "./change.ts";
import { changeWriter } from "./changeWriter.ts";
import { queriesOf, type Query } from "./query.ts";
import type { EncoderKey } from "./vectorStore.ts";

/** A block as it was read; `vectors` is undefined when its bytes are not those that were written. */
export interface ReadBlock {
  readonly id: number;
  readonly texts: Int32Array;
  readonly vectors: Float32Array | undefined;
}

/** The index's tables. Everything may throw what SQLite throws; storage.ts judges that. */
export interface IndexDatabase {
  /** One transaction. */
  apply(change: Change): void;
  /** Changes whenever another connection has committed. */
  dataVersion(): number;
  /** Files and gone files of a higher seq, ascending. */
  filesAfter(seq: number): FileTexts[];
  /** All files that are not gone. */
  stamps(): (FileStamp & Pick<FileTexts, "seq" | "file">)[];
  lastSeq(): number;
  places(seq: number): Uint8Array | undefined;
  meta(name: "purged" | "nextText"): number;
  /** One more than the highest number. */
  nextText(): number;
  nextTerm(): number;
  numberOf(hash: string): number | undefined;
  text(number: number): Omit<TextRow, "number"> | undefined;
  hash(number: number): string | undefined;
  termId(word: string): number | undefined;
  wordsAfter(id: number): Iterable<WordsRow & { readonly id: number }>;
  blocksAfter(identity: string, id: number): Iterable<ReadBlock>;
  /** How many vectors these have. */
  rowsAfter(identity: string, id: number): number;
  /** One vector, by its block and where it stands in it. */
  vector(block: number, row: number, dimensions: number): Float32Array | undefined;
  /** Encoders that have vectors, and how many. */
  encoders(): (EncoderKey & { readonly vectors: number })[];
  recall(stamp: string): EncoderKey | undefined;
  /** Ids of all blocks with whose vectors they are and of which texts, without the vectors. */
  blockTexts(): { readonly id: number; readonly encoder: EncoderKey; readonly texts: Int32Array }[];
  /** Some blocks' vectors, as {@link IndexDatabase.blocksAfter} has them. */
  block(id: number): ReadBlock | undefined;
  allTexts(): number[];
  dropTexts(numbers: readonly number[]): void;
  /** Drops what only tells other processes that files are gone, and texts' bytes that nobody has. */
  purge(): void;
  /** Gives some free pages back to the disk; false when there are none, or it cannot. */
  shrink(): boolean;
  /** Drops all rows. */
  erase(): void;
  close(): void;
}

/** Bodies kept inflated: what is read is read in order mostly. */
const BODIES = 8;

export function indexDatabase(connection: DatabaseSync): IndexDatabase {
  const query = queriesOf(connection);
  const sql = {
    dataVersion: query<[], { data_version: number }>("PRAGMA data_version"),
    meta: query<[string], { value: number }>("SELECT value FROM meta WHERE name = ?"),
    lastSeq: query<[], { highest: number | null }>("SELECT max(seq) AS highest FROM file"),
    stamps: query<[], FileStamp & Pick<FileTexts, "seq" | "file">>(
      "SELECT seq, file, size, mtime AS mtimeMs, hash FROM file WHERE texts IS NOT NULL",
    ),
    places: query<[number], { places: Uint8Array }>("SELECT places FROM file WHERE seq = ? AND texts IS NOT NULL"),
    highestText: query<[], { highest: number | null }>("SELECT max(id) AS highest FROM text"),
    highestTerm: query<[], { highest: number | null }>("SELECT max(id) AS highest FROM term"),
    number: query<[Uint8Array], { id: number }>("SELECT id FROM text WHERE hash = ?"),
    text: query<[number], StoredText>("SELECT hash, header, body, start, length FROM text WHERE id = ?"),
    body: query<[number], { deflated: Uint8Array }>("SELECT deflated FROM body WHERE id = ?"),
    term: query<[string], { id: number }>("SELECT id FROM term WHERE word = ?"),
    wordsAfter: query<[number], { id: number; texts: Uint8Array; ends: Uint8Array; records: Uint8Array }>(
      "SELECT id, texts, ends, records FROM words WHERE id > ? ORDER BY id",
    ),
    blocksAfter: query<[string, number], StoredBlock>(
      `SELECT id, crc, texts, vectors FROM block
       WHERE encoder = (SELECT id FROM encoder WHERE identity = ?) AND id > ? ORDER BY id`,
    ),
    rowsAfter: query<[string, number], { total: number | null }>(
      "SELECT sum(count) AS total FROM block WHERE encoder = (SELECT id FROM encoder WHERE identity = ?) AND id > ?",
    ),
    vector: query<[number, number, number], { vector: Uint8Array }>(
      "SELECT substr(vectors, ?, ?) AS vector FROM block WHERE id = ?",
    ),
    encoders: query<[], { identity: string; name: string; dimensions: number; vectors: number }>(
      `SELECT identity, name, dimensions, coalesce(sum(count), 0) AS vectors
       FROM encoder LEFT JOIN block ON block.encoder = encoder.id GROUP BY encoder.id`,
    ),
    blockTexts: query<[], { id: number; texts: Uint8Array; identity: string; name: string; dimensions: number }>(
      "SELECT block.id, texts, identity, name, dimensions FROM block JOIN encoder ON encoder.id = block.encoder ORDER BY block.id",
    ),
    block: query<[number], StoredBlock>("SELECT id, crc, texts, vectors FROM block WHERE id = ?"),
    allTexts: query<[], { id: number }>("SELECT id FROM text ORDER BY id"),
    dropText: query<[number], never>("DELETE FROM text WHERE id = ?"),
    setMeta: query<[string, number], never>("INSERT OR REPLACE INTO meta VALUES (?, ?)"),
    freePages: query<[], { freelist_count: number }>("PRAGMA freelist_count"),
    recall: query<[string], { identity: string; name: string; dimensions: number }>(
      "SELECT identity, name, dimensions FROM remembered JOIN encoder ON encoder.id = remembered.encoder WHERE stamp = ?",
    ),
  };
  const write = changeWriter(query);
  /** Rows as arrays take half the time, and there are many files. */
  let files: Query<[number], StoredFile> | undefined;
  const filesAfter = (): Query<[number], StoredFile> => {
    if (files === undefined) {
      const statement = connection.prepare("SELECT seq, file, path, language, texts FROM file WHERE seq > ? ORDER BY seq");
      statement.setReturnArrays(true);
      files = statement as unknown as Query<[number], StoredFile>;
    }
    return files;
  };

  const bodies = new Map<number, Buffer>();
  const bodyOf = (id: number): Buffer | undefined => {
    const known = bodies.get(id);
    if (known !== undefined) return known;
    const row = sql.body.get(id);
    if (row === undefined) return undefined;
    const body = inflateRawSync(row.deflated);
    if (bodies.size >= BODIES) bodies.delete(bodies.keys().next().value!);
    bodies.set(id, body);
    return body;
  };

  const readBlock = ({ id, crc, texts, vectors }: StoredBlock): ReadBlock => {
    const sound = crc32(vectors, crc32(texts)) === crc;
    return { id, texts: int32(texts), vectors: sound ? float32(vectors) : undefined };
  };
  const nextText = (): number => Math.max(sql.meta.get("nextText")?.value ?? 0, (sql.highestText.get()?.highest ?? -1) + 1);
  const lastSeq = (): number => Math.max(sql.meta.get("purged")?.value ?? 0, sql.lastSeq.get()?.highest ?? 0);
  const freePages = (): number => sql.freePages.get()?.freelist_count ?? 0;
  /** Numbers that must not be given again although the rows that had them go. */
  const keepNumbers = (): void => {
    const [text, seq] = [nextText(), lastSeq()];
    sql.setMeta.run("nextText", text);
    sql.setMeta.run("purged", seq);
  };

  return {
    apply: (change) => {
      // A rolled back transaction may have given a body's id to other text.
      bodies.clear();
      inTransaction(connection, () => {
        write(change);
      });
    },
    dataVersion: () => sql.dataVersion.get()!.data_version,
    filesAfter: (seq) => {
      const stored = filesAfter().all(seq);
      // One buffer for all: thousands of small ones cost more than what is in them.
      const pool = new Int32Array(stored.reduce((sum, { [4]: texts }) => sum + (texts?.length ?? 0), 0) >> 2);
      let used = 0;
      const pooled = (texts: Uint8Array): Int32Array => {
        const from = used;
        used += texts.length >> 2;
        pool.set(int32(texts), from);
        return pool.subarray(from, used);
      };
      return stored.map(([number, file, path, languageId, texts]) => {
        return { seq: number, file, path, languageId, texts: texts === null ? null : pooled(texts) };
      });
    },
    stamps: () => sql.stamps.all(),
    lastSeq,
    places: (seq) => sql.places.get(seq)?.places,
    meta: (name) => sql.meta.get(name)?.value ?? 0,
    nextText,
    nextTerm: () => (sql.highestTerm.get()?.highest ?? -1) + 1,
    numberOf: (hash) => sql.number.get(Buffer.from(hash, "hex"))?.id,
    text: (number) => {
      const row = sql.text.get(number);
      const body = row === undefined ? undefined : bodyOf(row.body);
      if (row === undefined || body === undefined) return undefined;
      const text = body.toString("utf8", row.start, row.start + row.length);
      return { hash: hex(row.hash), text, headerLength: row.header };
    },
    hash: (number) => {
      const row = sql.text.get(number);
      return row === undefined ? undefined : hex(row.hash);
    },
    termId: (word) => sql.term.get(word)?.id,
    wordsAfter: function* (id) {
      for (const row of sql.wordsAfter.iterate(id))
        yield { id: row.id, texts: int32(row.texts), ends: uint32(row.ends), records: row.records };
    },
    blocksAfter: function* (identity, id) {
      for (const row of sql.blocksAfter.iterate(identity, id)) yield readBlock(row);
    },
    rowsAfter: (identity, id) => sql.rowsAfter.get(identity, id)?.total ?? 0,
    vector: (block, row, dimensions) => {
      const found = sql.vector.get(row * dimensions * 4 + 1, dimensions * 4, block);
      return found === undefined ? undefined : float32(found.vector);
    },
    encoders: () =>
      sql.encoders.all().map(({ identity, name, dimensions, vectors }) => ({ id: name, identity, dimensions, vectors })),
    recall: (stamp) => {
      const row = sql.recall.get(stamp);
      return row === undefined ? undefined : { id: row.name, identity: row.identity, dimensions: row.dimensions };
    },
    blockTexts: () =>
      sql.blockTexts.all().map(({ id, texts, identity, name, dimensions }) => {
        return { id, texts: int32(texts), encoder: { id: name, identity, dimensions } };
      }),
    block: (id) => {
      const row = sql.block.get(id);
      return row === undefined ? undefined : readBlock(row);
    },
    allTexts: () => sql.allTexts.all().map(({ id }) => id),
    dropTexts: (numbers) => {
      inTransaction(connection, () => {
        keepNumbers();
        for (const number of numbers) sql.dropText.run(number);
      });
    },
    purge: () => {
      inTransaction(connection, () => {
        keepNumbers();
        connection.exec("DELETE FROM body WHERE id NOT IN (SELECT body FROM text); DELETE FROM file WHERE texts IS NULL");
      });
      bodies.clear();
    },
    shrink: () => {
      const before = freePages();
      if (before === 0) return false;
      connection.exec(`PRAGMA incremental_vacuum(${String(SHRINK_PAGES)})`);
      return freePages() < before;
    },
    erase: () => {
      inTransaction(connection, () => {
        // One more than ever was, so that every reader begins anew.
        sql.setMeta.run("purged", lastSeq() + 1);
        sql.setMeta.run("nextText", nextText());
        for (const table of TABLES) connection.exec(`DELETE FROM ${table}`);
      });
      bodies.clear();
    },
    close: () => {
      connection.close();
    },
  };
}

/** All of `work` or nothing. */
export function inTransaction<T>(connection: DatabaseSync, work: () => T): T {
  connection.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    connection.exec("COMMIT");
    return result;
  } catch (error) {
    // Some failures (a full disk) have rolled back already.
    if (connection.isTransaction) connection.exec("ROLLBACK");
    throw error;
  }
}

/** seq, file, path, language, size, mtime, hash, texts */
type StoredFile = readonly [number, string, string, string, Uint8Array | null];

interface StoredText {
  readonly hash: Uint8Array;
  readonly header: number;
  readonly body: number;
  readonly start: number;
  readonly length: number;
}

interface StoredBlock {
  readonly id: number;
  readonly crc: number;
  readonly texts: Uint8Array;
  readonly vectors: Uint8Array;
}

/** Pages given back in one transaction. */
const SHRINK_PAGES = 1000;
const TABLES = ["body", "text", "file", "block", "words", "term", "remembered", "encoder"];

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");

/** A blob of SQLite's lies anywhere in memory; typed arrays of more than a byte must not. */
const aligned = (bytes: Uint8Array): Uint8Array => (bytes.byteOffset % 4 === 0 ? bytes : bytes.slice());

function int32(bytes: Uint8Array): Int32Array {
  const at = aligned(bytes);
  return new Int32Array(at.buffer, at.byteOffset, at.byteLength >> 2);
}

function uint32(bytes: Uint8Array): Uint32Array {
  const at = aligned(bytes);
  return new Uint32Array(at.buffer, at.byteOffset, at.byteLength >> 2);
}

function float32(bytes: Uint8Array): Float32Array {
  const at = aligned(bytes);
  return new Float32Array(at.buffer, at.byteOffset, at.byteLength >> 2);
}
