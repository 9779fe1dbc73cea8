import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { load } from "../../src/protocol/encoder.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import { startEncoder } from "../golden/encoderProcess.ts";

const HOSTILE = fileURLToPath(new URL("../fixtures/hostile-models", import.meta.url));
const files = fs.readdirSync(HOSTILE).filter((file) => file.endsWith(".onnx"));

test("each hostile model is refused with its name, and the process lives on", async () => {
  assert.ok(files.length >= 20);
  const child = startEncoder();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "hostile-"));
  try {
    for (const file of files) {
      fs.copyFileSync(path.join(HOSTILE, file), path.join(folder, "model.onnx"));
      await assert.rejects(child.rpc.request(load, { model: { folder, precision: "fp32" } }), (error) => {
        assert.ok(error instanceof EmbedError);
        assert.equal(error.data.code, "badModel", `${file}: ${error.data.message}`);
        assert.match(error.data.message, /model\.onnx was refused/);
        return true;
      });
    }
  } finally {
    child.kill();
    await child.ended;
    fs.rmSync(folder, { recursive: true });
  }
});

test("links are refused", async () => {
  const child = startEncoder();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "linked-"));
  try {
    fs.writeFileSync(path.join(folder, "secret"), "secret");
    fs.linkSync(path.join(folder, "secret"), path.join(folder, "model.onnx"));
    await assert.rejects(child.rpc.request(load, { model: { folder, precision: "fp32" } }), /linked under another name/);
    fs.rmSync(path.join(folder, "model.onnx"));
    fs.symlinkSync(path.join(folder, "secret"), path.join(folder, "model.onnx"));
    await assert.rejects(child.rpc.request(load, { model: { folder, precision: "fp32" } }), /a link or a folder/);
  } finally {
    child.kill();
    await child.ended;
    fs.rmSync(folder, { recursive: true });
  }
});
