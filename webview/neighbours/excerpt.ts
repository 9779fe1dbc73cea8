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
  const from = firstShown(lines, around, shown);
  return { from, lines: lines.slice(from, from + shown), of: lines.length };
}

/**
 * Where the excerpt begins: `around` is in the middle, or as near to it as the text's ends allow and a first line that is not
 * blank, rather earlier than later. At -1 it begins with the first line that is not blank.
 */
function firstShown(lines: readonly string[], around: number, shown: number): number {
  const says = (line: number): boolean => lines[line]!.trim() !== "";
  const last = lines.length - shown;
  const clamped = (line: number): number => Math.max(0, Math.min(line, last));
  if (around < 0) return clamped(lines.findIndex((_, line) => says(line)));
  const middle = clamped(around - Math.floor(shown / 2));
  return (
    Array.from({ length: shown }, (_, at) => around - shown + 1 + at)
      .filter((line) => line >= 0 && line <= last && says(line))
      .reduce<number | undefined>(
        (best, line) => (best === undefined || Math.abs(line - middle) < Math.abs(best - middle) ? line : best),
        undefined,
      ) ?? middle
  );
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
