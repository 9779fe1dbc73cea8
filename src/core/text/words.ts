/** A word longer than this is data (a key, an encoded picture), not language. */
const LONGEST = 64;

const IDENTIFIER = /[\p{L}\p{M}\p{N}_$]+/gu;
/** Parts of an identifier: HTTPServer2 → HTTP Server 2; parse_header → parse header. */
const PART = /\p{Lu}+(?![\p{Ll}\p{M}])|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\p{Lt}\p{M}]+|\p{Lu}|\p{N}+/gu;
/** The same for what is most of any program, several times as fast. */
const ASCII_PART = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g;
const ASCII_ONLY = /^[\w$]*$/;
/** Scripts written without spaces: a run of them is no word, so pairs of neighbouring characters stand for words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/**
 * Words for finding texts by words they share, lower-cased, in order and as often as they stand there: each part of an identifier
 * (camelCase, snake_case, digits), and the whole of it without its joints when it has several. The same for texts and queries.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [identifier] of text.normalize("NFKC").matchAll(IDENTIFIER)) {
    const ascii = ASCII_ONLY.test(identifier);
    const parts = identifier.match(ascii ? ASCII_PART : PART) ?? [];
    for (const part of parts) {
      if (!ascii && UNSPACED.test(part)) words.push(...pairsOf(part));
      else if (part.length <= LONGEST) words.push(part.toLowerCase());
    }
    if (parts.length < 2) continue;
    const whole = parts.join("");
    if (whole.length <= LONGEST) words.push(whole.toLowerCase());
  }
  return words;
}

function pairsOf(run: string): string[] {
  const characters = Array.from(run);
  if (characters.length < 2) return [run];
  return characters.slice(1).map((character, at) => characters[at]! + character);
}
