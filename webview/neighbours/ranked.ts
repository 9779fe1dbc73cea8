import { BM25, type Hit } from "../../src/protocol/neighboursPanel.ts";
import type { Column, Found } from "./state.ts";

/** A hit as its column shows it. */
export interface Ranked {
  readonly hit: Hit;
  /** From 1. */
  readonly rank: number;
  /** Ranks gained against the first encoder; null for that one itself and where it does not list the text. */
  readonly move: number | null;
  /** No other list has this text; not said of a list that stands alone, nor before all lists are there. */
  readonly onlyHere: boolean;
  /** The other lists that have it. */
  readonly others: readonly string[];
  /** The line of the content that is nearest to the query; -1 if none is or it is not known yet. */
  readonly line: number;
}

type Columns = ReadonlyMap<string, Column>;

const ranked = new WeakMap<Columns, ReadonlyMap<string, readonly Ranked[]>>();

/** The lists that are there, in the order of the columns. Worked out once per change. */
export function rankedLists(columns: Columns): ReadonlyMap<string, readonly Ranked[]> {
  let known = ranked.get(columns);
  if (known === undefined) {
    known = rank(columns);
    ranked.set(columns, known);
  }
  return known;
}

export interface Overlap {
  /** Encoders that found something; BM25 is none. */
  readonly encoders: number;
  /** Length of the longest encoder's list. */
  readonly of: number;
  /** Texts in every encoder's list. */
  readonly sharedByAll: number;
  /** Texts in one list only, BM25's among them. */
  readonly onlyInOne: number;
}

/** How far the lists agree; undefined where there are not two to compare, or some are still to come. */
export function overlap(columns: Columns): Overlap | undefined {
  const lists = [...rankedLists(columns)].filter(([, list]) => list.length > 0);
  if (lists.length < 2 || !settled(columns)) return undefined;
  const encoders = lists.filter(([id]) => id !== BM25);
  const [first, ...rest] = encoders;
  return {
    encoders: encoders.length,
    of: Math.max(...encoders.map(([, list]) => list.length)),
    sharedByAll: first?.[1].filter(({ others }) => rest.every(([id]) => others.includes(id))).length ?? 0,
    onlyInOne: lists.reduce((sum, [, list]) => sum + list.filter(({ onlyHere }) => onlyHere).length, 0),
  };
}

const settled = (columns: Columns): boolean => [...columns.values()].every(({ kind }) => kind !== "waiting");

function rank(columns: Columns): ReadonlyMap<string, readonly Ranked[]> {
  const done = [...columns].flatMap(([id, column]) => (column.kind === "done" ? [{ id, ...column }] : []));
  const places = new Map(done.map(({ id, found }) => [id, placesOf(found)]));
  const filled = done.filter(({ found }) => found.hits.length > 0);
  const first = filled.find(({ id }) => id !== BM25)?.id;
  return new Map(
    done.map(({ id, found, lines }) => [
      id,
      found.hits.map((hit, place): Ranked => {
        const before = first === undefined || first === id ? undefined : places.get(first)?.get(hit.text);
        const others = filled.filter((other) => other.id !== id && places.get(other.id)!.has(hit.text)).map((other) => other.id);
        return {
          hit,
          rank: place + 1,
          move: before === undefined ? null : before - place,
          onlyHere: filled.length > 1 && settled(columns) && others.length === 0,
          others,
          line: lines[place] ?? -1,
        };
      }),
    ]),
  );
}

const placesOf = ({ hits }: Found): ReadonlyMap<number, number> => new Map(hits.map(({ text }, place) => [text, place]));
