import { crc32, deflateRawSync } from "node:zlib";

import type { BlockRow, Change, TextRow } from "./change.ts";
import type { PrepareQuery } from "./query.ts";
import type { EncoderKey } from "./vectorStore.ts";

/** Bytes of texts deflated together: enough to deflate well and cheaply, little enough to be read for one of them. */
const BODY_BYTES = 16_384;

/** Writes the rows of a change; the transaction around it is the caller's. */
export function changeWriter(query: PrepareQuery): (change: Change) => void {
  const sql = {
    body: query<[Uint8Array], never>("INSERT INTO body (deflated) VALUES (?)"),
    text: query<[number, Uint8Array, number, number | bigint, number, number], never>(
      "INSERT INTO text VALUES (?, ?, ?, ?, ?, ?)",
    ),
    file: query<[number, string, string, string, number, number, string, Uint8Array | null, Uint8Array], never>(
      "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    addEncoder: query<[string, string, number], never>(
      "INSERT INTO encoder (identity, name, dimensions) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    ),
    encoder: query<[string], { id: number }>("SELECT id FROM encoder WHERE identity = ?"),
    block: query<[number, number, number, Uint8Array, Uint8Array], never>(
      "INSERT INTO block (encoder, count, crc, texts, vectors) VALUES (?, ?, ?, ?, ?)",
    ),
    dropBlock: query<[number], never>("DELETE FROM block WHERE id = ?"),
    dropWords: query<[number], never>("DELETE FROM words WHERE id = ?"),
    term: query<[string, number], never>("INSERT INTO term VALUES (?, ?)"),
    words: query<[Uint8Array, Uint8Array, Uint8Array], never>("INSERT INTO words (texts, ends, records) VALUES (?, ?, ?)"),
    remember: query<[string, number], never>("INSERT OR REPLACE INTO remembered VALUES (?, ?)"),
  };
  const encoderId = ({ identity, id, dimensions }: EncoderKey): number => {
    sql.addEncoder.run(identity, id, dimensions);
    return sql.encoder.get(identity)!.id;
  };
  const writeTexts = (rows: readonly TextRow[]): void => {
    for (const bundle of bundles(rows)) {
      const body = sql.body.run(deflateRawSync(Buffer.concat(bundle.map(({ bytes }) => bytes)), { level: 1 })).lastInsertRowid;
      let start = 0;
      for (const { row, bytes } of bundle) {
        sql.text.run(row.number, Buffer.from(row.hash, "hex"), row.headerLength, body, start, bytes.length);
        start += bytes.length;
      }
    }
  };
  const writeBlock = ({ encoder, texts, vectors }: BlockRow): void => {
    const [textBytes, vectorBytes] = [bytesOf(texts), bytesOf(vectors)];
    sql.block.run(encoderId(encoder), texts.length, crc32(vectorBytes, crc32(textBytes)), textBytes, vectorBytes);
  };
  return ({ texts = [], terms = [], words, files = [], blocks = [], remembered = [], dropBlocks = [], dropWords = [] }) => {
    writeTexts(texts);
    for (const { word, id } of terms) sql.term.run(word, id);
    if (words !== undefined) sql.words.run(bytesOf(words.texts), bytesOf(words.ends), words.records);
    for (const { seq, file, path, languageId, size, mtimeMs, hash, texts: numbers, places } of files)
      sql.file.run(seq, file, path, languageId, size, mtimeMs, hash, numbers === null ? null : bytesOf(numbers), places);
    for (const block of blocks) writeBlock(block);
    for (const id of dropBlocks) sql.dropBlock.run(id);
    for (const id of dropWords) sql.dropWords.run(id);
    for (const { stamp, encoder } of remembered) sql.remember.run(stamp, encoderId(encoder));
  };
}

/** Texts in the order given, in groups that are deflated together. */
function* bundles(rows: readonly TextRow[]): Generator<{ readonly row: TextRow; readonly bytes: Buffer }[]> {
  let bundle: { readonly row: TextRow; readonly bytes: Buffer }[] = [];
  let size = 0;
  for (const row of rows) {
    const bytes = Buffer.from(row.text);
    if (bundle.length > 0 && size + bytes.length > BODY_BYTES) {
      yield bundle;
      bundle = [];
      size = 0;
    }
    bundle.push({ row, bytes });
    size += bytes.length;
  }
  if (bundle.length > 0) yield bundle;
}

const bytesOf = (array: Int32Array | Uint32Array | Float32Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
