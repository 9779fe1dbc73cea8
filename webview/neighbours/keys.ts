import type { Part, State } from "./state.ts";

/** What a key asks for on a row. */
export type RowKey =
  | { readonly kind: "go"; readonly column: string; readonly row: number }
  | { readonly kind: "toggle"; readonly part: Part }
  | { readonly kind: "open" | "neighbours" | "copy" | "back" };

/** One column that the keyboard walks through: the text of each of its rows. */
export interface Walk {
  readonly id: string;
  readonly texts: readonly number[];
}

/** Rows a page key moves by. */
const PAGE = 10;

/** undefined for keys that mean nothing on a row. */
export function rowKey(
  key: string,
  walks: readonly Walk[],
  at: { readonly column: string; readonly row: number },
): RowKey | undefined {
  const here = walks.findIndex(({ id }) => id === at.column);
  const walk = walks[here];
  if (walk === undefined) return undefined;
  const last = walk.texts.length - 1;
  const go = (row: number): RowKey => ({ kind: "go", column: walk.id, row: Math.max(0, Math.min(last, row)) });
  /** To the same text, or else to the same rank. */
  const across = (step: number): RowKey | undefined => {
    const next = walks[here + step];
    if (next === undefined) return undefined;
    const same = next.texts.indexOf(walk.texts[at.row] ?? Number.NaN);
    return { kind: "go", column: next.id, row: same >= 0 ? same : Math.min(at.row, next.texts.length - 1) };
  };
  switch (key) {
    case "ArrowUp":
      return go(at.row - 1);
    case "ArrowDown":
      return go(at.row + 1);
    case "PageUp":
      return go(at.row - PAGE);
    case "PageDown":
      return go(at.row + PAGE);
    case "Home":
      return go(0);
    case "End":
      return go(last);
    case "ArrowLeft":
      return across(-1);
    case "ArrowRight":
      return across(1);
    case "Enter":
      return { kind: "open" };
    case " ":
      return { kind: "toggle", part: "text" };
    case "a":
      return { kind: "toggle", part: "whole" };
    case "+":
      return { kind: "toggle", part: "places" };
    case "n":
      return { kind: "neighbours" };
    case "c":
      return { kind: "copy" };
    case "Escape":
      return { kind: "back" };
    default:
      return undefined;
  }
}

/** The columns with rows, in the order in which they stand. */
export function walksOf({ columns, result }: State): Walk[] {
  if (result?.kind === "hubs") return [{ id: "hubs", texts: result.hubs.map(({ text }) => text) }];
  if (result?.kind === "duplicates")
    // Sides of a pair are each other's "same text": they share the pair's number.
    return ["left", "right"].map((id) => ({ id, texts: result.pairs.map((_, pair) => pair) }));
  return [...columns].flatMap(([id, column]) =>
    column.kind === "done" && column.found.hits.length > 0 ? [{ id, texts: column.found.hits.map(({ text }) => text) }] : [],
  );
}
