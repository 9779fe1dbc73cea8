import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";

import { cancellationSource, neverCancelled } from "../../src/core/base/cancellation.ts";
import { promptOf } from "../../src/core/encoders/prompts.ts";
import { skewness } from "../../src/core/measures/skewness.ts";
import type { EncodeResult } from "../../src/protocol/encoder.ts";
import { badModel, processEnded } from "../../src/protocol/errors.ts";
import type { VectorMatrix } from "../../src/engine/kernels/vectorMatrix.ts";
import type { EncoderPool } from "../../src/engine/pool.ts";
import type { LocalIndex } from "../../src/engine/store/localIndex.ts";
import type { VectorRow } from "../../src/engine/store/vectorStore.ts";
import { activeEncoder, createEmbedQueue, type ActiveEncoder } from "../../src/engine/workspace/embedQueue.ts";
import { linuxOnBattery } from "../../src/engine/workspace/power.ts";
import { createRate } from "../../src/engine/workspace/rate.ts";

test("a rate counts what was done of late, and starts anew after a rest", () => {
  let now = 0;
  const rate = createRate(() => now);
  assert.equal(rate.perSecond(), 0);
  for (now = 1000; now <= 10_000; now += 1000) rate.add(5);
  assert.ok(Math.abs(rate.perSecond() - 5) < 1);
  now += 60_000;
  assert.equal(rate.perSecond(), 0);
  rate.add(4);
  now += 1000;
  assert.equal(rate.perSecond(), 4);
});

test("a battery is in use when it discharges and no mains supply is on", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "power-"));
  const supply = (name: string, facts: Readonly<Record<string, string>>): void => {
    fs.mkdirSync(path.join(folder, name), { recursive: true });
    for (const [fact, value] of Object.entries(facts)) fs.writeFileSync(path.join(folder, name, fact), `${value}\n`);
  };
  try {
    assert.equal(linuxOnBattery(path.join(folder, "none")), false);
    supply("BAT0", { type: "Battery", status: "Discharging" });
    assert.equal(linuxOnBattery(folder), true);
    supply("AC", { type: "Mains", online: "1" });
    assert.equal(linuxOnBattery(folder), false);
    supply("AC", { online: "0" });
    supply("BAT0", { status: "Full" });
    assert.equal(linuxOnBattery(folder), false);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

test("skewness is 0 for even counts and grows with a few large ones", () => {
  assert.equal(skewness([]), 0);
  assert.equal(skewness([3, 3, 3]), 0);
  assert.equal(skewness([1, 2, 3]), 0);
  // scipy.stats.skew([0, 0, 0, 0, 10]) = 1.5
  assert.ok(Math.abs(skewness([0, 0, 0, 0, 10]) - 1.5) < 1e-12);
});

test("prompts are found by the names publishers give them", () => {
  assert.equal(promptOf({ prompts: {} }, "query"), "");
  const e5 = { prompts: { query: "query: ", passage: "passage: " } };
  assert.deepEqual([promptOf(e5, "query"), promptOf(e5, "document")], ["query: ", "passage: "]);
});

test("a cancellation reaches who listens, once, from the parent too", () => {
  const parent = cancellationSource();
  const child = cancellationSource(parent.token);
  let heard = 0;
  child.token.onCancellationRequested(() => heard++);
  parent.cancel();
  parent.cancel();
  child.cancel();
  assert.deepEqual([heard, child.token.isCancellationRequested], [1, true]);
});

/** A queue over a pool and an index that exist only here; texts are their own numbers. */
function queueOver(encoders: readonly ActiveEncoder[], encode: (texts: readonly string[], uses: number) => void) {
  const stored = new Map<string, Set<string>>();
  const result = (texts: readonly string[]): EncodeResult => ({
    dimensions: 2,
    vectors: new Float32Array(2 * texts.length).fill(3),
    tokens: new Uint32Array(texts.length),
    read: new Float32Array(texts.length),
    hasVector: new Uint8Array(texts.length).fill(1),
    tokenised: texts.length,
    ms: { run: 0, total: 0 },
  });
  const pool = {
    backgroundWorkers: 2,
    encodeAll: async ({ uses, texts }: { uses: readonly unknown[]; texts: readonly string[] }) => {
      await Promise.resolve();
      encode(texts, uses.length);
      return uses.map(() => result(texts));
    },
  };
  const index = {
    catalogue: { textOf: (text: number) => ({ text: `text ${text}` }), hashOf: (text: number) => String(text) },
    vectors: {
      add: (key: { identity: string }, rows: readonly VectorRow[]) => {
        const of = stored.get(key.identity) ?? new Set();
        stored.set(key.identity, of);
        for (const { hash, vector } of rows) {
          assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-6, "unit length");
          of.add(hash);
        }
        return Promise.resolve();
      },
    },
  };
  const queue = createEmbedQueue({
    pool: pool as unknown as EncoderPool,
    index: index as unknown as LocalIndex,
    encoders,
    mayStart: () => Promise.resolve(),
    rest: () => Promise.resolve(),
    onProgress: () => undefined,
  });
  return { queue, stored };
}

const encoderNamed = (id: string, has: (text: number) => boolean = () => false): ActiveEncoder => {
  const key = { id, identity: id, dimensions: 2 };
  return activeEncoder({
    id,
    key,
    matrix: { has } as unknown as VectorMatrix,
    light: false,
    open: () => Promise.resolve({ settings: { model: { folder: id, precision: "w8" } }, key }),
  });
};

test("every text is encoded once, by all encoders that lack it together", async () => {
  const [a, b] = [encoderNamed("a"), encoderNamed("b", (text) => text < 50)];
  const calls: { texts: number; uses: number }[] = [];
  const { queue, stored } = queueOver([a, b], (texts, uses) => calls.push({ texts: texts.length, uses }));
  queue.add(Array.from({ length: 100 }, (_, text) => text));
  queue.add([1, 2, 3]);
  await queue.drain(Promise.resolve(), neverCancelled);
  assert.deepEqual([stored.get("a")?.size, stored.get("b")?.size], [100, 50]);
  const texts = (uses: number): number => calls.filter((call) => call.uses === uses).reduce((sum, call) => sum + call.texts, 0);
  assert.deepEqual([texts(1), texts(2)], [50, 50]);
  assert.deepEqual([a.embedded, b.embedded], [100, 50]);
});

test("a text that kills its encoder is found and left out, and costs no other text", async () => {
  const encoder = encoderNamed("a");
  const { queue, stored } = queueOver([encoder], (texts) => {
    if (texts.includes("text 37")) throw processEnded("encoder 1", "signal SIGSEGV");
  });
  queue.add(Array.from({ length: 60 }, (_, text) => text));
  await queue.drain(Promise.resolve(), neverCancelled);
  assert.equal(stored.get("a")?.size, 59);
  assert.deepEqual([...encoder.refused], [37]);
  assert.equal(encoder.error, undefined);
});

test("an encoder that fails by itself is left out with its error, and the others go on", async () => {
  const [good, bad] = [encoderNamed("good"), encoderNamed("bad")];
  const failing: ActiveEncoder = { ...bad, open: () => Promise.reject(badModel("model.onnx", "it is a test")) };
  const { queue, stored } = queueOver([good, failing], () => undefined);
  queue.add([1, 2, 3]);
  await queue.drain(Promise.resolve(), neverCancelled);
  assert.equal(failing.error?.code, "badModel");
  assert.equal(stored.get("good")?.size, 3);
  assert.equal(stored.get("bad"), undefined);
});

test("texts that come while others are encoded are taken along; a cancelled queue keeps what is done", async () => {
  const encoder = encoderNamed("a");
  const { queue, stored } = queueOver([encoder], () => undefined);
  const filled = Promise.withResolvers<undefined>();
  const work = queue.drain(filled.promise, neverCancelled);
  queue.add([1]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  queue.add([2]);
  filled.resolve(undefined);
  await work;
  assert.equal(stored.get("a")?.size, 2);

  const source = cancellationSource();
  source.cancel();
  queue.add([3]);
  await queue.drain(new Promise(() => undefined), source.token);
  assert.equal(stored.get("a")?.size, 2);
});
