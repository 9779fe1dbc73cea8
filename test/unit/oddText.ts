/** Pieces that have misled splitters: line ends of all kinds, marks of Markdown, code and Unicode beyond one unit. */
const PIECES = [
  "a",
  "foo(1)",
  " ",
  "\t",
  "\n",
  "\r\n",
  "\r",
  "\n\n",
  "é",
  "𝒳",
  "# h",
  "```",
  "{",
  "}",
  "\uFEFF",
  "class A {",
  "word ".repeat(300),
  "function f() {}",
  "---",
];

/** A text of so many pieces, drawn by `random` (0 … 1). */
export const oddText = (random: () => number, pieces: number): string =>
  Array.from({ length: pieces }, () => PIECES[Math.floor(random() * PIECES.length)]).join("");
