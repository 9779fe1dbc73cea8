import { lineMap, type LineMap } from "../../core/text/positions.ts";
import type { Segment } from "../../core/text/segment.ts";
import { paragraphSpans, segmentsOf, type Span } from "../../core/text/split.ts";
import { MAX_WINDOW, windowSpans } from "../../core/text/windows.ts";
import { LANGUAGES } from "../split/languages.ts";
import type { Splitter } from "../split/splitter.ts";
import type { IndexSegment } from "../store/catalogue.ts";

export interface SegmentSource {
  readonly text: string;
  readonly languageId: string;
  /** As people see it; the label of a segment that is a whole file. */
  readonly path: string;
}

/** Cuts a file for the index: symbols of code, headings and paragraphs of prose, windows where there is neither. */
export type Segmenter = (source: SegmentSource, options: { readonly header: boolean }) => Promise<readonly IndexSegment[]>;

/**
 * The same text gives the same segments. An edit changes few of them, because where a segment ends depends on what stands
 * there and not on what stands before; each changed text has to be encoded again.
 */
export function createSegmenter(splitter: Splitter): Segmenter {
  return async (source, { header }) => {
    const { text } = source;
    const map = lineMap(text);
    const found = await structureOf(source, splitter);
    let segments = found === undefined ? textSegments(text, map) : found.flatMap((segment) => parts(text, segment, map));
    segments = segments.filter(saysSomething);
    // Thousands of tiny symbols: generated code, of which windows say as much.
    if (segments.length > MAX_SEGMENTS) segments = windows(text, 0, text.length, map).filter(saysSomething);
    return segments.map((segment) => withHeader(segment, header));
  };
}

/** Most segments a file may have; one of a megabyte has fewer windows. */
const MAX_SEGMENTS = 5000;
/** Longer code is no longer parsed: that would hold the thread on which people wait for answers, some 2 µs per character. */
const MAX_PARSED_CHARACTERS = 200_000;
/** A longer symbol or paragraph is cut: encoders read some 2,000 characters of it. */
const MAX_WHOLE_CHARACTERS = 4000;
/** A shorter paragraph goes with the next: alone it says too little. */
const MIN_PARAGRAPH_CHARACTERS = 200;

/** Symbols of code, or headings and paragraphs of Markdown; undefined where there is nothing of the kind. */
async function structureOf({ text, languageId, path }: SegmentSource, splitter: Splitter): Promise<Segment[] | undefined> {
  const prose = languageId === "markdown";
  if (!prose && (LANGUAGES[languageId] === undefined || text.length > MAX_PARSED_CHARACTERS)) return undefined;
  let segments: Segment[];
  try {
    segments = await splitter.split({ text, languageId, path }, "auto");
  } catch {
    // What a grammar chokes on is text like any other; one file must not end the indexing of all.
    return undefined;
  }
  return prose || segments.some(({ kind }) => kind !== "paragraph") ? segments : undefined;
}

/** Paragraphs, tiny ones joined to the next, cut into windows where that is long. */
function textSegments(text: string, map: LineMap): Segment[] {
  const segments: Segment[] = [];
  let start: number | undefined;
  let end = 0;
  const close = (): void => {
    if (start !== undefined)
      segments.push(
        ...(end - start > MAX_WINDOW
          ? windows(text, start, end, map)
          : segmentsOf(text, [{ start, end, kind: "paragraph" }], map)),
      );
    start = undefined;
  };
  for (const paragraph of paragraphSpans(text)) {
    start ??= paragraph.start;
    end = paragraph.end;
    // By its own length, not by what has gathered: so an edit cannot change how all that follows is joined.
    if (paragraph.end - paragraph.start >= MIN_PARAGRAPH_CHARACTERS) close();
  }
  close();
  return segments;
}

const windows = (text: string, start: number, end: number, map: LineMap): Segment[] =>
  segmentsOf(
    text,
    windowSpans(text, start, end).map((window) => ({ ...window, kind: "paragraph" as const })),
    map,
  );

/** A segment of the structure, whole or, when it is long, in windows that bear its name and number. */
function parts(text: string, segment: Segment, map: LineMap): Segment[] {
  if (segment.text.length <= MAX_WHOLE_CHARACTERS) return [segment];
  const { kind, label, enclosing } = segment;
  const spans = windowSpans(text, map.offsetAt(segment.range.start), map.offsetAt(segment.range.end));
  return segmentsOf(
    text,
    spans.map((span, index): Span => ({
      ...span,
      kind,
      ...(kind === "code" ? {} : { label: index === 0 ? label : `${label} (${String(index + 1)})` }),
      ...(enclosing === undefined ? {} : { enclosing }),
    })),
    map,
  );
}

/** Braces, rules of dashes and lone numbers are nobody's neighbours. */
const saysSomething = ({ text }: Segment): boolean => SAYS_SOMETHING.test(text);
const SAYS_SOMETHING = /[\p{L}\p{N}](?:[^\p{L}\p{N}]*[\p{L}\p{N}]){2}/u;

function withHeader({ label, kind, range, text, enclosing }: Segment, wanted: boolean): IndexSegment {
  const header = wanted && enclosing !== undefined ? `${oneLine(enclosing)}\n` : "";
  return { label, kind, range, text: header + text, headerLength: header.length };
}

/** Names may be anything a grammar takes for one. */
const LONGEST_HEADER = 200;
const oneLine = (names: string): string => names.replace(/\s+/g, " ").slice(0, LONGEST_HEADER).toWellFormed();
