import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import * as v from "valibot";

import { badTokenizer } from "../../protocol/errors.ts";
import { TABLE } from "../jsonTable.ts";
import { parseJson, reasonOf } from "../modelFile.ts";
import { addedTokenCutter, type AddedToken } from "./addedTokens.ts";
import { bytePairEncoder } from "./bytePairs.ts";
import { bertNormalise, type BertNormaliserOptions } from "./bertText.ts";
import { normaliserOf } from "./normaliser.ts";
import { preTokeniserOf } from "./preTokeniser.ts";
import { ID, POST_PROCESSOR, tokensAround } from "./tokensAround.ts";
import { unigramEncoder } from "./unigram.ts";
import { wordEncoder } from "./wordPieces.ts";

/** Turns a text into token ids. */
export interface Tokenizer {
  /** All ids of the text itself, without the special tokens around it. */
  readonly encode: (text: string) => readonly number[];
  /** Ids that stand before and after the text. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Id of a token that stands for what is not known, if there is one. */
  readonly unknown: number | undefined;
  readonly padding: number;
  /** Of the vocabulary proper: what was added to it may go beyond, and be of no use to anybody. */
  readonly largestId: number;
}

/** A tokenizer.json as text, and the file that it is or was made of. */
export interface TokenizerSource {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** A larger tokenizer.json is no tokenizer: the largest known are 33 MB, and what is read of it takes ten times its size. */
export const MAX_TOKENIZER_BYTES = 64_000_000;

/** Text beyond this is not read: no encoder takes more tokens than this gives, and normalising must end. */
export const MAX_CHARACTERS = 1_000_000;

/**
 * Reads a tokenizer.json. Its truncation and padding are passed over: the publishers' files carry stale ones, and the
 * model's own settings win. BERT's WordPiece, word tables, Unigram and byte pairs are ours, equal to the Rust library; others are
 * @huggingface/tokenizers'.
 */
export function readTokenizer({ file, bytes }: TokenizerSource): Tokenizer {
  const json = parseJson(file, bytes, "badTokenizer");
  const parsed = v.safeParse(TOKENIZER, json);
  if (!parsed.success) throw badTokenizer(file, reasonOf(parsed.issues[0]));
  const { output } = parsed;
  try {
    return { ...around(output), largestId: largestIdOf(output), encode: encoderOf(output, json as object) };
  } catch (error) {
    if (error instanceof RangeError) throw badTokenizer(file, "it is nested too deep");
    throw badTokenizer(file, error instanceof Error ? error.message : String(error));
  }
}

/** Text → ids of it alone: by our own code where that is known to equal the Rust library, else by @huggingface/tokenizers. */
function encoderOf(tokenizer: TokenizerJson, json: object): (text: string) => readonly number[] {
  const { added_tokens: added, normalizer, pre_tokenizer: preTokenizer, model } = tokenizer;
  const { vocab } = model;
  const [scored, words] = vocab !== undefined && isVocabulary(vocab) ? [undefined, vocab] : [vocab, undefined];
  if (scored !== undefined || model.type === "BPE") {
    const normalise = normaliserOf(normalizer);
    const preTokenise = preTokeniserOf(preTokenizer);
    if (normalise !== undefined && preTokenise !== undefined) {
      const pieces =
        scored === undefined
          ? bytePairEncoder(model, words)
          : unigramEncoder({ vocab: scored, unk_id: model.unk_id, byte_fallback: model.byte_fallback });
      return withAddedTokens(added, normalise, (text) => preTokenise(text).flatMap(pieces));
    }
  } else {
    const own = normalizer?.type === "BertNormalizer" && preTokenizer?.type === "BertPreTokenizer";
    if (own && (model.type === "WordPiece" || model.type === "WordLevel")) {
      const options = bertOptions(normalizer);
      return withAddedTokens(added, (text) => bertNormalise(text, options), wordEncoder(words ?? new Map(), model));
    }
  }
  const library = new LibraryTokenizer(json, {});
  return (text) => library.encode(text.slice(0, MAX_CHARACTERS), { add_special_tokens: false }).ids;
}

function withAddedTokens(
  tokens: readonly AddedToken[],
  normalise: (text: string) => string,
  encode: (normalised: string) => readonly number[],
): (text: string) => readonly number[] {
  const cut = addedTokenCutter(tokens, normalise);
  return (text) => {
    const ids: number[] = [];
    // What is no Unicode reaches the library as the character that stands for it.
    for (const part of cut(text.slice(0, MAX_CHARACTERS).toWellFormed()))
      if (typeof part === "number") ids.push(part);
      else for (const id of encode(part)) ids.push(id);
    return ids;
  };
}

/** The ids around every text, and those that mean nothing. */
function around({
  added_tokens: added,
  post_processor: post,
  model,
}: TokenizerJson): Pick<Tokenizer, "before" | "after" | "padding" | "unknown"> {
  const { unk_id: id, unk_token: token } = model;
  const vocab: ScoredPieces | Vocabulary = model.vocab ?? [];
  return {
    ...tokensAround(post),
    padding: added.find(({ content }) => PADDING.has(content))?.id ?? 0,
    unknown: isVocabulary(vocab) ? (typeof token === "string" ? vocab.get(token) : undefined) : (id ?? undefined),
  };
}

/** Some vocabularies list the added tokens too. */
function largestIdOf({ added_tokens: added, model: { vocab = [] } }: TokenizerJson): number {
  if (!isVocabulary(vocab)) return vocab.length - 1;
  const names = new Set(added.map(({ content }) => content));
  let largest = -1;
  for (const [name, id] of vocab) if (id > largest && !names.has(name)) largest = id;
  return largest;
}

const PADDING = new Set(["[PAD]", "<pad>"]);

// Vocabularies are looked at by hand, because they have a quarter of a million entries.

/** Unigram's pieces with their scores. */
type ScoredPieces = readonly (readonly [piece: string, score: number])[];
const isScored = (value: unknown): value is ScoredPieces =>
  Array.isArray(value) &&
  value.every((entry) => Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1] === "number");

/** Ids by word, whatever the words are. */
type Vocabulary = ReadonlyMap<string, number>;
const VOCABULARY = v.pipe(
  TABLE,
  v.transform((table) => table as Vocabulary),
  v.check(hasIds, "an id of it is no whole number"),
);
const isVocabulary = (vocab: ScoredPieces | Vocabulary): vocab is Vocabulary => vocab instanceof Map;

function hasIds(vocabulary: Vocabulary): boolean {
  for (const id of vocabulary.values()) if (!Number.isSafeInteger(id) || id < 0) return false;
  return true;
}

const TOKENIZER = v.object({
  added_tokens: v.optional(
    v.array(
      v.object({
        id: ID,
        content: v.string(),
        normalized: v.optional(v.boolean()),
        lstrip: v.optional(v.boolean()),
        rstrip: v.optional(v.boolean()),
        single_word: v.optional(v.boolean()),
      }),
    ),
    [],
  ),
  normalizer: v.nullish(v.looseObject({ type: v.string() })),
  pre_tokenizer: v.nullish(v.looseObject({ type: v.string() })),
  post_processor: POST_PROCESSOR,
  model: v.looseObject({
    type: v.optional(v.string()),
    vocab: v.optional(v.union([v.custom<ScoredPieces>(isScored), VOCABULARY])),
    unk_token: v.nullish(v.string()),
    unk_id: v.nullish(ID),
    byte_fallback: v.optional(v.boolean()),
    continuing_subword_prefix: v.nullish(v.string()),
    max_input_chars_per_word: v.optional(v.number(), 100),
  }),
});

type TokenizerJson = v.InferOutput<typeof TOKENIZER>;

function bertOptions(normalizer: Readonly<Record<string, unknown>>): BertNormaliserOptions {
  const lowercase = normalizer["lowercase"] !== false;
  return {
    cleanText: normalizer["clean_text"] !== false,
    handleChineseChars: normalizer["handle_chinese_chars"] !== false,
    // Not said means: as lower case is.
    stripAccents: (normalizer["strip_accents"] as boolean | null | undefined) ?? lowercase,
    lowercase,
  };
}
