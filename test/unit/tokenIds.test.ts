import assert from "node:assert/strict";
import { test } from "node:test";

import { idCheck, tokenLimit } from "../../src/encoder/tokenIds.ts";
import type { Tokenizer } from "../../src/encoder/tokenizer/tokenizer.ts";

test("ids beyond the table are refused when a model is opened, or when a text has them; positions cut the text", () => {
  const tokenizer: Tokenizer = { encode: () => [], before: [2], after: [3], unknown: 1, padding: 0, largestId: 11 };
  const described = { onnx: "model.onnx", tokenizer: { file: "tokenizer.json", bytes: new Uint8Array() } };
  const tables = (rows: number | undefined) => ({ ...described, tables: { words: rows, positions: undefined } });
  const check = idCheck(tables(12), tokenizer);
  check([0, 11]);
  for (const id of [12, -1, 1e15, NaN, 2 ** 64])
    assert.throws(() => {
      check([id]);
    }, /gives it the id .*; the word table of model\.onnx has 12 rows/);
  assert.throws(() => idCheck(tables(11), tokenizer), /has ids up to 11; the word table of model\.onnx has 11 rows/);
  assert.throws(() => idCheck(tables(20), { ...tokenizer, after: [20] }), /has ids up to 20; .* has 20 rows/);
  assert.throws(() => idCheck(tables(undefined), tokenizer), /no table is seen/);
  const limit = (maxTokens: number | null, positions: number | undefined): number | null =>
    tokenLimit({ onnx: "model.onnx", maxTokens, tables: { words: 12, positions } }, tokenizer);
  assert.deepEqual([limit(null, undefined), limit(null, 5), limit(9, 5), limit(3, 5), limit(3, undefined)], [null, 5, 5, 3, 3]);
  assert.throws(() => limit(2, undefined), /reads 2 tokens at most, which leaves no room/);
});
