import { lineMap, type LineMap } from "./positions.ts";
import type { Segment, SegmentKind } from "./segment.ts";

/** A piece of a text by offsets; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly kind: SegmentKind;
  /** Without one the beginning of the text is the label. */
  readonly label?: string;
  /** Names of what a symbol stands in. */
  readonly enclosing?: string;
}

/** Cuts off white space at both ends; undefined when nothing is left. */
function trimSpan(text: string, span: Span): Span | undefined {
  let { start, end } = span;
  while (start < end && /\s|\uFEFF/.test(text[start]!)) start++;
  while (end > start && /\s/.test(text[end - 1]!)) end--;
  return start < end ? { ...span, start, end } : undefined;
}

/** Segments of spans: trimmed, blank ones left out, with exact ranges. */
export function segmentsOf(text: string, spans: Iterable<Span>, map: LineMap = lineMap(text)): Segment[] {
  const segments: Segment[] = [];
  for (const span of spans) {
    const trimmed = trimSpan(text, span);
    if (trimmed === undefined) continue;
    const piece = text.slice(trimmed.start, trimmed.end);
    segments.push({
      label: span.label ?? labelOf(piece),
      kind: span.kind,
      range: map.range(trimmed.start, trimmed.end),
      text: piece,
      ...(span.enclosing === undefined ? {} : { enclosing: span.enclosing }),
    });
  }
  return segments;
}

/** Longest label made from text; names of symbols are kept whole. */
const LABEL_CHARACTERS = 60;

/** The first line that says something, in one line. */
export function labelOf(text: string): string {
  const line = text.split(/\r\n|\n|\r/).find((candidate) => /[\p{L}\p{N}]/u.test(candidate)) ?? text;
  // What marks a comment says nothing; a line of nothing else has no letter and was passed over.
  const flat = line.replace(/^[\s/*#"'`<!-]+|[\s*/]+$/g, "").replace(/\s+/g, " ") || line.trim();
  const characters = Array.from(flat);
  return characters.length <= LABEL_CHARACTERS
    ? flat
    : `${characters
        .slice(0, LABEL_CHARACTERS - 1)
        .join("")
        .trimEnd()}…`;
}

export function* lineSpans(text: string, start = 0, end = text.length): Generator<Span> {
  const map = lineMap(text);
  for (let line = map.positionAt(start).line; line < map.lineCount && map.lineStart(line) < end; line++)
    yield { start: Math.max(start, map.lineStart(line)), end: Math.min(end, map.lineEnd(line)), kind: "line" };
}

/** Runs of lines between blank ones. */
export function* paragraphSpans(text: string, start = 0, end = text.length): Generator<Span> {
  let first: number | undefined;
  let last = start;
  for (const line of lineSpans(text, start, end)) {
    const blank = text.slice(line.start, line.end).trim() === "";
    if (blank && first !== undefined) {
      yield { start: first, end: last, kind: "paragraph" };
      first = undefined;
    } else if (!blank) {
      first ??= line.start;
      last = line.end;
    }
  }
  if (first !== undefined) yield { start: first, end: last, kind: "paragraph" };
}

/**
 * Headings and paragraphs of Markdown. A heading goes with the paragraph that follows it at once, fenced code stays whole,
 * front matter is left out. Labels are the heading a paragraph stands under, and its own beginning.
 */
export function* markdownSpans(text: string, start = 0, end = text.length): Generator<Span> {
  const lines = [...lineSpans(text, start, end)];
  const at = (index: number): string => text.slice(lines[index]!.start, lines[index]!.end);
  let index = 0;
  if (start === 0 && lines.length > 0 && /^\uFEFF?---\s*$/.test(at(0))) {
    const close = lines.findIndex((_, line) => line > 0 && /^(---|\.\.\.)\s*$/.test(at(line)));
    if (close > 0) index = close + 1;
  }
  let heading: string | undefined;
  while (index < lines.length) {
    if (at(index).trim() === "") {
      index++;
      continue;
    }
    const first = index;
    const title = /^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$/.exec(at(index))?.[1];
    if (title !== undefined) {
      heading = title === "" ? undefined : title;
      index++;
      while (index < lines.length && at(index).trim() === "") index++;
      const followed = index < lines.length && !/^ {0,3}#{1,6}\s/.test(at(index));
      if (!followed) {
        yield {
          start: lines[first]!.start,
          end: lines[first]!.end,
          kind: "heading",
          ...(heading === undefined ? {} : { label: heading }),
        };
        continue;
      }
    }
    const body = index;
    index = blockEnd(index);
    const span = { start: lines[first]!.start, end: lines[index - 1]!.end };
    if (title !== undefined) yield { ...span, kind: "heading", ...(heading === undefined ? {} : { label: heading }) };
    else {
      const own = labelOf(text.slice(lines[body]!.start, span.end));
      yield { ...span, kind: "paragraph", label: heading === undefined ? own : `${heading}: ${own}` };
    }
  }

  /** The line after the fenced block or paragraph that begins at `from`. */
  function blockEnd(from: number): number {
    const fence = /^\s*(`{3,}|~{3,})/.exec(at(from))?.[1];
    let line = from + 1;
    if (fence !== undefined) {
      while (line < lines.length && !at(line).trimStart().startsWith(fence)) line++;
      return Math.min(line + 1, lines.length);
    }
    while (line < lines.length && at(line).trim() !== "" && !/^ {0,3}#{1,6}\s|^\s*(`{3,}|~{3,})/.test(at(line))) line++;
    return line;
  }
}
