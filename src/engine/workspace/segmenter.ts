import type { IndexSegment } from "../store/catalogue.ts";

export interface SegmentSource {
  readonly text: string;
  readonly languageId: string;
  /** As people see it; the label of a segment that is a whole file. */
  readonly path: string;
}

/** Cuts a file for the index: symbols of code, headings and paragraphs of prose, windows where there is neither. */
export type Segmenter = (source: SegmentSource, options: { readonly header: boolean }) => Promise<readonly IndexSegment[]>;
