import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { openVsCode, type Session } from "../../scripts/vscode/session.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "adding-"));
const own = path.join(folder, "my-encoder");
const kept = path.join(folder, "kept");

let code: Session;
before(async () => {
  const model = path.join(root, "models/paraphrase-MiniLM-L3-v2");
  for (const name of ["config.json", "modules.json", "sentence_bert_config.json", "tokenizer.json", "1_Pooling/config.json"])
    copy(path.join(model, name), path.join(own, name));
  copy(path.join(model, "onnx/model.onnx"), path.join(own, "onnx/model_fp32.onnx"));
  copy(path.join(model, "onnx/model_int8.onnx"), path.join(own, "onnx/model_quantized.onnx"));
  code = await openVsCode({
    extensions: [root],
    folder: path.join(root, "sample"),
    viewport: { width: 1600, height: 900 },
    env: { COMPARE_EMBEDDINGS_ENCODERS: kept },
  });
  await code.viewContainer("Compare Embeddings");
});
after(async () => {
  await code.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

function copy(from: string, to: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, to);
}

/** Importing tries the encoder in a process of its own. */
const ADDING_MS = 60_000;
const input = () => code.page.locator(".quick-input-widget input[type=text]").first();
const pick = (text: string | RegExp) => code.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: text }).first();
const row = (text: string | RegExp) => code.page.locator(".sidebar .monaco-list-row").filter({ hasText: text }).first();
const dialog = () => code.page.locator(".monaco-dialog-box");

test("a folder is added by the button of the tree: its weights are picked, it is ticked, and its card opens", async () => {
  await row("all-MiniLM-L6-v2").waitFor();
  await code.page.locator(".pane-header", { hasText: "Encoders" }).hover();
  await code.page.locator('.pane-header a[aria-label^="Add Encoder"]').click();
  await pick("From a Folder").click();
  // The editor's own dialog takes a path, as it does in any remote window.
  await input().fill(own + path.sep);
  await code.page.locator(".quick-input-widget .monaco-button", { hasText: "Add Encoder" }).click();
  await pick(/model_quantized\.onnx.*int8/).waitFor();
  await pick("model_fp32.onnx").click();
  await row(/my-encoder.*384 d/).waitFor({ timeout: ADDING_MS });
  await row("my-encoder").locator('[role=checkbox][aria-checked="true"]').waitFor();
  await code.page.locator(".tab.active", { hasText: "my-encoder" }).waitFor();
  assert.ok(fs.existsSync(path.join(kept, "my-encoder--model_fp32", "encoder.json")));
});

test("it is removed again after a question, and what the installation carries cannot be", async () => {
  await row("my-encoder").click({ button: "right" });
  await code.page.locator(".monaco-menu .action-item", { hasText: "Remove Encoder" }).click({ delay: 200 });
  await dialog().waitFor();
  assert.match((await dialog().textContent()) ?? "", /Remove my-encoder\?.*files are deleted \(\d+ MB\)/s);
  await dialog().locator(".monaco-button", { hasText: "Remove" }).click();
  await row("my-encoder").waitFor({ state: "detached" });
  assert.deepEqual(
    fs.readdirSync(kept).filter((name) => !name.startsWith(".")),
    [],
  );
  assert.ok(fs.existsSync(own));
  await row("all-MiniLM-L6-v2").click({ button: "right" });
  await code.page.locator(".monaco-menu .action-item", { hasText: "Open Card" }).waitFor();
  assert.equal(await code.page.locator(".monaco-menu .action-item", { hasText: "Remove Encoder" }).count(), 0);
  await code.key("Escape");
});
