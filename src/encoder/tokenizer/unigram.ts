import { bytesOfPiece } from "./byteFallback.ts";

/** A unigram model by the names of a tokenizer.json. */
export interface UnigramModel {
  /** Pieces with their scores (logarithms of probabilities); the index is the id. */
  readonly vocab: readonly (readonly [piece: string, score: number])[];
  readonly unk_id?: number | null | undefined;
  readonly byte_fallback?: boolean | undefined;
}

/** What an unknown character costs beyond the least likely piece. */
const UNKNOWN_PENALTY = 10;

/**
 * Cuts text into the pieces whose scores have the greatest sum; unknown characters that follow one another are one token.
 * Sums and ties are those of the Rust tokenizers library: double precision, and the earlier start keeps a tie.
 * Source: T. Kudo, https://arxiv.org/abs/1804.10959, section 3.2; the search is Viterbi's.
 */
export function unigramEncoder({
  vocab,
  unk_id: unknown,
  byte_fallback: byteFallback = false,
}: UnigramModel): (text: string) => number[] {
  const ids = new Map(vocab.map(([piece], id) => [piece, id]));
  const scores = Float64Array.from(vocab, ([, score]) => score);
  /** Longest piece that begins with a code unit: no longer one is tried. */
  const longest = new Uint16Array(0x10000);
  let least = 0;
  for (const [piece, score] of vocab) {
    const first = piece.charCodeAt(0);
    if (piece !== "") longest[first] = Math.max(longest[first]!, piece.length);
    least = Math.min(least, score);
  }
  const unknownScore = least - UNKNOWN_PENALTY;

  const idsOfUnknown = (piece: string): number[] => {
    const known = ids.get(piece);
    if (known !== undefined) return [known];
    const bytes = byteFallback ? bytesOfPiece(piece, ids) : undefined;
    return bytes ?? (typeof unknown === "number" ? [unknown] : []);
  };

  return (text) => {
    const best = new Float64Array(text.length + 1);
    const start = new Int32Array(text.length + 1).fill(-1);
    const token = new Int32Array(text.length + 1);
    for (let from = 0; from < text.length;) {
      const code = text.charCodeAt(from);
      const width = code >= 0xd800 && code < 0xdc00 && from + 1 < text.length ? 2 : 1;
      const reach = Math.min(text.length, from + longest[code]!);
      let single = false;
      for (let to = from + 1; to <= reach; to++) {
        const id = ids.get(text.slice(from, to));
        if (id === undefined) continue;
        offer(from, to, id, scores[id]!);
        if (to - from === width) single = true;
      }
      if (!single) offer(from, from + width, UNKNOWN, unknownScore);
      from += width;
    }
    function offer(from: number, to: number, id: number, score: number): void {
      const sum = score + best[from]!;
      if (start[to] !== -1 && sum <= best[to]!) return;
      best[to] = sum;
      start[to] = from;
      token[to] = id;
    }
    const reversed: number[] = [];
    for (let to = text.length; to > 0;) {
      let from = start[to]!;
      const id = token[to]!;
      if (isUnknown(id)) {
        while (from > 0 && isUnknown(token[from]!)) from = start[from]!;
        reversed.push(...idsOfUnknown(text.slice(from, to)).reverse());
      } else reversed.push(id);
      to = from;
    }
    return reversed.reverse();
  };

  function isUnknown(id: number): boolean {
    return id === UNKNOWN || id === unknown;
  }
}

/** Stands for the unknown token while paths are compared; a vocabulary may have none. */
const UNKNOWN = -1;
