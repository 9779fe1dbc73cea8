/** Lines shown of a text that is not shown whole. */
const EXCERPT_LINES = 3;

export interface Excerpt {
  /** Number of the first line shown, from 0. */
  readonly from: number;
  readonly lines: readonly string[];
  /** Lines of the whole text. */
  readonly of: number;
}

/** The lines around one (or the first ones, at -1), or all of them; what all lines are indented by is cut off. */
export function excerpt(content: string, around: number, whole: boolean, shown = EXCERPT_LINES): Excerpt {
  const lines = dedented(content);
  if (whole || lines.length <= shown) return { from: 0, lines, of: lines.length };
  const from = Math.max(0, Math.min(around - Math.floor(shown / 2), lines.length - shown));
  return { from, lines: lines.slice(from, from + shown), of: lines.length };
}

/** For two nearly equal texts: which lines of one the other has not. */
export function linesApart(content: string, other: string): readonly boolean[] {
  const known = new Set(other.split("\n").map((line) => line.trim()));
  return content.split("\n").map((line) => !known.has(line.trim()));
}

/** A segment's first line begins in mid-line, so it says nothing of the indentation of the others. */
function dedented(content: string): string[] {
  const [first = "", ...rest] = content.replace(/\s+$/, "").replaceAll("\t", "  ").split(/\r?\n/);
  const indents = rest.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const common = indents.length === 0 ? 0 : Math.min(...indents);
  return [first.trimStart(), ...rest.map((line) => line.slice(common))];
}
