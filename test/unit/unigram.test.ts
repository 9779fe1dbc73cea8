import assert from "node:assert/strict";
import { test } from "node:test";

import { addedTokenCutter } from "../../src/encoder/tokenizer/addedTokens.ts";
import { unigramEncoder } from "../../src/encoder/tokenizer/unigram.ts";
import { normaliserOf, preTokeniserOf } from "../../src/encoder/tokenizer/unigramText.ts";

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

/** What a normaliser does to every code point between two letters, as one number; the library's own results give the same. */
function everyCodePoint(type: string): { changed: number; sum: number } {
  const normalise = normaliserOf({ type })!;
  let [changed, sum] = [0, 0];
  for (let code = 1; code < 0x110000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const [before, after] = [`a${String.fromCodePoint(code)}b`, normalise(`a${String.fromCodePoint(code)}b`)];
    if (before === after) continue;
    assert.match(after, /^a ?b$/);
    changed++;
    sum = (sum * 31 + code * after.length) % 1_000_000_007;
  }
  return { changed, sum };
}

test("control characters and combining marks go as in the Rust library, over all code points", () => {
  assert.deepEqual(everyCodePoint("Nmt"), { changed: 45, sum: 822_085_935 });
  assert.deepEqual(everyCodePoint("StripAccents"), { changed: 2097, sum: 195_551_209 });
});

test("steps that are not known to be equal to the library's are left to others", () => {
  assert.equal(
    normaliserOf({ type: "Sequence", normalizers: [{ type: "Replace", pattern: { String: " " }, content: "_" }] })?.("a b"),
    "a_b",
  );
  assert.equal(normaliserOf({ type: "ByteLevel" }), undefined);
  assert.equal(preTokeniserOf({ type: "Metaspace", replacement: "▁", prepend_scheme: "first" }), undefined);
  assert.deepEqual(preTokeniserOf({ type: "Metaspace", replacement: "▁", prepend_scheme: "always" })?.("a  b"), [
    "▁a",
    "▁",
    "▁b",
  ]);
  assert.throws(() => normaliserOf({ type: "Precompiled", precompiled_charsmap: "AAA=" }), /character map is cut/);
});
