import fs from "node:fs";

import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import * as v from "valibot";

import { badTokenizer } from "../../protocol/errors.ts";
import { bertNormalise, bertWords, type BertNormaliserOptions } from "./bertText.ts";

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
}

/** A larger tokenizer.json is no tokenizer; the largest known are 33 MB. */
const MAX_BYTES = 64_000_000;

/** Text beyond this is not read: no encoder takes more tokens than this gives, and normalising must end. */
export const MAX_CHARACTERS = 1_000_000;

/**
 * Reads a tokenizer.json. Its truncation and padding are passed over: the publishers' files carry stale ones, and the
 * model's own settings win. BERT's WordPiece and word tables are ours, equal to the Rust library; others are @huggingface/tokenizers'.
 */
export function readTokenizer(file: string): Tokenizer {
  if (fs.statSync(file).size > MAX_BYTES) throw badTokenizer(file, "it is larger than 64 MB");
  let json: unknown;
  try {
    json = JSON.parse(fs.readFileSync(file, "utf8"));
  } catch {
    throw badTokenizer(file, "it is no JSON");
  }
  const parsed = v.safeParse(TOKENIZER, json);
  if (!parsed.success) throw badTokenizer(file, `${v.getDotPath(parsed.issues[0]) ?? "it"}: ${parsed.issues[0].message}`);
  const { output } = parsed;
  for (const id of Object.values(output.model.vocab ?? {}))
    if (!Number.isSafeInteger(id) || id < 0) throw badTokenizer(file, "an id of its vocabulary is no whole number");
  const special = output.post_processor?.single ?? [];
  const split = special.findIndex((piece) => "Sequence" in piece);
  const ids = (pieces: typeof special): number[] =>
    pieces.flatMap((piece) =>
      "SpecialToken" in piece ? (output.post_processor?.special_tokens?.[piece.SpecialToken.id]?.ids ?? []) : [],
    );
  const unknownToken = output.model.unk_token;
  const base = {
    before: ids(split < 0 ? [] : special.slice(0, split)),
    after: ids(split < 0 ? [] : special.slice(split + 1)),
    padding: output.added_tokens.find(({ content }) => PADDING.has(content))?.id ?? 0,
    unknown: typeof unknownToken === "string" ? output.model.vocab?.[unknownToken] : undefined,
  };
  const own = output.normalizer?.type === "BertNormalizer" && output.pre_tokenizer?.type === "BertPreTokenizer";
  if (own && (output.model.type === "WordPiece" || output.model.type === "WordLevel"))
    return { ...base, encode: bertEncoder(output) };
  const library = new LibraryTokenizer(json as object, {});
  return { ...base, encode: (text) => library.encode(text, { add_special_tokens: false }).ids };
}

const PADDING = new Set(["[PAD]", "<pad>"]);

const TOKENIZER = v.object({
  added_tokens: v.optional(v.array(v.object({ id: v.number(), content: v.string(), normalized: v.optional(v.boolean()) })), []),
  normalizer: v.nullish(v.looseObject({ type: v.string() })),
  pre_tokenizer: v.nullish(v.looseObject({ type: v.string() })),
  post_processor: v.nullish(
    v.looseObject({
      type: v.string(),
      single: v.optional(
        v.array(
          v.union([v.object({ SpecialToken: v.looseObject({ id: v.string() }) }), v.object({ Sequence: v.looseObject({}) })]),
        ),
      ),
      special_tokens: v.optional(v.record(v.string(), v.looseObject({ ids: v.array(v.number()) }))),
    }),
  ),
  model: v.looseObject({
    type: v.optional(v.string()),
    vocab: v.optional(v.custom<Readonly<Record<string, number>>>((value) => typeof value === "object" && value !== null)),
    unk_token: v.nullish(v.string()),
    continuing_subword_prefix: v.optional(v.string(), "##"),
    max_input_chars_per_word: v.optional(v.number(), 100),
  }),
});

type TokenizerJson = v.InferOutput<typeof TOKENIZER>;

function bertEncoder({ added_tokens, normalizer, model }: TokenizerJson): (text: string) => readonly number[] {
  const vocabulary = new Map(Object.entries(model.vocab ?? {}));
  const unknown = vocabulary.get(model.unk_token ?? "[UNK]") ?? 0;
  const option = (name: string): unknown => normalizer?.[name];
  const lowercase = option("lowercase") !== false;
  const options: BertNormaliserOptions = {
    cleanText: option("clean_text") !== false,
    handleChineseChars: option("handle_chinese_chars") !== false,
    // Not said means: as lower case is.
    stripAccents: (option("strip_accents") as boolean | null | undefined) ?? lowercase,
    lowercase,
  };
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
  const literals = added_tokens.filter(({ content }) => content !== "");
  const cut =
    literals.length === 0 ? undefined : new RegExp(`(${literals.map(({ content }) => escape(content)).join("|")})`, "u");
  const literalIds = new Map(literals.map(({ content, id }) => [content, id]));
  return (text) => {
    const ids: number[] = [];
    const parts = cut === undefined ? [text] : text.slice(0, MAX_CHARACTERS).split(cut);
    parts.forEach((part, index) => {
      // Special tokens that stand in the text are found before anything is normalised.
      if (index % 2 === 1) ids.push(literalIds.get(part)!);
      else for (const word of bertWords(bertNormalise(part, options))) ids.push(...idsOf(word));
    });
    return ids;
  };
}

/** Words whose ids are remembered; then the memory starts anew. */
const MEMORY_WORDS = 100_000;

const escape = (literal: string): string => literal.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

/** WordPiece: the longest piece that is known, again and again; a word that does not come out even is unknown as a whole. */
function pieces(
  word: string,
  vocabulary: ReadonlyMap<string, number>,
  unknown: number,
  { continuing_subword_prefix: prefix, max_input_chars_per_word: most }: TokenizerJson["model"],
): readonly number[] {
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
