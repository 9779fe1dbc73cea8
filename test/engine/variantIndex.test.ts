import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";

import { neverCancelled } from "../../src/core/base/cancellation.ts";
import { createPool, type EncoderPool } from "../../src/engine/pool.ts";
import { createRegistry } from "../../src/engine/registry.ts";
import { activate } from "../../src/engine/workspace/activate.ts";
import { createEmbedQueue } from "../../src/engine/workspace/embedQueue.ts";
import type { EncodeResult } from "../../src/protocol/encoder.ts";
import { neighbours } from "../../src/protocol/workspace.ts";
import { startEngine } from "./startEngine.ts";
import { file, openIndex } from "./store/sampleFiles.ts";
import { functions, index, ok, temporaryWorkspace } from "./workspaceEngine.ts";

const root = path.resolve(import.meta.dirname, "../..");
const BASE = "paraphrase-MiniLM-L3-v2";
const IDS = [BASE, `${BASE}+layer=0`, `${BASE}+layer=1`, `${BASE}+pooling=cls`];
const TEXTS = Array.from({ length: 40 }, (_, at) => `the queue of ${String(at)} tokens is read ${"again ".repeat(at)}`);

test("an encoder and its variants are indexed at the price of one pass over each text", async (t) => {
  const pool = createPool({
    program: path.join(root, "src/encoder/main.ts"),
    workers: 1,
    onLog: () => undefined,
    onGaveUp: () => undefined,
  });
  t.after(() => {
    pool.dispose();
  });
  const answers: (readonly EncodeResult[])[] = [];
  const watched: EncoderPool = Object.create(pool, {
    encodeAll: {
      value: async (...args: Parameters<EncoderPool["encodeAll"]>) => {
        const results = await pool.encodeAll(...args);
        answers.push(results);
        return results;
      },
    },
  }) as EncoderPool;
  const store = openIndex(t, null);
  store.catalogue.putFiles([file("a.ts", TEXTS)]);
  const registry = createRegistry([path.join(root, "models")], () => undefined);
  const parts = { index: store, pool: watched, registry };
  const encoders = await Promise.all(IDS.map((id) => activate(parts, { id })));
  const keys = encoders.map(({ key }) => key!);
  assert.equal(new Set(keys.map(({ identity }) => identity)).size, IDS.length, "each has an identity of its own");

  const queue = createEmbedQueue({
    pool: watched,
    index: store,
    encoders,
    mayStart: () => Promise.resolve(),
    rest: () => Promise.resolve(),
    onProgress: () => undefined,
  });
  queue.add(store.catalogue.presentTexts());
  await queue.drain(Promise.resolve(), neverCancelled);

  for (const key of keys) assert.equal(await store.vectors.count(key), TEXTS.length);
  for (const results of answers) {
    assert.equal(results.length, IDS.length, "all are asked for in one request");
    assert.equal(results.filter(({ ms }) => ms.run > 0).length, 1, "and come of one pass");
  }
  const tokenised = answers.flat().reduce((sum, result) => sum + result.tokenised, 0);
  assert.equal(tokenised, TEXTS.length, "each text is tokenised once");
});

test("neighbours come from an encoder and from its variants, each by its own vectors, also after a restart", async () => {
  const workspace = temporaryWorkspace({ "many.ts": functions(30) });
  const encoders = IDS.slice(0, 2).map((id) => ({ id }));
  const ask = { query: { kind: "words" as const, text: "a queue of tokens" }, encoders, k: 5 };
  const scoresOf = async (engine: ReturnType<typeof startEngine>): Promise<string[]> => {
    const { outcomes } = await engine.request(neighbours, ask);
    return encoders.map(({ id }, at) => {
      const { hits, coverage } = ok(outcomes[at]);
      assert.deepEqual([outcomes[at]?.id, hits.length, coverage.done], [id, 5, coverage.total]);
      return hits.map(({ score }) => score.toFixed(5)).join();
    });
  };
  let engine = startEngine();
  try {
    const first = await index(engine, workspace.params, encoders);
    assert.deepEqual(Object.values(first.embedded), [first.status.texts, first.status.texts]);
    const scores = await scoresOf(engine);
    assert.equal(new Set(scores).size, 2);
    engine.dispose();
    engine = startEngine();
    const second = await index(engine, workspace.params, encoders);
    assert.deepEqual(Object.values(second.embedded), [0, 0]);
    assert.deepEqual(await scoresOf(engine), scores);
  } finally {
    engine.dispose();
    workspace.dispose();
  }
});
