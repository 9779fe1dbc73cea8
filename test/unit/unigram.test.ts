import assert from "node:assert/strict";
import { test } from "node:test";

import { unigramEncoder } from "../../src/encoder/tokenizer/unigram.ts";

test("the likeliest cut wins, and unknown characters in a row are one token", () => {
  const vocab = [
    ["<unk>", 0],
    ["a", -2],
    ["b", -2],
    ["ab", -3],
    ["abc", -9],
    ["c", -5],
  ] as const;
  const encode = unigramEncoder({ vocab, unk_id: 0 });
  assert.deepEqual(encode("ab"), [3]);
  // "ab" + "c" is -8, better than "abc" at -9.
  assert.deepEqual(encode("abc"), [3, 5]);
  assert.deepEqual(encode("a漢字𝒳b漢"), [1, 0, 2, 0]);
  assert.deepEqual(encode(""), []);
});

test("an unknown character becomes its bytes where the vocabulary has them", () => {
  const vocab = [
    ["<unk>", 0],
    ["<0xC3>", -1],
    ["<0xA9>", -1],
  ] as const;
  assert.deepEqual(unigramEncoder({ vocab, unk_id: 0, byte_fallback: true })("é"), [1, 2]);
  assert.deepEqual(unigramEncoder({ vocab, unk_id: 0, byte_fallback: true })("ü"), [0]);
});
