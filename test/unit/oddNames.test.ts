/** Names that every object has, and what valibot's records leave out, are words, tokens and tensors like others. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { readTokenizer, type Tokenizer } from "../../src/encoder/tokenizer/tokenizer.ts";

const ODD = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
const text = ODD.join(" ");

/** Defines each name, where an assignment to `__proto__` would not. */
const table = (names: readonly string[], first = 0): object => Object.fromEntries(names.map((name, at) => [name, first + at]));

const tokenizer = (json: object): Tokenizer =>
  readTokenizer({ file: "tokenizer.json", bytes: Buffer.from(JSON.stringify(json)) });
const ids = [1, 2, 3, 4, 5];
const BERT = { normalizer: { type: "BertNormalizer", lowercase: false }, pre_tokenizer: { type: "BertPreTokenizer" } };

test("words of WordPiece and of word tables", () => {
  for (const type of ["WordPiece", "WordLevel"]) {
    // BERT cuts at punctuation, which the first of them begins with.
    const [first, ...others] = ODD;
    const words = ["[UNK]", ...others, "_", "proto"];
    const { encode, largestId } = tokenizer({ ...BERT, model: { type, unk_token: "[UNK]", vocab: table(words) } });
    assert.deepEqual(encode(others.join(" ")), [1, 2, 3, 4], type);
    assert.deepEqual(encode(first!), [5, 5, 6, 5, 5], type);
    assert.equal(largestId, 6);
  }
});

test("a token for what is unknown", () => {
  for (const name of ODD) {
    const model = { type: "WordLevel", unk_token: name, vocab: table(["a", name]) };
    const { encode, unknown } = tokenizer({ ...BERT, model });
    assert.deepEqual([unknown, encode("b a")], [1, [1, 0]], name);
    assert.equal(tokenizer({ ...BERT, model: { ...model, vocab: table(["a"]) } }).unknown, undefined, name);
  }
});

test("pieces of Unigram", () => {
  const vocab = ["<unk>", ...ODD].map((piece) => [piece, -1]);
  const { encode } = tokenizer({ pre_tokenizer: { type: "WhitespaceSplit" }, model: { type: "Unigram", unk_id: 0, vocab } });
  assert.deepEqual(encode(text), ids);
});

test("pieces of byte pairs", () => {
  const vocab = table(["<unk>", ...ODD]);
  const model = { type: "BPE", vocab, merges: [], ignore_merges: true };
  assert.deepEqual(tokenizer({ pre_tokenizer: { type: "WhitespaceSplit" }, model }).encode(text), ids);
});

test("added tokens, and those around every text", () => {
  const special = Object.fromEntries(ODD.map((name, at) => [name, { id: name, ids: [at + 1], tokens: [name] }]));
  const token = (id: string): object => ({ SpecialToken: { id, type_id: 0 } });
  const { before, after, encode } = tokenizer({
    ...BERT,
    added_tokens: ODD.map((content, at) => ({ id: at + 1, content })),
    post_processor: {
      type: "TemplateProcessing",
      single: [...ODD.map(token), { Sequence: { id: "A", type_id: 0 } }, ...ODD.map(token)],
      special_tokens: special,
    },
    model: { type: "WordLevel", unk_token: "a", vocab: table(["a"]) },
  });
  assert.deepEqual([before, after, encode(text)], [ids, ids, ids]);
});

test("an id that is none is refused, whatever its word", () => {
  for (const name of ODD)
    for (const id of [-1, 1.5, null, "7"])
      assert.throws(
        () => tokenizer({ ...BERT, model: { type: "WordPiece", vocab: Object.fromEntries([[name, id]]) } }),
        /model\.vocab: an id of it is no whole number/,
      );
});
