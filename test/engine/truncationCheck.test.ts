import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";

import { selfTest } from "../../src/protocol/proof.ts";
import { tableModel, tokenizerJson, writeFiles } from "./smallModel.ts";
import { startEngine } from "./startEngine.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "truncation-"));
const engine = startEngine();
after(() => {
  engine.dispose();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Every word is spelt, so that a limit falls into the middle of most. */
const LETTERS = "abcdefghijklmnopqrstuvwxyz".split("");
const SPELT = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", ...LETTERS, ...LETTERS.map((letter) => `##${letter}`)];

test("an encoder whose words are of several tokens cuts rightly, wherever the limit falls", async () => {
  const model = { type: "WordPiece", unk_token: "[UNK]", vocab: Object.fromEntries(SPELT.map((word, id) => [word, id])) };
  for (const limit of [6, 7, 8, 9, 10, 11, 40]) {
    const at = writeFiles(path.join(folder, String(limit)), {
      "onnx/model.onnx": tableModel(SPELT.length),
      "tokenizer.json": tokenizerJson({ model }),
      "sentence_bert_config.json": { max_seq_length: limit },
    });
    for (const id of [at, `${at}+maxTokens=5`]) {
      const { checks } = await engine.request(selfTest, { encoder: { id } });
      const { outcome, said } = checks.find(({ name }) => name === "truncation")!;
      assert.equal(outcome, "pass", `${id}: ${said}`);
    }
  }
});
