import { bertWords } from "./bertText.ts";

/** A WordPiece or WordLevel model by the names of a tokenizer.json, but for its vocabulary. */
export interface WordModel {
  readonly type?: string | undefined;
  readonly unk_token?: string | null | undefined;
  readonly continuing_subword_prefix?: string | null | undefined;
  readonly max_input_chars_per_word: number;
}

/**
 * Cuts text as BERT does into words, and words into pieces: the longest piece that is known, again and again. A word that does
 * not come out even is unknown as a whole, and so is any that a word table does not have.
 */
export function wordEncoder(vocabulary: ReadonlyMap<string, number>, model: WordModel): (text: string) => readonly number[] {
  const unknown = vocabulary.get(model.unk_token ?? "[UNK]") ?? 0;
  /** Ids of words met before: code repeats itself. */
  const memory = new Map<string, readonly number[]>();
  const idsOf = (word: string): readonly number[] => {
    let ids = memory.get(word);
    if (ids === undefined) {
      if (memory.size >= MEMORY_WORDS) memory.clear();
      ids = model.type === "WordLevel" ? [vocabulary.get(word) ?? unknown] : pieces(word, vocabulary, unknown, model);
      memory.set(word, ids);
    }
    return ids;
  };
  return (text) => bertWords(text).flatMap(idsOf);
}

/** Words whose ids are remembered; then the memory starts anew. */
const MEMORY_WORDS = 100_000;

function pieces(
  word: string,
  vocabulary: ReadonlyMap<string, number>,
  unknown: number,
  { continuing_subword_prefix: continuing, max_input_chars_per_word: most }: WordModel,
): readonly number[] {
  const prefix = continuing ?? "##";
  // By code points, as the library counts and cuts.
  const chars = Array.from(word);
  if (chars.length > most) return [unknown];
  const ids: number[] = [];
  for (let start = 0; start < chars.length;) {
    let end = chars.length;
    let id: number | undefined;
    for (; end > start; end--) {
      id = vocabulary.get((start > 0 ? prefix : "") + chars.slice(start, end).join(""));
      if (id !== undefined) break;
    }
    if (id === undefined) return [unknown];
    ids.push(id);
    start = end;
  }
  return ids;
}
