/** Lines shown of a text that is not shown whole. */
const EXCERPT_LINES = 3;

export interface ExcerptParts {
  readonly column?: number;
  readonly around?: number;
  readonly whole?: boolean;
  readonly shown?: number;
}

export interface Excerpt {
  /** Number of the first line shown, from 0. */
  readonly from: number;
  readonly lines: readonly string[];
  /** Lines of the whole text. */
  readonly of: number;
}

/**
 * The lines around one (or the first ones, at -1), or all of them. What all lines are indented by is cut off;
 * `column` is where the first one begins in its file.
 */
export function excerpt(
  content: string,
  { column = 0, around = -1, whole = false, shown = EXCERPT_LINES }: ExcerptParts,
): Excerpt {
  const lines = withoutMargin(content, column);
  if (whole || lines.length <= shown) return { from: 0, lines, of: lines.length };
  const from = Math.max(0, Math.min(around - Math.floor(shown / 2), lines.length - shown));
  return { from, lines: lines.slice(from, from + shown), of: lines.length };
}

/** For two nearly equal texts: which lines of one the other has not. */
export function linesApart(content: string, other: string): readonly boolean[] {
  const known = new Set(other.split("\n").map((line) => line.trim()));
  return content.split("\n").map((line) => !known.has(line.trim()));
}

function withoutMargin(content: string, column: number): string[] {
  const [first = "", ...rest] = `${" ".repeat(column)}${content.trimEnd()}`.split(/\r?\n/);
  const indents = [first, ...rest].filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const common = Math.min(...indents, first.length);
  return [first, ...rest].map((line) => line.slice(common).replaceAll("\t", "  "));
}
