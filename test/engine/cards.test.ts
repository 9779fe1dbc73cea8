import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { EDITED, MAX_FACT } from "../../src/core/encoders/editedCard.ts";
import type { EngineClient } from "../../src/process/engineClient.ts";
import { installedIn } from "../../src/process/installation.ts";
import { describeEncoder, editCard, type EditCardParams, type EncoderDetails } from "../../src/protocol/cards.ts";
import { listEncoders, type EncoderInfo } from "../../src/protocol/engine.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import { startEngine } from "./startEngine.ts";

const root = path.resolve(import.meta.dirname, "../..");
const ID = "paraphrase-MiniLM-L3-v2";

let own: string;
let cards: string;
let engine: EngineClient;
const logged: string[] = [];
const changed: EncoderInfo[] = [];

const start = (encoderFolders = [path.join(root, "models"), own]): EngineClient =>
  startEngine({
    hello: { ...installedIn(root).parts, encoderProgram: path.join(root, "src/encoder/main.ts"), encoderFolders, workers: 1 },
    onLog: (_, message) => logged.push(message),
    onEncoderChanged: (encoder) => changed.push(encoder),
  });

before(() => {
  own = fs.mkdtempSync(path.join(os.tmpdir(), "cards-"));
  cards = path.join(own, ".cards");
  engine = start();
});
after(() => {
  engine.dispose();
  fs.rmSync(own, { recursive: true, force: true });
});

const edit = (changes: EditCardParams["changes"], id = ID): Promise<EncoderDetails> => engine.request(editCard, { id, changes });
const listed = async (from = engine): Promise<EncoderInfo> =>
  (await from.request(listEncoders, null)).find(({ id }) => id === ID)!;
const refused = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof EmbedError && error.data.code === code && message.test(error.data.message);

test("a fact is put over the publisher's, is there for everybody, and is given back", async () => {
  const before = await listed();
  const { encoder, published, editable } = await edit({ domain: "  poems\n of\u0007 my own ", licence: "CC0-1.0" });
  assert.equal(editable, true);
  assert.deepEqual(encoder.card.causes.domain, { value: "poems of my own", source: EDITED });
  assert.deepEqual(encoder.card.licence, { value: "CC0-1.0", source: EDITED });
  assert.deepEqual(published, { domain: before.card.causes.domain, licence: before.card.licence });
  assert.equal(changed.at(-1)?.card.causes.domain.value, "poems of my own");
  assert.deepEqual((await listed()).card, encoder.card);

  const other = start();
  assert.deepEqual((await listed(other)).card, encoder.card, "another engine has it from the disk");
  other.dispose();
  const { stdout } = spawnSync(process.execPath, [path.join(root, "dist/cli.js"), "models", "--json"], {
    env: { PATH: process.env["PATH"], HOME: own, COMPARE_EMBEDDINGS_ENCODERS: own },
    encoding: "utf8",
  });
  const shown = (JSON.parse(stdout) as EncoderInfo[]).find(({ id }) => id === ID);
  assert.deepEqual(shown?.card, encoder.card, "and the command line shows it");

  assert.deepEqual(Object.keys((await edit({ domain: null })).published), ["licence"]);
  assert.deepEqual((await edit({ licence: before.card.licence.value })).published, {}, "the publisher's words are no edit");
  assert.deepEqual((await listed()).card, before.card);
  assert.deepEqual(fs.readdirSync(cards), []);
});

test("what another window wrote is kept", async () => {
  const other = start();
  await edit({ domain: "mine" });
  await other.request(editCard, { id: ID, changes: { objective: "theirs", trainingData: " " } });
  const { encoder } = await edit({ transfer: "mine too" });
  other.dispose();
  const { domain, objective, transfer, trainingData } = encoder.card.causes;
  assert.deepEqual(
    [domain.value, objective.value, transfer.value, trainingData.value],
    ["mine", "theirs", "mine too", "unknown"],
  );
  await edit({ domain: null, objective: null, transfer: null, trainingData: null });
});

test("files that hold no edits are left out with one line each", async () => {
  const before = await listed();
  const file = path.join(cards, `${ID}.json`);
  const write = (name: string, content: unknown): void => {
    fs.writeFileSync(path.join(cards, name), typeof content === "string" ? content : JSON.stringify(content));
  };
  const wrong: [string, unknown][] = [
    ["not JSON", "{"],
    ["empty", ""],
    ["other format", { format: 2, id: ID, facts: {} }],
    ["unknown field", { format: 1, id: ID, facts: { dimensions: "9" } }],
    ["no text", { format: 1, id: ID, facts: { domain: 9 } }],
    ["a text too long", { format: 1, id: ID, facts: { domain: "x".repeat(MAX_FACT + 1) } }],
    ["prototype", `{"format":1,"id":"${ID}","facts":{"__proto__":{"domain":"x"}}}`],
    ["deep", "[".repeat(30_000)],
    ["big", " ".repeat(70_000)],
    ["of another encoder", { format: 1, id: "all-MiniLM-L6-v2", facts: { domain: "x" } }],
  ];
  for (const [what, content] of wrong) {
    logged.length = 0;
    write(`${ID}.json`, content);
    assert.deepEqual((await listed()).card, before.card, what);
    await listed();
    assert.equal(logged.length, 1, `${what}: ${logged.join("; ")}`);
    assert.match(logged[0]!, /left out/);
  }
  fs.rmSync(file);
  fs.mkdirSync(file);
  assert.deepEqual((await listed()).card, before.card, "a folder");
  await assert.rejects(edit({ domain: "x" }), refused("unreadable", /could not be written/));
  assert.deepEqual(
    fs.readdirSync(cards).filter((name) => name.endsWith(".part")),
    [],
  );
  fs.rmdirSync(file);
  fs.symlinkSync("/etc/hostname", file);
  assert.deepEqual((await listed()).card, before.card, "a link");
  await edit({ domain: "over the link" });
  assert.ok(fs.lstatSync(file).isFile(), "a link is replaced, not followed");
  await edit({ domain: null });
});

test("what cannot be edited is refused and changes nothing", async () => {
  await assert.rejects(edit({ domain: "x" }, "nothing-like-it"), refused("unknownEncoder", /nothing-like-it/));
  await assert.rejects(edit({ domain: "x" }, "../escape"), refused("unknownEncoder", /escape/));
  await assert.rejects(edit({ domain: "x".repeat(MAX_FACT + 1) }), refused("badRequest", /2,000 characters/));
  await assert.rejects(edit({ dimensions: "9" } as EditCardParams["changes"]), refused("badRequest", /no field/));
  assert.deepEqual((await engine.request(describeEncoder, { id: ID })).published, {});

  const bare = start([path.join(root, "models")]);
  const details = await bare.request(describeEncoder, { id: ID });
  assert.equal(details.editable, false);
  assert.ok(details.files.some(({ path: name, bytes }) => name === "onnx/model_w8.onnx" && bytes > 1e6));
  assert.ok(details.files.every(({ bytes }, at, { [at - 1]: larger }) => larger === undefined || larger.bytes >= bytes));
  await assert.rejects(bare.request(editCard, { id: ID, changes: { domain: "x" } }), refused("unreadable", /no folder/));
  bare.dispose();
});
