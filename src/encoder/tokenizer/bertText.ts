import { normalForm } from "./normalForms.ts";
import { isNewerFormat, isNewerMark, isNewerPunctuation } from "./newerUnicode.ts";

/** How BERT's published code cleans and cuts text, as the Rust tokenizers library does it, code point by code point. */

export interface BertNormaliserOptions {
  readonly cleanText: boolean;
  readonly handleChineseChars: boolean;
  readonly stripAccents: boolean;
  readonly lowercase: boolean;
}

/** Cleans, sets CJK ideographs apart, strips accents, lower-cases: in this order. */
export function bertNormalise(text: string, options: BertNormaliserOptions): string {
  let out = text;
  if (options.cleanText)
    out = mapCodePoints(out, (char, code) => (isRemoved(char, code) ? "" : WHITE_SPACE.test(char) ? " " : char));
  if (options.handleChineseChars) out = mapCodePoints(out, (char, code) => (isChinese(code) ? ` ${char} ` : char));
  if (options.stripAccents) out = mapCodePoints(normalForm(out, "NFD"), (char, code) => (isMark(char, code) ? "" : char));
  return options.lowercase ? lowerCase(out) : out;
}

/** One code point at a time: a whole string would turn a final Σ into ς, which Rust's char::to_lowercase does not. */
export const lowerCase = (text: string): string => mapCodePoints(text, (char) => char.toLowerCase());

/** Words and single punctuation marks; white space separates and is dropped. */
export function bertWords(text: string): string[] {
  const words: string[] = [];
  let word = "";
  for (const char of text) {
    const space = WHITE_SPACE.test(char);
    if (!space && !isPunctuation(char)) {
      word += char;
      continue;
    }
    if (word !== "") words.push(word);
    word = "";
    if (!space) words.push(char);
  }
  if (word !== "") words.push(word);
  return words;
}

const WHITE_SPACE = /\p{White_Space}/u;
const NONSPACING_MARK = /\p{Mn}/u;
const OTHER = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u;
const PUNCTUATION = /[\p{P}!-/:-@[-`{-~]/u;

/** Punctuation in Unicode 8 that is a symbol or a mark today. */
const FORMER_PUNCTUATION = new Set([0x166d, 0x111c9]);
/** Non-spacing marks in Unicode 8 that take space today. */
const FORMER_MARKS = new Set([0x1734, 0x1171e]);

const isPunctuation = (char: string): boolean => {
  const code = char.codePointAt(0)!;
  return FORMER_PUNCTUATION.has(code) || (PUNCTUATION.test(char) && !isNewerPunctuation(code));
};

const isMark = (char: string, code: number): boolean =>
  FORMER_MARKS.has(code) || (NONSPACING_MARK.test(char) && !isNewerMark(code));

const isRemoved = (char: string, code: number): boolean =>
  code === 0 || code === 0xfffd || (code !== 9 && code !== 10 && code !== 13 && OTHER.test(char) && !isNewerFormat(code));

/** The CJK ideograph blocks of BERT's code. The library's fifth range begins at 2B920, not at 2B820, and ids must equal its. */
const isChinese = (code: number): boolean =>
  (code >= 0x4e00 && code <= 0x9fff) ||
  (code >= 0x3400 && code <= 0x4dbf) ||
  (code >= 0x20000 && code <= 0x2a6df) ||
  (code >= 0x2a700 && code <= 0x2b73f) ||
  (code >= 0x2b740 && code <= 0x2b81f) ||
  (code >= 0x2b920 && code <= 0x2ceaf) ||
  (code >= 0xf900 && code <= 0xfaff) ||
  (code >= 0x2f800 && code <= 0x2fa1f);

/** Printable ASCII needs none of the questions above but the case, and is most of all text. */
const PLAIN = /^[ -~]*$/;

function mapCodePoints(text: string, map: (char: string, code: number) => string): string {
  if (PLAIN.test(text) && map("a", 97) === "a" && map("A", 65) === "A") return text;
  let out = "";
  for (const char of text) out += map(char, char.codePointAt(0)!);
  return out;
}
