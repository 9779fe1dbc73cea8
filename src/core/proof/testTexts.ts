/** Plain words of ordinary length; no two have a word in common but the commonest. Any text encoder has vectors for all of them. */
export const PLAIN_TEXTS = [
  "The cat sat on the warm stone wall.",
  "Interest rates rose by a quarter of a point.",
  "How do I reverse a linked list in place?",
  "She walked home through heavy rain.",
  "Paris became the capital many centuries ago.",
  "Add two spoons of sugar, then stir slowly.",
  "Close every open socket before exit.",
  "A young doctor examined both patients today.",
  "function add(first, second) { return first + second; }",
  "Mountains are higher than hills and colder at night.",
  "The football match ended without any goals.",
  "Music fills the old church when people sing.",
] as const;

/** What breaks tokenizers: nothing, blanks, no letters, half characters, controls, very long words, other scripts. */
export const ODD_TEXTS: readonly (readonly [name: string, text: string])[] = [
  ["empty", ""],
  ["blank", "   "],
  ["line ends", "\r\n\t\n\u2028\u2029"],
  ["emoji joined", "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}\u200D\u{1F466} \u{1F3F3}\uFE0F\u200D\u{1F308}"],
  ["combining marks", `e${"\u0301\u0323\u0489".repeat(40)}`],
  ["half of a pair", "a\uD83D b\uDE00 c"],
  ["NUL and controls", "null\u0000byte\u0007\u001B[31m\u007F"],
  ["no words", "!?%&/()=+-*#'~<>|,;.:-_"],
  ["one long word", "abcdefghij".repeat(300)],
  ["special tokens as text", "[CLS] [SEP] [PAD] <s> </s> <unk> <|end|>"],
  ["right to left", "\u0645\u0631\u062D\u0628\u0627 \u202Eabc\u202C"],
  ["unassigned and private", "\uE000\uFFFF\u{10FFFF}\u{E0001}"],
  ["East Asian", "\u6771\u4EAC\u306F\u96E8\u3067\u3059\u3002"],
];

/** Words that most vocabularies hold as one token each: a text of so many tokens is a text of so many words. */
const SHORT_WORDS =
  "the of and to in is was for on that with by this from or at are not have but they you which one had all".split(" ");

/** So many common words, one after the other. */
export const words = (count: number): string =>
  Array.from({ length: count }, (_, at) => SHORT_WORDS[(at * 7 + Math.floor(at / SHORT_WORDS.length)) % SHORT_WORDS.length]).join(
    " ",
  );
