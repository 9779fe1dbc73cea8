import assert from "node:assert/strict";
import { test } from "node:test";

import { addedTokenCutter } from "../../src/encoder/tokenizer/addedTokens.ts";

test("added tokens: the longest at a place, those of the normalised text later, white space and words as they ask", () => {
  const cut = addedTokenCutter(
    [
      { id: 1, content: "<s>" },
      { id: 2, content: "<s>>" },
      { id: 3, content: "<mask>", lstrip: true },
      { id: 4, content: "<unk>", normalized: true },
      { id: 5, content: "go", single_word: true },
    ],
    (text) => text.toLowerCase(),
  );
  assert.deepEqual(cut("A<s>>b"), ["a", 2, "b"]);
  assert.deepEqual(cut("A  <mask> b"), ["a", 3, " b"]);
  assert.deepEqual(cut("<UNK><S>"), [4, "<s>"]);
  assert.deepEqual(cut("go goes"), [5, " goes"]);
  assert.deepEqual(cut(""), []);
});
