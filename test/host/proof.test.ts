import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { openVsCode, type Session } from "../../scripts/vscode/session.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "proof-"));
const kept = path.join(folder, "kept");
const own = path.join(folder, "sound-encoder");

/** Everything is tested, on two cores that others use too. */
const TESTING_MS = 90_000;

let code: Session;
before(async () => {
  copyOf("all-MiniLM-L6-v2", path.join(kept, "by-mistake"));
  misconfigure(path.join(kept, "by-mistake"));
  copyOf("paraphrase-MiniLM-L3-v2", own);
  fs.rmSync(path.join(own, "encoder.json"));
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

const row = (text: string | RegExp) => code.page.locator(".sidebar .monaco-list-row").filter({ hasText: text }).first();
/** The rig's window shows no toasts; the list of notifications has them. */
const notice = (text: string | RegExp) =>
  code.page.locator(".notifications-center .notification-list-item").filter({ hasText: text }).first();
const showNotices = () => code.page.locator("[id='status.notifications']").click();

test("Test Encoder finds pooling by mistake, and one click puts the better variant beside it", async () => {
  await row("by-mistake").click({ button: "right" });
  await code.page.locator(".monaco-menu .action-item", { hasText: "Test Encoder" }).click({ delay: 200 });
  await row(/by-mistake.*testing/).waitFor();
  await row(/by-mistake.*! better settings/).waitFor({ timeout: TESTING_MS });
  const card = await code.webview(".report.failed");
  await card.locator(".report.passed h2", { hasText: "Self-test" }).waitFor();
  await card.locator(".report.failed", { hasText: "Use it as a variant: by-mistake+pooling=mean" }).waitFor();
  await showNotices();
  await notice(/by-mistake: Clearly better is mean pooling/)
    .locator(".monaco-button", { hasText: "Add as Variant" })
    .click();
  await row("mean pooling").locator('[role=checkbox][aria-checked="true"]').waitFor();
  await code.command("Clear All Notifications");
});

test("an encoder that was just added is tested by itself, and the tree says so", async () => {
  await code.command("Add Encoder from Folder");
  await code.page
    .locator(".quick-input-widget input[type=text]")
    .first()
    .fill(own + path.sep);
  await code.page.locator(".quick-input-widget .monaco-button", { hasText: "Add Encoder" }).click();
  await row(/sound-encoder.*✓ tested/).waitFor({ timeout: TESTING_MS });
});

test("the doctor says what it is at, and can be stopped", async () => {
  await code.command("Doctor");
  await showNotices();
  const running = notice(/self-test/);
  await running.waitFor();
  await running.locator(".monaco-button", { hasText: "Cancel" }).click();
  await running.waitFor({ state: "detached" });
});

/** A model folder with one precision. */
function copyOf(id: string, to: string): void {
  fs.cpSync(path.join(root, "models", id), to, {
    recursive: true,
    filter: (name) => !name.endsWith(".onnx") || name.endsWith("model_int8.onnx"),
  });
}

/** Files and card agree on a pooling that the model was not trained with. */
function misconfigure(at: string): void {
  fs.writeFileSync(path.join(at, "1_Pooling/config.json"), JSON.stringify({ pooling_mode_cls_token: true }));
  const file = path.join(at, "encoder.json");
  const record = JSON.parse(fs.readFileSync(file, "utf8")) as {
    manifest: { id: string; name: string; card: { pooling: string } };
  };
  Object.assign(record.manifest, { id: "by-mistake", name: "by-mistake" });
  record.manifest.card.pooling = "cls";
  fs.writeFileSync(file, JSON.stringify(record));
}
