import type { TermRow } from "./change.ts";
import type { Storage } from "./storage.ts";

/** Ids of words, counted from 0 in the order in which they first came. */
export interface TermIds {
  /** A new word gets an id, to be written with {@link TermIds.takeNew}. */
  idOf(word: string): number;
  known(word: string): number | undefined;
  /** Words that got their ids since the last call. */
  takeNew(): TermRow[];
  clear(): void;
}

/** Words kept in memory: most words of any text are among the few ten thousand that came last. */
const RECENT = 32_768;

export function createTermIds(storage: Storage): TermIds {
  /** Two generations: when the younger is full it becomes the older, and what nobody asked for since is forgotten. */
  let young = new Map<string, number>();
  let old = new Map<string, number>();
  let next: number | undefined;
  /** Not written yet, so they must not be forgotten. */
  let fresh = new Map<string, number>();

  const remember = (word: string, id: number): number => {
    if (young.size >= RECENT / 2) {
      old = young;
      young = new Map();
    }
    young.set(word, id);
    return id;
  };
  const known = (word: string): number | undefined => {
    const recent = young.get(word);
    if (recent !== undefined) return recent;
    const id =
      old.get(word) ?? fresh.get(word) ?? storage.overlay.terms.get(word) ?? storage.read((disk) => disk.termId(word), undefined);
    return id === undefined ? undefined : remember(word, id);
  };
  return {
    known,
    idOf: (word) => {
      const id = known(word);
      if (id !== undefined) return id;
      next ??= Math.max(
        storage.read((disk) => disk.nextTerm(), 0),
        storage.overlay.terms.size,
      );
      fresh.set(word, next);
      return remember(word, next++);
    },
    takeNew: () => {
      const rows = Array.from(fresh, ([word, id]) => ({ word, id }));
      fresh = new Map();
      return rows;
    },
    clear: () => {
      young = new Map();
      old = new Map();
      next = undefined;
      fresh = new Map();
    },
  };
}
