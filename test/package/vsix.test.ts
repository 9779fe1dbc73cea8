import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { unzipSync } from "fflate";

import { MAX_BYTES, packExtension, type Packed } from "../../scripts/package.ts";
import { installVsix } from "../../scripts/vscode/server.ts";
import { openVsCode } from "../../scripts/vscode/session.ts";
import { compareWhole, seesThreeHeatmaps } from "../host/steps.ts";
import { createEngineClient } from "../../src/process/engineClient.ts";
import { installedIn } from "../../src/process/installation.ts";
import { catalogueAccess } from "../../src/process/catalogueAccess.ts";
import { getEncoder } from "../../src/protocol/catalogue.ts";
import { embed } from "../../src/protocol/engine.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "vsix-"));

let packed: Packed;
before(async () => {
  packed = await packExtension();
});
after(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

test("it holds every page and the client of shared indexes", () => {
  const pages = ["panel", "neighbours", "cards"].flatMap((page) => [`dist/webview/${page}.js`, `dist/webview/${page}.css`]);
  for (const name of [...pages, "dist/milvus.js"]) assert.ok(packed.files.has(name), name);
});

test("it holds three encoders in one precision, one platform's runtime, and no source", () => {
  assert.ok(packed.bytes <= MAX_BYTES, `${String(packed.bytes)} bytes`);
  const names = [...packed.files.keys()];
  assert.deepEqual(names.filter((name) => name.endsWith(".onnx")).sort(), [
    "dist/kernels/integerScores.onnx",
    "dist/kernels/products.onnx",
    "dist/kernels/scores.onnx",
    "models/all-MiniLM-L6-v2/onnx/model_w8.onnx",
    "models/glove-6b-100d-50k/onnx/model_w8.onnx",
    "models/paraphrase-MiniLM-L3-v2/onnx/model_w8.onnx",
  ]);
  assert.deepEqual(
    names.filter((name) => /\.(ts|map|mts)$|^(src|test|scripts|webview|bench|sample)\//.test(name)),
    [],
  );
  const platforms = new Set(
    names.filter((name) => name.includes("/napi-")).map((name) => name.split("/").slice(-3, -1).join("-")),
  );
  assert.deepEqual([...platforms], [`${process.platform}-${process.arch}`]);
});

test("it holds the catalogue, and what builds its encoders", () => {
  const manifests = [...packed.files.keys()].filter((name) => /^encoders\/[^/]+\.json$/.test(name));
  assert.equal(manifests.length, fs.readdirSync(path.join(root, "encoders")).filter((name) => name.endsWith(".json")).length);
  assert.ok(packed.files.has("dist/catalogue.js"));
});

test("the host's program is small and loads nothing native", () => {
  const size = packed.files.get("dist/extension.js");
  assert.ok(size !== undefined && size <= 300_000, `${String(size)} bytes`);
  const program = fs.readFileSync(path.join(root, "dist", "extension.js"), "utf8");
  // Said without assert.match, which would print the program.
  assert.ok(!/(require|import|from)[\s(]*["'](onnxruntime-node|[^"']*\.node)["']/.test(program), "it loads native code");
});

test("unpacked elsewhere it embeds a text, and gets an encoder of the catalogue to do so", async () => {
  const users = path.join(folder, "encoders");
  for (const [name, bytes] of Object.entries(unzipSync(fs.readFileSync(packed.file)))) {
    const file = path.join(folder, "unpacked", name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, bytes);
  }
  const { engine: program, parts } = installedIn(path.join(folder, "unpacked", "extension"));
  const engine = createEngineClient({
    program,
    hello: { ...parts, encoderFolders: [...parts.encoderFolders, users], workers: 1 },
    onLog: () => undefined,
  });
  try {
    const { vectors, dimensions } = await engine.request(embed, {
      encoder: { id: "all-MiniLM-L6-v2" },
      texts: ["a cache with a time limit"],
    });
    assert.equal(dimensions, 384);
    assert.ok(Math.abs(Math.hypot(...vectors) - 1) < 1e-5);
    const id = "wordllama-l2-256";
    const got = await engine.request(getEncoder, { access: catalogueAccess(), id, folder: users });
    assert.deepEqual(got, { id, folder: path.join(users, id), added: true });
    assert.equal((await engine.request(embed, { encoder: { id }, texts: ["a cache"] })).dimensions, 256);
  } finally {
    engine.dispose();
  }
});

test("installed in the editor it compares a selection", async () => {
  const data = path.join(folder, "data");
  const sample = path.join(folder, "sample");
  fs.cpSync(path.join(root, "sample"), sample, { recursive: true });
  await installVsix(data, packed.file);
  const code = await openVsCode({ data, folder: sample, viewport: { width: 1600, height: 900 } });
  try {
    await seesThreeHeatmaps(await compareWhole(code, "dates.py"));
  } finally {
    await code.close();
  }
});
