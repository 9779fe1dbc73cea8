import * as v from "valibot";

import { bytesOfPiece } from "./byteFallback.ts";

/** A BPE model by the names of a tokenizer.json, but for its vocabulary. */
const MODEL = v.looseObject({
  merges: v.array(v.union([v.string(), v.tuple([v.string(), v.string()])])),
  unk_token: v.nullish(v.string()),
  continuing_subword_prefix: v.nullish(v.string()),
  end_of_word_suffix: v.nullish(v.string()),
  fuse_unk: v.nullish(v.boolean()),
  byte_fallback: v.nullish(v.boolean()),
  ignore_merges: v.nullish(v.boolean()),
  /** Leaves merges out at random, while training. */
  dropout: v.nullish(v.literal(0)),
});

/**
 * Cuts a stretch of text into pieces: from single characters, the pair that stands first in the list of merges is joined, of
 * equal ones the leftmost, again and again. Order, unknown characters and `ignore_merges` are those of the Rust tokenizers
 * library. Throws with the reason for a model that is malformed. Source: https://arxiv.org/abs/1508.07909, section 3.2.
 */
export function bytePairEncoder(
  json: unknown,
  ids: ReadonlyMap<string, number> | undefined,
): (stretch: string) => readonly number[] {
  const parsed = v.safeParse(MODEL, json);
  if (!parsed.success) throw new Error(`model.${v.getDotPath(parsed.issues[0]) ?? ""}: ${parsed.issues[0].message}`);
  const model = parsed.output;
  if (ids === undefined) throw new Error("it has no vocabulary");
  const merges = mergesOf(model, ids);
  const prefix = model.continuing_subword_prefix ?? "";
  const suffix = model.end_of_word_suffix ?? "";
  const unknown = typeof model.unk_token === "string" ? ids.get(model.unk_token) : undefined;

  const symbolsOf = (stretch: string): number[] => {
    const symbols: number[] = [];
    let pending = false;
    const flush = (): void => {
      if (pending && unknown !== undefined) symbols.push(unknown);
      pending = false;
    };
    const chars = Array.from(stretch);
    chars.forEach((char, at) => {
      const piece = (at > 0 ? prefix : "") + char + (at === chars.length - 1 ? suffix : "");
      const id = ids.get(piece);
      if (id !== undefined) {
        flush();
        symbols.push(id);
        return;
      }
      const bytes = model.byte_fallback === true ? bytesOfPiece(piece, ids) : undefined;
      if (bytes !== undefined) symbols.push(...bytes);
      else {
        if (model.fuse_unk !== true) flush();
        pending = true;
      }
    });
    flush();
    return symbols;
  };

  /** Ids of stretches met before: text repeats itself. */
  const memory = new Map<string, readonly number[]>();
  return (stretch) => {
    if (stretch === "") return [];
    const known = memory.get(stretch);
    if (known !== undefined) return known;
    const whole = model.ignore_merges === true ? ids.get(stretch) : undefined;
    const found = whole === undefined ? merged(symbolsOf(stretch), merges) : [whole];
    if (stretch.length <= MEMORY_CHARACTERS) {
      if (memory.size >= MEMORY_STRETCHES) memory.clear();
      memory.set(stretch, found);
    }
    return found;
  };
}

/** Stretches whose ids are remembered; then the memory starts anew. Long ones do not come again. */
const MEMORY_STRETCHES = 100_000;
const MEMORY_CHARACTERS = 64;

interface Merges {
  /** Rank of a pair, by {@link pairKey}: lower ones are joined first. */
  readonly ranks: ReadonlyMap<number, number>;
  /** What the pair of a rank becomes. */
  readonly results: readonly number[];
}

/** Ids are smaller: two of them fit in a number. */
const MOST_IDS = 2 ** 26;
const pairKey = (left: number, right: number): number => left * MOST_IDS + right;

function mergesOf(
  { merges, continuing_subword_prefix: prefix }: v.InferOutput<typeof MODEL>,
  ids: ReadonlyMap<string, number>,
): Merges {
  const idOf = (piece: string): number => {
    const id = ids.get(piece);
    if (id === undefined || id >= MOST_IDS)
      throw new Error(`its merges make ${JSON.stringify(piece.slice(0, 60))}, which has no id`);
    return id;
  };
  const ranks = new Map<number, number>();
  const results: number[] = [];
  merges.forEach((merge, rank) => {
    const [left, right, ...more] = typeof merge === "string" ? merge.split(" ") : merge;
    if (left === undefined || right === undefined || more.length > 0)
      throw new Error(`merge ${String(rank)} is not of two pieces`);
    ranks.set(pairKey(idOf(left), idOf(right)), rank);
    results.push(idOf(left + right.slice(prefix?.length ?? 0)));
  });
  return { ranks, results };
}

/** Places in a stretch: no text that is read has as many bytes. */
const MOST_PLACES = 2 ** 23;

/** Joins pairs until none is left that can be. `symbols` is used up. */
function merged(symbols: number[], { ranks, results }: Merges): readonly number[] {
  const count = symbols.length;
  if (count < 2) return symbols;
  const next = Int32Array.from(symbols, (_, at) => (at + 1 < count ? at + 1 : -1));
  const previous = Int32Array.from(symbols, (_, at) => at - 1);
  const gone = new Uint8Array(count);
  const waiting = leastFirst();
  const offer = (at: number): void => {
    const rank = ranks.get(pairKey(symbols[at]!, symbols[next[at]!]!));
    if (rank !== undefined) waiting.add(rank * MOST_PLACES + at);
  };
  for (let at = 0; at + 1 < count; at++) offer(at);
  for (let key = waiting.take(); key !== undefined; key = waiting.take()) {
    const at = key % MOST_PLACES;
    const after = next[at]!;
    if (gone[at] === 1 || after < 0) continue;
    const result = results[Math.floor(key / MOST_PLACES)]!;
    // The pair may be another by now; the library asks only whether it would become the same piece.
    const rank = ranks.get(pairKey(symbols[at]!, symbols[after]!));
    if (rank === undefined || results[rank] !== result) continue;
    symbols[at] = result;
    gone[after] = 1;
    const beyond = next[after]!;
    next[at] = beyond;
    if (beyond >= 0) {
      previous[beyond] = at;
      offer(at);
    }
    if (previous[at]! >= 0) offer(previous[at]!);
  }
  return symbols.filter((_, at) => gone[at] === 0);
}

/** A heap: gives the least of the numbers it holds. */
function leastFirst(): { readonly add: (key: number) => void; readonly take: () => number | undefined } {
  const keys: number[] = [];
  return {
    add: (key) => {
      let at = keys.push(key) - 1;
      while (at > 0) {
        const above = (at - 1) >> 1;
        if (keys[above]! <= key) break;
        keys[at] = keys[above]!;
        at = above;
      }
      keys[at] = key;
    },
    take: () => {
      const least = keys[0];
      const last = keys.pop();
      if (last === undefined || keys.length === 0) return least;
      let at = 0;
      for (;;) {
        let below = 2 * at + 1;
        if (below >= keys.length) break;
        if (below + 1 < keys.length && keys[below + 1]! < keys[below]!) below++;
        if (keys[below]! >= last) break;
        keys[at] = keys[below]!;
        at = below;
      }
      keys[at] = last;
      return least;
    },
  };
}
