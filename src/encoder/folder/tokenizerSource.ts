import path from "node:path";

import * as v from "valibot";

import { badTokenizer } from "../../protocol/errors.ts";
import { isThere, parseJson, readModelFile, readSettings } from "../modelFile.ts";
import { MAX_TOKENIZER_BYTES, type TokenizerSource } from "../tokenizer/tokenizer.ts";
import { fileOf } from "./place.ts";

/**
 * The tokenizer of a folder: its tokenizer.json, or what BERT's vocab.txt comes to as one. Throws `badTokenizer`; where
 * another form of tokenizer is there, it says how to get tokenizer.json.
 * @param places where it may lie in the folder, in the order in which they are looked for
 * @param lowerCase puts texts in lower case before the tokenizer's own rules, unless these do so
 */
export function readTokenizerSource(folder: string, places: readonly string[], lowerCase: boolean): TokenizerSource {
  const find = (name: string): string | undefined =>
    places.map((place) => fileOf(place, name)).find((one) => isThere(path.join(folder, one)));
  const read = (name: string): Buffer => readModelFile(path.join(folder, name), folder, MAX_TOKENIZER_BYTES, "badTokenizer");
  const whole = find("tokenizer.json");
  if (whole !== undefined) {
    const file = path.join(folder, whole);
    const bytes = read(whole);
    return { file, bytes: lowerCase ? lowered(parseJson(file, bytes, "badTokenizer")) : bytes };
  }
  const words = find("vocab.txt");
  if (words === undefined) {
    const other = OTHER_FORMS.map(find).find((one) => one !== undefined);
    if (other === undefined) throw badTokenizer(path.join(folder, "tokenizer.json"), "it is not there");
    throw badTokenizer(
      path.join(folder, other),
      `it is no tokenizer.json, which AutoTokenizer.from_pretrained(…).save_pretrained(…) of transformers makes of it`,
    );
  }
  const place = path.posix.dirname(words);
  const config = readSettings(folder, fileOf(place === "." ? "" : place, "tokenizer_config.json"), TOKENIZER_CONFIG) ?? {};
  const kind = config.tokenizer_class;
  if (kind !== undefined && kind !== null && !/^(Distil)?Bert(Tokenizer)?(Fast)?$/.test(kind))
    throw badTokenizer(
      path.join(folder, words),
      `it belongs to a ${kind.slice(0, 60)}; without a tokenizer.json only BERT's is read here`,
    );
  const json = bertTokenizer(path.join(folder, words), new TextDecoder().decode(read(words)), config);
  return { file: path.join(folder, words), bytes: lowerCase ? lowered(json) : Buffer.from(JSON.stringify(json)) };
}

/** What other tokenizers keep their words in. */
const OTHER_FORMS = ["sentencepiece.bpe.model", "spiece.model", "tokenizer.model", "vocab.json", "merges.txt"];

const TOKENIZER_CONFIG = v.looseObject({
  tokenizer_class: v.nullish(v.string()),
  do_lower_case: v.nullish(v.boolean()),
  strip_accents: v.nullish(v.boolean()),
  tokenize_chinese_chars: v.nullish(v.boolean()),
});

/** BERT's tokenizer over a list of words, one to a line; defaults are the publisher's. */
function bertTokenizer(file: string, text: string, config: v.InferOutput<typeof TOKENIZER_CONFIG>): object {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  if (lines.at(-1) === "") lines.pop();
  const vocab: Record<string, number> = Object.create(null) as Record<string, number>;
  for (const [id, word] of lines.entries()) vocab[word] = id;
  const special = (content: string): { id: number; content: string; special: boolean; normalized: boolean } => {
    const id = vocab[content];
    if (id === undefined) throw badTokenizer(file, `it has no ${content}`);
    return { id, content, special: true, normalized: false };
  };
  const [unknown, cls, sep] = ["[UNK]", "[CLS]", "[SEP]"].map(special);
  const optional = ["[PAD]", "[MASK]"].filter((word) => vocab[word] !== undefined).map(special);
  return {
    added_tokens: [unknown, cls, sep, ...optional],
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: config.tokenize_chinese_chars ?? true,
      strip_accents: config.strip_accents ?? null,
      lowercase: config.do_lower_case ?? true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: { type: "BertProcessing", sep: [sep!.content, sep!.id], cls: [cls!.content, cls!.id] },
    model: {
      type: "WordPiece",
      unk_token: unknown!.content,
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}

interface Normaliser {
  readonly type?: string;
  readonly lowercase?: boolean;
  readonly strip_accents?: boolean | null;
  readonly normalizers?: readonly Normaliser[];
}

/** The tokenizer with lower case put before its own normalising, as the library does where it does not do so already. */
function lowered(json: unknown): Buffer {
  const tokenizer = (typeof json === "object" && json !== null ? json : {}) as { readonly normalizer?: Normaliser | null };
  const normalizer = tokenizer.normalizer ?? undefined;
  if (normalizer !== undefined && lowers(normalizer)) return Buffer.from(JSON.stringify(json));
  const before: Normaliser = { type: "Lowercase" };
  const changed: Normaliser =
    normalizer === undefined
      ? before
      : normalizer.type === "BertNormalizer"
        ? // The same as lower case before it; accents stay unless it says otherwise, as without lower case.
          { ...normalizer, lowercase: true, strip_accents: normalizer.strip_accents ?? false }
        : {
            type: "Sequence",
            normalizers: [before, ...(normalizer.type === "Sequence" ? (normalizer.normalizers ?? []) : [normalizer])],
          };
  return Buffer.from(JSON.stringify({ ...tokenizer, normalizer: changed }));
}

const lowers = ({ type, lowercase, normalizers }: Normaliser): boolean =>
  type === "Lowercase" || (type === "BertNormalizer" && lowercase !== false) || (normalizers ?? []).some(lowers);
