import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { openVsCode, type Session } from "../../scripts/vscode/session.ts";
import { COMMIT, REPOSITORY, startHub, type TestHub } from "../engine/hub/hubServer.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "adding-"));
const own = path.join(folder, "my-encoder");
const kept = path.join(folder, "kept");

const TOKEN = "hf_secretOfThisTest";

let hub: TestHub;
let code: Session;
before(async () => {
  const model = path.join(root, "models/paraphrase-MiniLM-L3-v2");
  for (const name of ["config.json", "modules.json", "sentence_bert_config.json", "tokenizer.json", "1_Pooling/config.json"])
    copy(path.join(model, name), path.join(own, name));
  copy(path.join(model, "onnx/model.onnx"), path.join(own, "onnx/model_fp32.onnx"));
  copy(path.join(model, "onnx/model_int8.onnx"), path.join(own, "onnx/model_quantized.onnx"));
  const files = ["config.json", "modules.json", "sentence_bert_config.json", "tokenizer.json", "1_Pooling/config.json"];
  hub = await startHub({
    ...Object.fromEntries(files.map((name) => [name, fs.readFileSync(path.join(model, name))])),
    "onnx/model.onnx": fs.readFileSync(path.join(model, "onnx/model.onnx")),
    "onnx/model_quantized.onnx": fs.readFileSync(path.join(model, "onnx/model_int8.onnx")),
  });
  code = await openVsCode({
    extensions: [root],
    folder: path.join(root, "sample"),
    viewport: { width: 1600, height: 900 },
    settings: { "compareEmbeddings.hub.endpoint": hub.endpoint },
    env: { COMPARE_EMBEDDINGS_ENCODERS: kept, HF_HOME: path.join(folder, "hf"), HF_TOKEN: "hf_ofAnotherHub" },
  });
  await code.viewContainer("Compare Embeddings");
});
after(async () => {
  await code.close();
  await hub.close();
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
const quickTitle = (text: string | RegExp) => code.page.locator(".quick-input-title", { hasText: text });
const dialog = () => code.page.locator(".monaco-dialog-box");

test("a folder is added by the button of the tree: its weights are picked, it is ticked, and its card opens", async () => {
  await row("all-MiniLM-L6-v2").waitFor();
  await code.page.locator(".pane-header", { hasText: "Encoders" }).hover();
  await code.page.locator('.pane-header a[aria-label^="Add Encoder"]').click();
  await pick("From a Folder").click();
  // The editor's own dialog takes a path, as it does in any remote window.
  const accept = code.page.locator(".quick-input-widget .monaco-button", { hasText: "Add Encoder" });
  await accept.waitFor();
  await input().fill(own + path.sep);
  // What it lists is what it will give: it follows the typed path with some delay.
  await pick("1_Pooling").waitFor();
  await accept.click();
  await pick(/model_quantized\.onnx.*int8/).waitFor();
  await pick("model_fp32.onnx").click();
  await row(/my-encoder \(model_fp32\).*384 d/).waitFor({ timeout: ADDING_MS });
  await row("my-encoder").locator('[role=checkbox][aria-checked="true"]').waitFor();
  await code.page.locator(".tab.active", { hasText: "my-encoder" }).waitFor();
  // Nothing else has changed in this window before: it is known to be new all the same.
  await row(/my-encoder.*✓ tested/).waitFor({ timeout: ADDING_MS });
  assert.ok(fs.existsSync(path.join(kept, "my-encoder--model_fp32", "encoder.json")));
});

test("it is removed again after a question, and what the installation carries cannot be", async () => {
  await row("my-encoder").click({ button: "right" });
  await code.page.locator(".monaco-menu .action-item", { hasText: "Remove Encoder" }).click({ delay: 200 });
  await dialog().waitFor();
  assert.match((await dialog().textContent()) ?? "", /Remove my-encoder \(model_fp32\)\?.*files are deleted \(\d+ MB\)/s);
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

test("an encoder of the catalogue shows size and licence, is fetched after its caveat is agreed to, and is here then", async () => {
  await code.command("Compare Embeddings: Get Encoder");
  await pick(/MobileNetV2.*1280 d.*13 MB.*BSD/).waitFor();
  await pick(/all-MiniLM-L6-v2.*on this machine/).waitFor();
  await pick(/WordLlama.*licence unclear/).click();
  await dialog().waitFor();
  assert.match((await dialog().textContent()) ?? "", /although its licence is unclear.*Llama 2/s);
  await dialog().locator(".monaco-button", { hasText: "Get It" }).click();
  await row(/WordLlama.*256 d/).waitFor({ timeout: ADDING_MS });
  await row("WordLlama").locator('[role=checkbox][aria-checked="true"]').waitFor();
  await code.command("Compare Embeddings: Get Encoder");
  await pick(/WordLlama.*on this machine/).waitFor();
  await code.key("Escape");
});

test("a repository is found by typing, shown with licence and size, and fetched; the environment's token stays with its own hub", async () => {
  await code.command("Compare Embeddings: Add Encoder from Hub");
  await quickTitle("Add Encoder from 127.0.0.1").waitFor();
  assert.equal(hub.questions.length, 0);
  await input().fill("small");
  await pick(/owner\/small-encoder.*12 downloads/).click();
  await quickTitle(`${REPOSITORY} at ${COMMIT.slice(0, 8)}`).waitFor();
  assert.match((await input().getAttribute("placeholder")) ?? "", /apache-2\.0/);
  await pick(/model_quantized\.onnx.*int8.*MB/).waitFor();
  await pick(/onnx\/model\.onnx/).click();
  await row(/owner\/small-encoder.*384 d/).waitFor({ timeout: ADDING_MS });
  for (const { headers } of [...hub.questions, ...hub.downloads]) assert.equal(headers.authorization, undefined);
});

test("a hub that wants a token is told the one that is set for it, and the adding goes on", async () => {
  hub.questions.length = 0;
  hub.fault = ({ headers }, response) => {
    if (headers.authorization === `Bearer ${TOKEN}`) return false;
    response.writeHead(401, { "x-error-code": "GatedRepo" }).end();
    return true;
  };
  await code.command("Compare Embeddings: Add Encoder from Hub");
  await quickTitle("Add Encoder from 127.0.0.1").waitFor();
  await input().fill(`${REPOSITORY}@${COMMIT}`);
  await pick(/owner\/small-encoder.*at 0123/).click();
  await code.page.locator("[id='status.notifications']").click();
  const refused = code.page.locator(".notification-list-item", { hasText: "accept its terms" }).first();
  // Which weights, the hub says only with the token.
  await refused.waitFor();
  await refused.locator(".monaco-button", { hasText: "Set Hub Token" }).click();
  await quickTitle("Token for 127.0.0.1").waitFor();
  await code.page.locator(".quick-input-widget input").first().fill(TOKEN);
  await code.key("Enter");
  await pick(/model_quantized\.onnx/).click();
  await row(/owner\/small-encoder@01234567 \(model_quantized\)/).waitFor({ timeout: ADDING_MS });
  assert.equal(hub.questions.at(-1)?.headers.authorization, `Bearer ${TOKEN}`);
});
