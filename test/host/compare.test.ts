import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { openVsCode, type Session } from "../../scripts/vscode/session.ts";

const root = path.resolve(import.meta.dirname, "../..");

// A copy, because the editor saves by itself what the tests type.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sample-"));

let code: Session;
before(async () => {
  fs.cpSync(path.join(root, "sample"), folder, { recursive: true });
  code = await openVsCode({
    extensions: [root],
    folder,
    theme: "dark",
    viewport: { width: 1600, height: 900 },
  });
});
after(async () => {
  await code.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

test("a selection is compared by every encoder, from the editor's context menu", async () => {
  await code.openFile("http.ts");
  await code.key("Control+A");
  await code.page.locator(".editor-instance .selected-text").first().waitFor({ state: "attached" });
  await code.chooseFromContextMenu("Compare Embeddings");
  const panel = await code.webview(".plot[data-encoder] canvas");
  await panel.locator(".agree").waitFor();
  assert.equal(await panel.locator(".plot[data-encoder]").count(), 3);
  assert.match((await panel.locator("header h1").textContent()) ?? "", /http\.ts.*1 file · 6 segments · 3 encoders/s);
  assert.equal(await panel.locator(".neighbours ol").count(), 3);
});

test("a click on a cell selects both places in the editor", async () => {
  const panel = await code.webview(".plot[data-encoder] canvas");
  const before = await code.page.locator(".editor-instance .selected-text").count();
  const plot = panel.locator(".plot[data-encoder]").first();
  const box = (await plot.boundingBox())!;
  await plot.click({ position: { x: box.width * 0.6, y: box.height * 0.2 } });
  await code.page.waitForFunction(
    (count) => document.querySelectorAll(".editor-instance .selected-text").length !== count,
    before,
  );
  // The status bar counts the selections of the editor that has the focus.
  await code.key("Control+1");
  await code.page.locator(".statusbar-item", { hasText: "2 selections" }).waitFor();
});

test("an edit makes the comparison stale, and comparing again makes it fresh", async () => {
  const panel = await code.webview(".plot[data-encoder] canvas");
  await code.page.locator(".editor-instance .view-line").first().click();
  await code.key("Control+Home");
  await code.page.keyboard.type("// edited");
  await panel.locator(".banner", { hasText: "edited since" }).waitFor();
  await panel.locator(".banner vscode-button", { hasText: "Compare again" }).click();
  await panel.locator(".banner").waitFor({ state: "detached" });
  assert.equal(await panel.locator(".plot[data-encoder]").count(), 3);
});

test("the engine restarts under the panel and the next comparison works", async () => {
  await code.command("Compare Embeddings: Restart Engine");
  const panel = await code.webview(".plot[data-encoder] canvas");
  await panel.locator("header select").first().selectOption("lines");
  await panel.locator("header h1", { hasText: /[2-9]\d segments/ }).waitFor();
  await panel.locator(".agree").waitFor();
  assert.equal(await panel.locator(".plot[data-encoder]").count(), 3);
});

test("the sidebar lists encoders with ticks and the comparison just made", async () => {
  await code.viewContainer("Compare Embeddings");
  const rows = code.page.locator(".sidebar .monaco-list-row");
  await rows.filter({ hasText: "all-MiniLM-L6-v2" }).waitFor();
  assert.equal(await rows.filter({ hasText: "384 d" }).count(), 2);
  await rows.filter({ hasText: "http.ts" }).waitFor();
});
