/** A place in a text: both counted from 0, characters in UTF-16 code units. Same meaning as vscode.Position. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** From `start` up to but not including `end`. */
export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/**
 * How a text is cut into segments.
 * `auto` chooses by language: symbols for code with a grammar, headings and paragraphs for Markdown, else paragraphs.
 */
export const SPLIT_MODES = ["auto", "symbols", "paragraphs", "lines", "file"] as const;
export type SplitMode = (typeof SPLIT_MODES)[number];

export type SegmentKind =
  | "function"
  | "method"
  | "class"
  | "interface"
  | "type"
  | "module"
  | "heading"
  | "paragraph"
  | "line"
  | "file"
  | "selection"
  | "code";

/** A piece of text with its exact place: `text` is what stands at `range` in the document. */
export interface Segment {
  /** Short name for rows and lists, for example `LruCache.get`; unique names are not promised. */
  readonly label: string;
  readonly kind: SegmentKind;
  readonly range: Range;
  readonly text: string;
  /** Names of what a symbol stands in, outermost first: `cache.LruCache`. Absent at the top. */
  readonly enclosing?: string;
}
