import { escaped } from "./splitText.ts";

/** A token of a tokenizer.json's `added_tokens`, by that file's names. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Looked for in the normalised text rather than in the text as it came. */
  readonly normalized?: boolean | undefined;
  /** Takes the white space before it, after it. */
  readonly lstrip?: boolean | undefined;
  readonly rstrip?: boolean | undefined;
  /** Only where no letter or digit touches it. */
  readonly single_word?: boolean | undefined;
}

/** A stretch of normalised text, or the id of an added token that stood there. */
export type Part = string | number;

/**
 * Finds added tokens as the Rust tokenizers library does: first those of the text as it came, then the text between them is
 * normalised and the others are found in it. The leftmost wins, of several the longest. Empty stretches are left out.
 */
export function addedTokenCutter(tokens: readonly AddedToken[], normalise: (text: string) => string): (text: string) => Part[] {
  const known = tokens.filter(({ content }) => content !== "");
  const inText = cutter(known.filter(({ normalized }) => normalized !== true));
  const normalised = known.filter(({ normalized }) => normalized === true);
  const inNormalised = cutter(normalised.map((token) => ({ ...token, content: normalise(token.content) })));
  return (text) =>
    inText(text)
      .flatMap((part) => (typeof part === "number" ? [part] : inNormalised(normalise(part))))
      .filter((part) => part !== "");
}

const WORD_END = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;
const WORD_START = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const SPACE_END = /\p{White_Space}*$/u;
const SPACE_START = /^\p{White_Space}*/u;

function cutter(tokens: readonly AddedToken[]): (text: string) => Part[] {
  const byContent = new Map(tokens.filter(({ content }) => content !== "").map((token) => [token.content, token]));
  if (byContent.size === 0) return (text) => [text];
  const longestFirst = [...byContent.keys()].sort((a, b) => b.length - a.length);
  const anyToken = new RegExp(longestFirst.map(escaped).join("|"), "gu");
  return (text) => {
    const parts: Part[] = [];
    let from = 0;
    for (const match of text.matchAll(anyToken)) {
      const token = byContent.get(match[0])!;
      let start = match.index;
      let end = start + match[0].length;
      if (token.single_word === true && (WORD_END.test(text.slice(0, start)) || WORD_START.test(text.slice(end)))) continue;
      if (token.lstrip === true) start = Math.max(from, start - SPACE_END.exec(text.slice(0, start))![0].length);
      if (token.rstrip === true) end += SPACE_START.exec(text.slice(end))![0].length;
      parts.push(text.slice(from, start), token.id);
      from = end;
    }
    parts.push(text.slice(from));
    return parts;
  };
}
