import type { Position, Range } from "./segment.ts";

/** Between offsets (UTF-16) and positions of one text. Lines end with LF, CRLF or CR, as in the editor. */
export interface LineMap {
  readonly lineCount: number;
  /** Offset of the line's first character. */
  lineStart(line: number): number;
  /** Offset after the line's last character, before its line end. */
  lineEnd(line: number): number;
  positionAt(offset: number): Position;
  offsetAt(position: Position): number;
  range(start: number, end: number): Range;
}

export function lineMap(text: string): LineMap {
  const starts = [0];
  const ends: number[] = [];
  for (const {
    index,
    0: { length },
  } of text.matchAll(/\r\n|\n|\r/g)) {
    ends.push(index);
    starts.push(index + length);
  }
  ends.push(text.length);

  const positionAt = (offset: number): Position => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: Math.min(offset, ends[low]!) - starts[low]! };
  };
  return {
    lineCount: starts.length,
    lineStart: (line) => starts[line]!,
    lineEnd: (line) => ends[line]!,
    positionAt,
    // A position beyond its line or text means the last place there is, as in the editor.
    offsetAt: ({ line, character }) =>
      line >= starts.length
        ? text.length
        : Math.min(starts[Math.max(0, line)]! + Math.max(0, character), ends[Math.max(0, line)]!),
    range: (start, end) => ({ start: positionAt(start), end: positionAt(end) }),
  };
}
