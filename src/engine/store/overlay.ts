import type { BlockRow, Change, TextRow, WordsRow } from "./change.ts";
import type { EncoderKey } from "./vectorStore.ts";

/** What is not on disk, or not yet: read before the disk is. Empty as long as the disk takes everything. */
export interface Overlay {
  readonly texts: ReadonlyMap<number, TextRow>;
  readonly numbers: ReadonlyMap<string, number>;
  readonly terms: ReadonlyMap<string, number>;
  /** By seq of the file. */
  readonly places: ReadonlyMap<number, Uint8Array>;
  readonly words: readonly WordsRow[];
  readonly blocks: readonly BlockRow[];
  readonly remembered: ReadonlyMap<string, EncoderKey>;
  readonly bytes: number;
  add(change: Change): void;
  /** Texts that stand nowhere any more, and files that have changed since. */
  drop(isPresent: (text: number) => boolean, seqs: ReadonlySet<number>): void;
  clear(): void;
}

export function createOverlay(): Overlay {
  const texts = new Map<number, TextRow>();
  const numbers = new Map<string, number>();
  const terms = new Map<string, number>();
  const places = new Map<number, Uint8Array>();
  const remembered = new Map<string, EncoderKey>();
  let words: WordsRow[] = [];
  let blocks: BlockRow[] = [];
  let bytes = 0;
  return {
    texts,
    numbers,
    terms,
    places,
    remembered,
    get words() {
      return words;
    },
    get blocks() {
      return blocks;
    },
    get bytes() {
      return bytes;
    },
    add: (change) => {
      for (const row of change.texts ?? []) {
        texts.set(row.number, row);
        numbers.set(row.hash, row.number);
        bytes += row.text.length;
      }
      for (const { word, id } of change.terms ?? []) terms.set(word, id);
      for (const file of change.files ?? []) if (file.texts !== null) places.set(file.seq, file.places);
      if (change.words !== undefined) words.push(change.words);
      for (const block of change.blocks ?? []) {
        blocks.push(block);
        bytes += block.vectors.byteLength;
      }
      for (const { stamp, encoder } of change.remembered ?? []) remembered.set(stamp, encoder);
    },
    drop: (isPresent, seqs) => {
      for (const seq of places.keys()) if (!seqs.has(seq)) places.delete(seq);
      for (const [number, { hash, text }] of texts) {
        if (isPresent(number)) continue;
        texts.delete(number);
        numbers.delete(hash);
        bytes -= text.length;
      }
      const before = blocks;
      blocks = before.flatMap((block) => liveRows(block, isPresent));
      bytes -= sizeOf(before) - sizeOf(blocks);
    },
    clear: () => {
      for (const map of [texts, numbers, terms, places, remembered]) map.clear();
      words = [];
      blocks = [];
      bytes = 0;
    },
  };
}

/** The rows of a block whose texts are wanted still: none or one block, the same one when all are. */
export function liveRows(block: BlockRow, isWanted: (text: number) => boolean): BlockRow[] {
  const rows = Array.from(block.texts.keys()).filter((row) => isWanted(block.texts[row]!));
  if (rows.length === block.texts.length) return [block];
  if (rows.length === 0) return [];
  const { dimensions } = block.encoder;
  const vectors = new Float32Array(rows.length * dimensions);
  rows.forEach((row, at) => {
    vectors.set(block.vectors.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions);
  });
  return [{ encoder: block.encoder, texts: Int32Array.from(rows, (row) => block.texts[row]!), vectors }];
}

const sizeOf = (blocks: readonly BlockRow[]): number => blocks.reduce((sum, { vectors }) => sum + vectors.byteLength, 0);
