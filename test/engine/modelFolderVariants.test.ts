/** Variants of a folder with modules. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { encode, type EncodeParams, type EncodeResult } from "../../src/protocol/encoder.ts";
import { importLayout } from "../golden/layoutFolders.ts";
import { base, changed, encoder, jsonIn, opened, refused } from "./changedLayouts.ts";
import { writeFiles } from "./smallModel.ts";

const texts = ["the cat sat", "def add(a, b): return a + b"];
const run = (folder: string, settings: Partial<EncodeParams>): Promise<EncodeResult> =>
  encoder.child.rpc.request(encode, { model: { folder, precision: "fp32" }, texts, ...settings });
const lengthOf = ({ vectors, dimensions }: EncodeResult): number => Math.hypot(...vectors.subarray(0, dimensions));

test("later modules stay where their width fits, and else it says so", async () => {
  const folder = changed("normalise before dense", {});
  assert.equal((await run(folder, { pooling: "cls" })).dimensions, 8);
  const both = changed("old booleans together", {});
  assert.equal((await run(both, {})).dimensions, 96);
  assert.equal((await run(both, { pooling: "max" })).dimensions, 16);
  const wrong = changed("old booleans together", {});
  const modules = [...(jsonIn(both, "modules.json") as object[]), { idx: 2, path: "2_LayerNorm", type: "LayerNorm" }];
  const source = changed("residuals and a norm", {});
  const weights = fs.readFileSync(path.join(source, "norm/model.safetensors"));
  const config = jsonIn(source, "norm/config.json") as object;
  writeFiles(wrong, { "modules.json": modules, "2_LayerNorm/config.json": config, "2_LayerNorm/model.safetensors": weights });
  await refused(opened(wrong), /vectors have 96 numbers, but 2_LayerNorm takes 12/);
});

test("every layer of a network built here goes through the same modules", async () => {
  const { folder, card } = await importLayout(base, changed("normalise before dense, safetensors", {}));
  assert.equal(card.layers, 1);
  const [own, embeddings] = [await run(folder, { layer: 1 }), await run(folder, { layer: 0, pooling: "firstlast" })];
  assert.equal(embeddings.dimensions, 8);
  assert.deepEqual(own.vectors, (await run(folder, {})).vectors);
  assert.notDeepEqual(embeddings.vectors, own.vectors);
});

test("scaling and dimensions come at the very end", async () => {
  const cut = changed("cut to dimensions", {});
  const own = await run(cut, {});
  assert.equal(own.dimensions, 5);
  assert.ok(lengthOf(own) < 0.99);
  assert.ok(Math.abs(lengthOf(await run(cut, { normalize: true })) - 1) < 1e-6);
  assert.equal((await run(cut, { dimensions: 3 })).dimensions, 3);
  await refused(run(cut, { dimensions: 6 }), /There are no 6 dimensions/, "badRequest");
  const whole = changed("new spelling", {});
  assert.ok(lengthOf(await run(whole, { normalize: false })) > 1.01);
  assert.ok(Math.abs(lengthOf(await run(whole, { dimensions: 7 })) - 1) < 1e-6);
});

test("a prompt that is not pooled still changes what is read", async () => {
  const folder = changed("prompt left out", {});
  const plain = await run(folder, {});
  const prompted = await run(folder, { prefix: "query: the " });
  assert.notDeepEqual(prompted.vectors, plain.vectors);
  assert.ok(prompted.tokens[0]! > plain.tokens[0]!);
});
