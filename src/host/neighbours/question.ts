import type { Range } from "../../core/text/segment.ts";
import type { FromNeighbours, SearchSpec } from "../../protocol/neighboursPanel.ts";

/** The search with what the page asked to be otherwise. */
export function changedBy(spec: SearchSpec, change: Extract<FromNeighbours, { readonly type: "search" }>): SearchSpec {
  const { words, encoders, k, filter, atLeast, source } = change;
  return {
    ...spec,
    ...(words === undefined ? {} : byWords(words)),
    ...(encoders === undefined || encoders.length === 0
      ? {}
      : { encoders: encoders.map((id) => spec.encoders.find((choice) => choice.id === id) ?? { id }) }),
    ...(k === undefined ? {} : { k }),
    ...(filter === undefined ? {} : { filter }),
    ...(atLeast === undefined ? {} : { atLeast }),
    ...(source === undefined ? {} : { source }),
  };
}

/** What is searched, and how the tab is called. */
export type Question = Pick<SearchSpec, "title" | "what">;

export const byWords = (text: string): Question => ({
  title: `Search: ${shortened(text)}`,
  what: { kind: "neighbours", query: { kind: "words", text } },
});

export const neighboursOf = (path: string, { start }: Pick<Range, "start">): Question => ({
  title: `Neighbours: ${path.split(/[/\\]/).at(-1) ?? path}:${String(start.line + 1)}`,
  what: { kind: "neighbours", query: { kind: "place", path, position: start } },
});

export const neighboursOfText = (text: string, path: string | undefined, range: Range): Question => ({
  title: `Neighbours: ${shortened(text)}`,
  what: {
    kind: "neighbours",
    query: { kind: "passage", text, ...(path === undefined ? {} : { at: { path, range } }) },
  },
});

/** As much as a tab shows. */
const MAX_TITLE = 32;

function shortened(text: string): string {
  const line = text.trim().split(/\r?\n/)[0] ?? "";
  return line.length > MAX_TITLE ? `${line.slice(0, MAX_TITLE - 1)}…` : line;
}
