import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { catalogueAccess } from "../../src/process/catalogueAccess.ts";
import { hubAccess } from "../../src/process/hubAccess.ts";
import { createEngineClient, type EngineClient } from "../../src/process/engineClient.ts";
import { installedIn } from "../../src/process/installation.ts";
import { describeFolder, getEncoder, listCatalogue, removeEncoder } from "../../src/protocol/catalogue.ts";
import { embed, listEncoders, type EncoderInfo } from "../../src/protocol/engine.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import { importFromPath, type ImportProgress } from "../../src/protocol/hub.ts";
import { temporaryFolder } from "./hub/fetching.ts";

const root = path.resolve(import.meta.dirname, "../..");
const ID = "wordllama-l2-256";
const access = catalogueAccess();

let base: string;
let folder: string;
let engine: EngineClient;
const changed: EncoderInfo[] = [];
before(() => {
  base = temporaryFolder();
  folder = path.join(base, "encoders");
  const { engine: program, parts } = installedIn(root);
  engine = createEngineClient({
    program,
    hello: { ...parts, encoderFolders: [...parts.encoderFolders, folder], workers: 1 },
    onEncoderChanged: (encoder) => changed.push(encoder),
  });
});
after(() => {
  engine.dispose();
  fs.rmSync(base, { recursive: true, force: true });
});

const failsWith = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof EmbedError && error.data.code === code && message.test(`${error.data.message} ${error.data.hint ?? ""}`);

test("the catalogue says what an encoder weighs, under which licence it is, and whether it is here", async () => {
  const entries = await engine.request(listCatalogue, { access: { ...access, archives: path.join(base, "empty") } });
  const entry = (id: string) => entries.find((one) => one.id === id);
  assert.equal(entries.length, fs.readdirSync(path.join(root, "encoders")).filter((name) => name.endsWith(".json")).length);
  assert.equal(entry("all-MiniLM-L6-v2")?.here, true);
  assert.equal(entry(ID)?.here, false);
  assert.equal(entry(ID)?.bytes, 19_155_170);
  assert.equal(entry(ID)?.missing, 19_155_170);
  assert.match(entry(ID)?.caveat ?? "", /Llama 2/);
  // Its five archives hold two files each: they are fetched once.
  assert.equal(entry("all-mpnet-base-v2")?.bytes, 404_534_822);
});

test("an encoder of the catalogue is fetched, told of, embeds, is there the second time, and goes again", async () => {
  const phases: ImportProgress["phase"][] = [];
  const get = () =>
    engine.request(
      getEncoder,
      { access, id: ID, folder },
      { onProgress: (progress) => progress.kind === "import" && phases.push(progress.phase) },
    );
  assert.deepEqual(await get(), { id: ID, folder: path.join(folder, ID), added: true });
  assert.equal(phases.at(-1), "building");
  assert.deepEqual(
    changed.map(({ id, bundled, state }) => ({ id, bundled, state })),
    [{ id: ID, bundled: false, state: "ready" }],
  );
  const { dimensions } = await engine.request(embed, { encoder: { id: ID }, texts: ["a cache with a time limit"] });
  assert.equal(dimensions, 256);
  assert.equal((await get()).added, false);
  await engine.request(removeEncoder, { id: ID });
  assert.ok(!fs.existsSync(path.join(folder, ID)));
  assert.deepEqual(
    fs.readdirSync(folder).filter((name) => name !== ".import"),
    [],
  );
  assert.ok(!(await engine.request(listEncoders, null)).some(({ id }) => id === ID));
  await assert.rejects(
    engine.request(embed, { encoder: { id: ID }, texts: ["gone"] }),
    failsWith("unknownEncoder", /no encoder/),
  );
});

test("what the installation carries is neither fetched nor removed, and unknown ids and folders are refused", async () => {
  const bundled = "all-MiniLM-L6-v2";
  assert.equal((await engine.request(getEncoder, { access, id: bundled, folder })).added, false);
  await assert.rejects(engine.request(removeEncoder, { id: bundled }), failsWith("badRequest", /belongs to the installation/));
  assert.ok(fs.existsSync(path.join(root, "models", bundled)));
  await assert.rejects(engine.request(removeEncoder, { id: "none" }), failsWith("unknownEncoder", /none/));
  await assert.rejects(
    engine.request(getEncoder, { access, id: "none", folder }),
    failsWith("unknownEncoder", /It has .*wordllama/),
  );
  await assert.rejects(engine.request(getEncoder, { access, id: ID, folder: base }), failsWith("badRequest", /own folders/));
});

test("a folder is described before it is copied: its weights with precision and size, or what is missing", async () => {
  const weights = await engine.request(describeFolder, { path: path.join(root, "models/all-MiniLM-L6-v2") });
  assert.equal(weights[0]?.path, "onnx/model.onnx");
  assert.ok(weights[0].bytes > 1e6);
  assert.ok(weights.some(({ precision }) => precision === "w8"));
  await assert.rejects(engine.request(describeFolder, { path: base }), failsWith("noEncoder", /no weights|nothing/));
  await assert.rejects(engine.request(describeFolder, { path: path.join(base, "gone") }), failsWith("noEncoder", /not there/));
});

test("the command line lists the catalogue and gets of it by the same way", () => {
  const cli = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(root, "dist/cli.js"), ...args], {
      encoding: "utf8",
      env: { ...process.env, COMPARE_EMBEDDINGS_ENCODERS: path.join(base, "cli") },
    });
  assert.match(cli("get", "--list").stdout, /^mobilenet-v2 +1280 .*BSD-3-Clause/m);
  const got = cli("get", ID);
  assert.equal(got.stdout.trim(), ID);
  assert.match(got.stderr, /Llama 2/);
  assert.match(cli("models").stdout, /^wordllama-l2-256 /m);
  const unknown = cli("get", "none");
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /no encoder none/);
  assert.equal(cli("get").status, 2);
});

test("npm and pip are told of their own settings alone, and the hub's proxy holds for packages", () => {
  const environment = {
    PIP_INDEX_URL: "https://mirror.example/simple",
    npm_config_registry: "https://mirror.example/npm",
    HTTPS_PROXY: "http://proxy.example:3128",
    AWS_SECRET_ACCESS_KEY: "none of ours",
    HF_TOKEN: "hf_none",
  };
  const told = catalogueAccess(hubAccess(environment), environment);
  assert.deepEqual(Object.keys(told.environment).sort(), ["HTTPS_PROXY", "PIP_INDEX_URL", "npm_config_registry"]);
  assert.equal(told.hub.proxy?.https, "http://proxy.example:3128");
});

test("an encoder whose files were replaced answers by the new ones", async () => {
  const own = path.join(base, "own");
  const add = async (model: string): Promise<Float32Array> => {
    for (const name of ["config.json", "modules.json", "sentence_bert_config.json", "tokenizer.json", "1_Pooling/config.json"])
      copy(path.join(root, "models", model, name), path.join(own, name));
    copy(path.join(root, "models", model, "onnx/model_int8.onnx"), path.join(own, "onnx/model_int8.onnx"));
    const { id } = await engine.request(importFromPath, { path: own, folder, file: "model_int8.onnx" });
    const encoder = { id, precision: "int8" } as const;
    return (await engine.request(embed, { encoder, texts: ["a cache with a time limit"] })).vectors;
  };
  const first = await add("paraphrase-MiniLM-L3-v2");
  const second = await add("all-MiniLM-L6-v2");
  const texts = ["a cache with a time limit"];
  const expected = await engine.request(embed, { encoder: { id: "all-MiniLM-L6-v2", precision: "int8" }, texts });
  assert.notDeepEqual(second, first);
  assert.deepEqual(second, expected.vectors);
});

function copy(from: string, to: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, to);
}
