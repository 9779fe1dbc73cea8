import type { Position, Range, SegmentKind } from "../../core/text/segment.ts";
import type { Place, SearchFilter } from "../../protocol/workspace.ts";

/** A segment on its way into the index. */
export interface IndexSegment {
  readonly label: string;
  readonly kind: SegmentKind;
  readonly range: Range;
  /** Text that is encoded: the header line, if there is one, and what stands at `range`. */
  readonly text: string;
  /** Characters of `text` that are header (with its line end); 0 without one. */
  readonly headerLength: number;
}

/** A file as the index last saw it. */
export interface FileStamp {
  readonly size: number;
  readonly mtimeMs: number;
  /** sha256 of its bytes, hex; "unsaved" documents have that of their text. */
  readonly hash: string;
}

export interface IndexFile extends FileStamp {
  /** Absolute. */
  readonly file: string;
  /** As people see it: relative, `/` between parts, with the folder's name in front if there are several. */
  readonly path: string;
  readonly languageId: string;
  readonly segments: readonly IndexSegment[];
}

/** A segment as it is kept: its text's number leads to the text and to vectors. */
export interface StoredSegment {
  readonly text: number;
  readonly label: string;
  readonly kind: SegmentKind;
  readonly range: Range;
}

/**
 * Files, segments and texts of one workspace. Texts are numbered from 0, never reused while the index is open; equal texts
 * are one text. Synchronous, because SQLite is. Writes go to memory when the disk takes none; see localIndex.ts.
 */
export interface Catalogue {
  readonly fileCount: number;
  /** Of the files, in order of their names. */
  readonly languages: readonly string[];
  readonly segmentCount: number;
  /** Distinct texts that stand in some file now. */
  readonly textCount: number;
  /** Grows with every change of files or texts. */
  readonly version: number;

  stamps(): ReadonlyMap<string, FileStamp>;
  /** Puts files in the place of what was known of them, all or none. */
  putFiles(files: readonly IndexFile[]): void;
  /** The same content with another time: only the stamp changes. */
  touchFiles(stamps: ReadonlyMap<string, FileStamp>): void;
  removeFiles(files: readonly string[]): void;

  segmentsOf(file: string): readonly StoredSegment[];
  segmentAt(file: string, position: Position): StoredSegment | undefined;
  /** Numbers of all texts that stand in some file, ascending. */
  presentTexts(): Int32Array;
  /** 1 for each text (by number) that stands in a file the filter lets through. */
  allowed(filter: SearchFilter, queryFile?: string): Uint8Array;
  placesOf(text: number): readonly Place[];
  /** Text as it is encoded, and how much of it is header. */
  textOf(text: number): { readonly text: string; readonly headerLength: number };
  hashOf(text: number): string;
  numberOf(hash: string): number | undefined;

  /** Okapi BM25 (k1 = 1.2, b = 0.75) over words and parts of identifiers; the k best, best first. */
  lexical(query: string, k: number, accept?: Uint8Array): readonly { readonly text: number; readonly score: number }[];
}
