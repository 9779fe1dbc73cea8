import type { FileStamp } from "./catalogue.ts";
import type { EncoderKey } from "./vectorStore.ts";

/** A distinct text under its number. */
export interface TextRow {
  readonly number: number;
  /** sha256 of the text, hex. */
  readonly hash: string;
  readonly text: string;
  readonly headerLength: number;
}

/** Which texts stand in a file. A change gives it a new and higher `seq`. */
export interface FileTexts {
  readonly seq: number;
  readonly file: string;
  readonly path: string;
  readonly languageId: string;
  /** Numbers of its segments' texts; null when the file is gone. */
  readonly texts: Int32Array | null;
}

/** A file as it is kept. */
export interface FileRow extends FileTexts, FileStamp {
  /** Places of its segments, packed by places.ts. */
  readonly places: Uint8Array;
}

/** Vectors of one encoder, [texts, dimensions]. */
export interface BlockRow {
  readonly encoder: EncoderKey;
  readonly texts: Int32Array;
  readonly vectors: Float32Array;
}

/** Words of texts, see lexicalIndex.ts: the record of `texts[i]` ends before byte `ends[i]` of `records`. */
export interface WordsRow {
  readonly texts: Int32Array;
  readonly ends: Uint32Array;
  readonly records: Uint8Array;
}

export interface TermRow {
  readonly word: string;
  readonly id: number;
}

export interface RememberedRow {
  readonly stamp: string;
  readonly encoder: EncoderKey;
}

/** What one transaction writes: all of it or nothing. */
export interface Change {
  readonly texts?: readonly TextRow[];
  readonly terms?: readonly TermRow[];
  readonly words?: WordsRow;
  readonly files?: readonly FileRow[];
  readonly blocks?: readonly BlockRow[];
  /** Ids of blocks and of rows of words that others stand for now, or that cannot be read. */
  readonly dropBlocks?: readonly number[];
  readonly dropWords?: readonly number[];
  readonly remembered?: readonly RememberedRow[];
}
