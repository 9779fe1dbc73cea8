import type { NearestOfSegment } from "../../protocol/workspace.ts";

/** Lines of comment and decoration above a name that are looked through. */
const MAX_LINES = 60;
const COMMENT = /^\s*(\/\/|\/\*|\*|#|--|"""|''')/;

/** The line on which a symbol is named: a segment begins with the comment above it. Its first line where no name is found. */
export function nameLine({ range, label }: Pick<NearestOfSegment, "range" | "label">, lineAt: (line: number) => string): number {
  const name = label.split(/[.:#]/).findLast((part) => part !== "") ?? label;
  const last = Math.min(range.end.line, range.start.line + MAX_LINES);
  for (let line = range.start.line; line <= last; line++) {
    const text = lineAt(line);
    if (!COMMENT.test(text) && text.includes(name)) return line;
  }
  return range.start.line;
}
