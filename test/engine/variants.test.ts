import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";

import { norm } from "../../src/core/encoders/pooling.ts";
import { variantId, type EncoderSettings } from "../../src/core/encoders/variant.ts";
import { startChild, type RunningChild } from "../../src/process/childProcess.ts";
import { encodeAll, load, tokenize, type EncodeResult, type HeadSettings } from "../../src/protocol/encoder.ts";
import { compare, embed, tokenize as tokenizeBy } from "../../src/protocol/engine.ts";
import { startEngine } from "./startEngine.ts";

const root = path.resolve(import.meta.dirname, "../..");
const model = { folder: path.join(root, "models/all-MiniLM-L6-v2"), precision: "fp32" as const };
const TEXTS = ["parse the header of a request", "water the plants", "close the socket", ""];

let child: RunningChild;
before(() => {
  child = startChild({ name: "encoder", program: path.join(root, "src/encoder/main.ts"), onLog: () => undefined });
});
after(() => {
  child.kill();
});

const row = ({ vectors, dimensions }: EncodeResult, at: number): Float32Array =>
  vectors.slice(at * dimensions, (at + 1) * dimensions);

test("all layers and poolings of one model cost one pass, and give what each gives alone", async () => {
  const poolings = ["mean", "cls", "last", "max", "weightedmean", "firstlast"] as const;
  const layers = [0, 1, 2, 3, 4, 5, 6];
  const uses = layers.flatMap((layer) => poolings.map((pooling) => ({ model, layer, pooling })));
  const together = await child.rpc.request(encodeAll, { uses, texts: TEXTS });
  assert.equal(together.filter(({ ms }) => ms.run > 0).length, 1, "one pass");
  for (const at of [0, 8, 23, 41]) {
    const [alone] = await child.rpc.request(encodeAll, { uses: [uses[at]!], texts: TEXTS });
    assert.deepEqual(together[at]?.vectors, alone?.vectors, JSON.stringify(uses[at]));
  }
  const distinct = new Set(together.map(({ vectors }) => vectors.join()));
  // First-last pooling at the first layer is its mean.
  assert.equal(distinct.size, uses.length - 1);
});

test("first-last pooling is the mean of the first and the last layer's", async () => {
  const raw = { model, normalize: false } as const;
  const uses = [
    { ...raw, pooling: "firstlast" as const },
    { ...raw, layer: 1, pooling: "mean" as const },
    { ...raw, pooling: "mean" as const },
  ];
  const [both, first, last] = await child.rpc.request(encodeAll, { uses, texts: TEXTS });
  for (let at = 0; at < both!.vectors.length; at++)
    assert.ok(Math.abs(both!.vectors[at]! - (first!.vectors[at]! + last!.vectors[at]!) / 2) < 1e-6);
});

test("dimensions are the first ones, of unit length again; without normalising they are the raw ones", async () => {
  const uses = [
    { model, normalize: false },
    { model, dimensions: 64, normalize: false },
    { model, dimensions: 64 },
  ];
  const [raw, cut, unit] = await child.rpc.request(encodeAll, { uses, texts: TEXTS });
  assert.deepEqual([cut!.dimensions, unit!.dimensions], [64, 64]);
  assert.deepEqual(row(cut!, 0), row(raw!, 0).slice(0, 64));
  assert.ok(Math.abs(norm(row(unit!, 0)) - 1) < 1e-6);
  assert.ok(Math.abs(norm(row(raw!, 0)) - 1) > 0.01);
});

test("fewer tokens are read where so many are set, and special tokens stay", async () => {
  const ids = async (maxTokens?: number) =>
    (await child.rpc.request(tokenize, { model, texts: [TEXTS[0]!], ...(maxTokens === undefined ? {} : { maxTokens }) }))[0]!;
  const all = await ids();
  assert.deepEqual(await ids(4), [...all.slice(0, 3), all.at(-1)]);
  assert.deepEqual(await ids(9999), all);
  await assert.rejects(ids(2), { message: /no room/ });
  const [whole, cut] = await child.rpc.request(encodeAll, { uses: [{ model }, { model, maxTokens: 4 }], texts: [TEXTS[0]!] });
  assert.deepEqual([whole!.read[0], cut!.tokens[0]], [1, 4]);
  assert.ok(cut!.read[0]! < 0.5);
});

test("variants stand beside their original in a comparison, by ids that say what differs; a wrong one fails alone", async () => {
  const engine = startEngine();
  try {
    const base = "all-MiniLM-L6-v2";
    const of = (settings: EncoderSettings): string => variantId(base, settings);
    const ids = [base, of({ layer: 0 }), of({ pooling: "cls" }), of({ layer: 99 }), of({ prompt: "query: " }), `${base}+layer=x`];
    const text = "const a = 1;\n\nfunction b() {}\n\nclass C {}\n";
    const documents = [{ uri: "file:///a.ts", path: "a.ts", languageId: "typescript", version: 0, text }];
    const { outcomes } = await engine.request(compare, { documents, split: "lines", encoders: ids.map((id) => ({ id })), k: 3 });
    assert.deepEqual(
      outcomes.map(({ id, ok }) => [id, ok]),
      ids.map((id, at) => [id, at !== 3 && at !== 5]),
    );
    const errors = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error.message]));
    assert.match(errors[0]!, /no layer 99; layers go from 0 to 6/);
    assert.match(errors[1]!, /layer=x is no setting/);
    const cells = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.result.similarity.join()] : []));
    assert.equal(new Set(cells).size, cells.length);
    // Settings beside the id win over those in it; equal settings are one identity, whichever way they are given.
    const one = await engine.request(embed, { encoder: { id: of({ layer: 2 }), layer: 3 }, texts: TEXTS });
    const other = await engine.request(embed, { encoder: { id: base, layer: 3 }, texts: TEXTS });
    assert.equal(one.identity, other.identity);
    const [prompted] = await engine.request(tokenizeBy, { encoder: { id: of({ prompt: "query: " }) }, texts: ["x"] });
    const [written] = await engine.request(tokenizeBy, { encoder: { id: base }, texts: ["query: x"] });
    assert.deepEqual(prompted, written);
  } finally {
    engine.dispose();
  }
});

test("the length of a variant's vectors is known before anything is encoded", async () => {
  const dimensionsOf = async (head: HeadSettings) => (await child.rpc.request(load, { model, head })).dimensions;
  assert.equal(await dimensionsOf({}), 384);
  assert.equal(await dimensionsOf({ dimensions: 64, layer: 2 }), 64);
  await assert.rejects(dimensionsOf({ layer: 7 }), { message: /no layer 7/ });
});
