import type { WordsRow } from "./change.ts";

/**
 * Which words stand in which texts, for BM25. For each text one record of bytes:
 * `words` (how many stand in it), then for each distinct term, ascending by id, `(id − previous id) · 2 + (1 if it stands there more
 * than once)`, followed by how often if more than once; all numbers as varints (7 bits a byte, low ones first).
 * A query reads the records of all texts it may find, which takes less time than an inverted index needs for frequent words,
 * costs a third of its bytes, knows exactly how many *present* texts have a term, and makes any filter free.
 */
export interface LexicalIndex {
  /** Records of texts; one that is there already is replaced. */
  add(rows: readonly WordsRow[]): void;
  clear(): void;
  /**
   * Okapi BM25 with idf = ln(1 + (N − n + ½) / (n + ½)) (Robertson & Zaragoza 2009; the 1 + keeps it positive, as in Lucene).
   * A term that the query has twice counts twice. N, n and the mean length are of the `present` texts; found are those of
   * them that `accept` lets through. Best first, ties by number.
   */
  search(query: LexicalQuery): readonly { readonly text: number; readonly score: number }[];
}

export interface LexicalQuery {
  /** Ids of the query's words, as often as they stand in it. */
  readonly terms: readonly number[];
  readonly k: number;
  readonly present: Int32Array;
  readonly accept?: Uint8Array | undefined;
}

/** Of a longer query the newest terms count: those came later that are rarer, by and large. */
const MOST_TERMS = 512;

const K1 = 1.2;
const B = 0.75;

export function createLexicalIndex(): LexicalIndex {
  let records = new Uint8Array(1 << 16);
  let used = 0;
  /** Where a text's record starts; 0 for none, so the first byte is left out. */
  let starts = new Uint32Array(1024);
  let ends = new Uint32Array(1024);
  const clear = (): void => {
    used = 1;
    starts.fill(0);
  };
  clear();
  return {
    clear,
    add: (rows) => {
      const bytes = rows.reduce((sum, row) => sum + row.records.length, used);
      if (bytes > records.length) records = withRoom(records, bytes);
      for (const row of rows) {
        const length = row.texts.reduce((most, text) => Math.max(most, text + 1), 0);
        if (length > starts.length) [starts, ends] = [withRoom32(starts, length), withRoom32(ends, length)];
        records.set(row.records, used);
        row.texts.forEach((text, at) => {
          starts[text] = used + (at === 0 ? 0 : row.ends[at - 1]!);
          ends[text] = used + row.ends[at]!;
        });
        used += row.records.length;
      }
    },
    search: ({ terms, k, present, accept }) => {
      const times = new Map<number, number>();
      for (const id of terms) times.set(id, (times.get(id) ?? 0) + 1);
      const wanted = [...times.keys()].sort((a, b) => a - b).slice(-MOST_TERMS);
      if (wanted.length === 0) return [];
      const matches = matchesIn(records, { starts, ends }, wanted, present);
      const weights = wanted.map((id, term) => {
        const containing = matches.documents[term]!;
        return times.get(id)! * Math.log(1 + (matches.texts - containing + 0.5) / (containing + 0.5));
      });
      return best(matches, weights, k, accept);
    },
  };
}

/** Every place where a wanted term stands in a present text, text by text. */
interface Matches {
  readonly texts: number;
  readonly meanLength: number;
  /** Per wanted term the number of texts that have it. */
  readonly documents: Uint32Array;
  readonly count: number;
  readonly text: Int32Array;
  readonly length: Int32Array;
  readonly term: Uint16Array;
  readonly frequency: Int32Array;
}

function matchesIn(
  records: Uint8Array,
  where: { readonly starts: Uint32Array; readonly ends: Uint32Array },
  wanted: readonly number[],
  present: Int32Array,
): Matches {
  const highest = wanted.at(-1)!;
  /** By term id: 1 + its place among the wanted. */
  const rank = new Uint16Array(highest + 1);
  wanted.forEach((id, term) => (rank[id] = term + 1));
  const documents = new Uint32Array(wanted.length);
  let [text, length, frequency] = [new Int32Array(4096), new Int32Array(4096), new Int32Array(4096)];
  let term = new Uint16Array(4096);
  let count = 0;
  let texts = 0;
  let total = 0;
  for (const number of present) {
    let at = where.starts[number] ?? 0;
    if (at === 0) continue;
    const end = where.ends[number]!;
    let words = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = records[at++]!;
      words |= (byte & 0x7f) << shift;
      more = byte >= 0x80;
    }
    texts++;
    total += words;
    if (count + wanted.length > text.length) {
      [text, length, frequency] = [
        doubled(text, wanted.length),
        doubled(length, wanted.length),
        doubled(frequency, wanted.length),
      ];
      const larger = new Uint16Array(text.length);
      larger.set(term);
      term = larger;
    }
    let id = 0;
    while (at < end) {
      let value = records[at++]!;
      if (value >= 0x80) {
        value &= 0x7f;
        for (let shift = 7, more = true; more; shift += 7) {
          const byte = records[at++]!;
          value |= (byte & 0x7f) << shift;
          more = byte >= 0x80;
        }
      }
      let times = 1;
      if ((value & 1) === 1) {
        times = 0;
        for (let shift = 0, more = true; more; shift += 7) {
          const byte = records[at++]!;
          times |= (byte & 0x7f) << shift;
          more = byte >= 0x80;
        }
      }
      id += value >>> 1;
      if (id > highest) break;
      const found = rank[id]!;
      if (found === 0) continue;
      documents[found - 1]!++;
      text[count] = number;
      length[count] = words;
      term[count] = found - 1;
      frequency[count++] = times;
    }
  }
  return { texts, meanLength: total / Math.max(1, texts), documents, count, text, length, term, frequency };
}

interface Score {
  readonly text: number;
  readonly score: number;
}

function best(matches: Matches, weights: readonly number[], k: number, accept: Uint8Array | undefined): Score[] {
  const found: Score[] = [];
  for (let at = 0; at < matches.count;) {
    const text = matches.text[at]!;
    const saturation = K1 * (1 - B + (B * matches.length[at]!) / matches.meanLength);
    let score = 0;
    for (; at < matches.count && matches.text[at] === text; at++) {
      const frequency = matches.frequency[at]!;
      score += (weights[matches.term[at]!]! * frequency * (K1 + 1)) / (frequency + saturation);
    }
    if (accept !== undefined && accept[text] !== 1) continue;
    if (found.length >= k && score <= found.at(-1)!.score) continue;
    // Texts come by ascending number, so an equal one goes behind.
    let place = found.length;
    while (place > 0 && found[place - 1]!.score < score) place--;
    found.splice(place, 0, { text, score });
    if (found.length > k) found.pop();
  }
  return found;
}

/**
 * The record of a text's words.
 * @param termId gives the id of a word, a new one for a new word.
 */
export function wordsRecord(words: readonly string[], termId: (word: string) => number): number[] {
  const times = new Map<number, number>();
  for (const word of words) {
    const id = termId(word);
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  const bytes: number[] = [];
  pushVarint(bytes, words.length);
  let previous = 0;
  for (const [id, count] of [...times].sort(([a], [b]) => a - b)) {
    pushVarint(bytes, (id - previous) * 2 + (count > 1 ? 1 : 0));
    if (count > 1) pushVarint(bytes, count);
    previous = id;
  }
  return bytes;
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
}

function doubled(array: Int32Array<ArrayBuffer>, atLeast: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2 + atLeast);
  larger.set(array);
  return larger;
}

/** A sixteenth more than is needed: it is all read at once mostly, and grows little then. */
function withRoom(array: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length + (length >> 4));
  larger.set(array);
  return larger;
}

function withRoom32(array: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length + (length >> 4));
  larger.set(array);
  return larger;
}
