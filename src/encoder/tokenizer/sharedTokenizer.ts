import { createHash } from "node:crypto";

import { readTokenizer, type Tokenizer, type TokenizerSource } from "./tokenizer.ts";

/** A tokenizer that several models of this process use, and that remembers the texts it was just given. */
export interface SharedTokenizer extends Tokenizer {
  /** Texts tokenised so far; what was remembered is not counted. */
  readonly tokenised: () => number;
}

/** Texts remembered: those of a few units of work, which come once for every model. */
const REMEMBERED = 512;

const byContent = new Map<string, SharedTokenizer>();

/** Files of equal content give one tokenizer, wherever they lie. */
export function sharedTokenizer(source: TokenizerSource): SharedTokenizer {
  const digest = createHash("sha256").update(source.bytes).digest("hex");
  let shared = byContent.get(digest);
  if (shared === undefined) {
    shared = remembering(readTokenizer(source));
    byContent.set(digest, shared);
  }
  return shared;
}

function remembering(tokenizer: Tokenizer): SharedTokenizer {
  const recent = new Map<string, readonly number[]>();
  let tokenised = 0;
  return {
    ...tokenizer,
    tokenised: () => tokenised,
    encode: (text) => {
      let ids = recent.get(text);
      if (ids === undefined) {
        if (recent.size >= REMEMBERED) recent.clear();
        ids = tokenizer.encode(text);
        recent.set(text, ids);
        tokenised++;
      }
      return ids;
    },
  };
}
