import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";

import { startChild } from "../../src/process/childProcess.ts";
import { encode, encodeAll } from "../../src/protocol/encoder.ts";

const root = path.resolve(import.meta.dirname, "../..");
const use = (id: string) => ({ model: { folder: path.join(root, "models", id), precision: "w8" as const } });

test("a text is tokenised once for models that share a tokenizer, and its vectors are those of each model alone", async () => {
  const child = startChild({ name: "encoder", program: path.join(root, "src/encoder/main.ts"), onLog: () => undefined });
  try {
    const texts = ["parse the header", "water the plants", "close the socket"];
    const uses = [use("all-MiniLM-L6-v2"), use("paraphrase-MiniLM-L3-v2"), use("glove-6b-100d-50k")];
    const results = await child.rpc.request(encodeAll, { uses, texts });
    // The first two were trained with the same vocabulary; the third has its own.
    assert.deepEqual(
      results.map(({ tokenised }) => tokenised),
      [3, 0, 3],
    );
    for (const [at, each] of uses.entries()) {
      const alone = await child.rpc.request(encode, { ...each, texts });
      assert.deepEqual(results[at]?.vectors, alone.vectors);
    }
  } finally {
    child.kill();
  }
});
