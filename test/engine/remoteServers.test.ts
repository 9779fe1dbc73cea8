import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { KEY, startServer, type EmbeddingServer } from "../../scripts/servers/server.ts";
import { embed, compare } from "../../src/protocol/engine.ts";
import { errorData } from "../../src/protocol/errors.ts";
import { addRemoteEncoder, allowRemote } from "../../src/protocol/remote.ts";
import type { EngineClient } from "../../src/process/engineClient.ts";
import { startEngine } from "./startEngine.ts";

const root = path.resolve(import.meta.dirname, "../..");
const golden = (name: string): unknown => JSON.parse(fs.readFileSync(path.join(root, `test/golden/data/${name}.json`), "utf8"));
/** Of the publisher's own pipeline, float32 in base64. */
const { items } = golden("all-MiniLM-L6-v2") as { items: { vector: string }[] };
const texts = (golden("texts") as { text: string }[]).map(({ text }) => text);
/** A server is not sent an empty text; a long one makes it pad all others of its batch to the same length, which takes seconds. */
const sent = Array.from(texts.keys()).filter((row) => texts[row] !== "" && texts[row]!.length < 1000);
/** Of single numbers of a vector, as for the same model run here. */
const CLOSE = 1e-4;

let infinity: EmbeddingServer;
let mlserver: EmbeddingServer;
let engine: EngineClient;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "compare-embeddings-remote-"));

before(async () => {
  // One after the other: the first one may have to install both.
  infinity = await startServer("infinity");
  mlserver = await startServer("mlserver");
  engine = startEngine({ encoders: folder, hello: { workers: 1 } });
});
after(async () => {
  engine.dispose();
  await Promise.all([infinity.stop(), mlserver.stop()]);
  fs.rmSync(folder, { recursive: true, force: true });
});

const allowBoth = (key?: string): Promise<null> =>
  engine.request(allowRemote, {
    allowed: [
      { origin: new URL(infinity.url).origin, ...(key === undefined ? {} : { key }) },
      { origin: new URL(mlserver.url).origin },
    ],
  });

async function assertGolden(id: string): Promise<void> {
  const asked = sent.map((row) => texts[row]!);
  const { vectors, dimensions } = await engine.request(embed, { encoder: { id }, texts: asked });
  assert.equal(dimensions, 384);
  for (const [at, row] of sent.entries()) {
    const expected = new Float32Array(Uint8Array.from(Buffer.from(items[row]!.vector, "base64")).buffer);
    for (let d = 0; d < dimensions; d++)
      assert.ok(Math.abs(vectors[at * dimensions + d]! - expected[d]!) < CLOSE, `text ${row}, number ${d}`);
  }
}

test("infinity by OpenAI's protocol gives the publisher's vectors, and takes nobody without the key", async () => {
  const add = { protocol: "openai" as const, url: infinity.url, model: "minilm", id: "by-infinity", folder };
  for (const key of [undefined, "sk-wrong"]) {
    await allowBoth(key);
    await assert.rejects(engine.request(addRemoteEncoder, add), (error) => errorData(error).code === "remoteRefused");
  }
  await allowBoth(KEY);
  assert.equal((await engine.request(addRemoteEncoder, add)).added, true);
  assert.equal((await engine.request(addRemoteEncoder, add)).added, false);
  await assertGolden("by-infinity");
});

test("mlserver by the Open Inference Protocol gives the publisher's vectors, whether or not it tells its tensors", async () => {
  await allowBoth(KEY);
  for (const model of ["minilm", "untold"]) {
    const id = `by-mlserver-${model}`;
    await engine.request(addRemoteEncoder, { protocol: "kserve", url: mlserver.url, model, id, folder });
  }
  // The one that is not told how its tensors are called is held to the others below.
  await assertGolden("by-mlserver-minilm");
  const { remote } = JSON.parse(fs.readFileSync(path.join(folder, "by-mlserver-minilm/encoder.json"), "utf8")) as {
    remote: { tensors: unknown };
  };
  assert.deepEqual(remote.tensors, { input: "sentences", rank: 2, output: "embedding" });
  await assert.rejects(
    engine.request(addRemoteEncoder, { protocol: "kserve", url: mlserver.url, model: "none", folder }),
    (error) => errorData(error).code === "remoteRefused" && errorData(error).message.includes("no model none"),
  );
});

test("the same model here and on both servers: all see the same", async () => {
  await allowBoth(KEY);
  const text = texts.slice(0, 30).join("\n");
  const encoders = [{ id: "all-MiniLM-L6-v2", precision: "fp32" as const }, { id: "by-infinity" }, { id: "by-mlserver-untold" }];
  const documents = [{ uri: "a", path: "a", languageId: "plaintext", version: 0, text }];
  const { outcomes, agreement } = await engine.request(compare, { documents, split: "lines", encoders, k: 5 });
  assert.ok(outcomes.every(({ ok }) => ok));
  for (const { debiasedCka, mutualKnn } of agreement) {
    assert.ok(debiasedCka!.value > 0.9999);
    assert.equal(mutualKnn!.value, 1);
  }
});

test("a protocol that the server does not speak is said so", async () => {
  await allowBoth(KEY);
  const wrong = [
    { protocol: "openai" as const, url: mlserver.url },
    { protocol: "kserve" as const, url: infinity.url },
  ];
  for (const add of wrong)
    await assert.rejects(
      engine.request(addRemoteEncoder, { ...add, model: "minilm", folder }),
      (error) => errorData(error).code === "remoteRefused" && (errorData(error).hint ?? "").includes("Check the address"),
    );
});
