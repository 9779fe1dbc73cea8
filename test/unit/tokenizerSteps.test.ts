import assert from "node:assert/strict";
import { test } from "node:test";

import { normaliserOf } from "../../src/encoder/tokenizer/normaliser.ts";
import { preTokeniserOf } from "../../src/encoder/tokenizer/preTokeniser.ts";

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
  const replace = (pattern: object) => normaliserOf({ type: "Replace", pattern, content: "_" });
  // White space by Unicode, which JavaScript's is not.
  assert.equal(replace({ Regex: "\\s{2,}" })?.("a \u0085b\ufeff\ufeffc"), "a_b\ufeff\ufeffc");
  assert.equal(replace({ Regex: "[\\x{01}-\\x{08}]" })?.("a\u0003b"), "a_b");
  for (const pattern of [{ Regex: "a++" }, { Regex: "(" }, { String: "" }]) assert.equal(replace(pattern), undefined);
  assert.equal(preTokeniserOf({ type: "Metaspace", replacement: "▁", prepend_scheme: "first" }), undefined);
  assert.deepEqual(preTokeniserOf({ type: "Metaspace", replacement: "▁", prepend_scheme: "always" })?.("a  b"), [
    "▁a",
    "▁",
    "▁b",
  ]);
  assert.throws(() => normaliserOf({ type: "Precompiled", precompiled_charsmap: "AAA=" }), /character map is cut/);
});
