import type { WordsRow } from "./change.ts";
import { wordsRecord } from "./lexicalIndex.ts";

/** Words of texts as they are kept. */
export function wordsRow(
  texts: readonly (readonly [number: number, words: readonly string[]])[],
  termId: (word: string) => number,
): WordsRow {
  const records = texts.map(([, words]) => wordsRecord(words, termId));
  const ends = new Uint32Array(records.length);
  let end = 0;
  records.forEach((record, at) => (ends[at] = end += record.length));
  const bytes = new Uint8Array(end);
  records.forEach((record, at) => {
    bytes.set(record, at === 0 ? 0 : ends[at - 1]!);
  });
  return { texts: Int32Array.from(texts, ([number]) => number), ends, records: bytes };
}
