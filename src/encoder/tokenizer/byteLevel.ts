import { splitter } from "./splitText.ts";

/** How GPT-2's published code cuts text: contractions, letters, digits and others, each with the space before it. */
const WORDS = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

/**
 * The pre-tokenizer ByteLevel of a tokenizer.json: from text to words whose characters stand for the bytes of UTF-8, each
 * byte for one visible character. With `prefix` every text begins with a space; without `words` it is not cut.
 */
export function byteLevel(prefix: boolean, words: boolean): (text: string) => readonly string[] {
  const cut = words ? splitter({ Regex: WORDS }, "Isolated", false)! : (text: string) => [text];
  return (text) => (text === "" ? [] : cut(prefix && !text.startsWith(" ") ? ` ${text}` : text).map(bytesAsCharacters));
}

/** Printable bytes stand for themselves, the others for the characters after the 256 first. */
const CHARACTERS: readonly string[] = (() => {
  const isPrintable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : 256 + others++));
})();

const encoder = new TextEncoder();

function bytesAsCharacters(text: string): string {
  let out = "";
  for (const byte of encoder.encode(text)) out += CHARACTERS[byte]!;
  return out;
}
