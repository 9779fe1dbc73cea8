import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import type { Frame } from "playwright-core";

import { openVsCode, type Session } from "../../scripts/vscode/session.ts";
import { HEATMAP, paragraphs } from "./steps.ts";

const root = path.resolve(import.meta.dirname, "../..");
// A copy, because the tests write into it.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "neighbours-"));

let code: Session;
before(async () => {
  fs.cpSync(path.join(root, "sample"), folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "long.md"), paragraphs(300));
  fs.writeFileSync(path.join(folder, ".env"), "TOKEN=1\n");
  code = await openVsCode({
    extensions: [root],
    folder,
    theme: "dark",
    viewport: { width: 1600, height: 900 },
    // Nobody answers at that port.
    settings: { "files.autoSave": "off", "compareEmbeddings.shared.address": "127.0.0.1:1" },
  });
});
after(async () => {
  await code.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Encoders' percents run while a person looks; the last one comes when all have a vector. */
const INDEXING_MS = 60_000;
const row = (text: RegExp) => code.page.locator(".sidebar .monaco-list-row").filter({ hasText: text }).first();
const statusItem = (text: string | RegExp) => code.page.locator(".statusbar-item", { hasText: text });

async function coversAll(): Promise<void> {
  for (const name of ["all-MiniLM-L6-v2", "paraphrase-MiniLM-L3-v2", "GloVe 6B 100d"])
    await row(new RegExp(`${name}.*100 %`)).waitFor({ timeout: INDEXING_MS });
}

/** A list per encoder, and BM25's, that show something. */
async function seesFourLists(panel: Frame): Promise<void> {
  for (const id of ["all-MiniLM-L6-v2", "paraphrase-MiniLM-L3-v2", "glove-6b-100d-50k", "bm25"])
    await panel.locator(`.hit[data-column="${id}"]`).first().waitFor();
}

async function searchByMeaning(words: string): Promise<void> {
  await code.command("Compare Embeddings: Search by Meaning");
  const input = code.page.locator(".quick-input-widget input[type=text]").first();
  await code.page.locator(".quick-input-title", { hasText: "Search by Meaning" }).waitFor();
  await input.fill(words);
  await code.key("Enter");
}

test("the tree offers to index; indexing pauses, resumes, and comes to cover all for every encoder", async () => {
  await code.viewContainer("Compare Embeddings");
  await code.page.locator(".sidebar .monaco-button", { hasText: "Index Workspace" }).click();
  await statusItem(/\d %/).waitFor();
  await code.command("Compare Embeddings: Pause Indexing");
  await row(/MiniLM.*\d+ of \d+/).waitFor();
  await code.command("Compare Embeddings: Resume Indexing");
  await coversAll();
  await row(/6 files.*segments.*on disk/).waitFor();
  await row(/Skipped/).waitFor();
  // Nothing is left to say in the status bar.
  await statusItem("Embeddings").waitFor();
});

test("a selection's nearest neighbours are found from the context menu, and a click moves the editor to one", async () => {
  await code.openFile("http.ts");
  await code.selectLines(2, 5);
  await code.chooseFromContextMenu("Find Nearest Neighbours");
  const panel = await code.webview(".hit");
  await seesFourLists(panel);
  await panel.locator(".hit", { hasText: "cache.ts" }).first().click();
  await code.page.locator(".tab.active", { hasText: "cache.ts" }).waitFor();
  await code.page.locator(".editor-instance .selected-text").first().waitFor({ state: "attached" });
});

test("search by meaning asks for words, uses the same panel, and remembers them", async () => {
  const words = "how long ago something was";
  await searchByMeaning(words);
  const panel = await code.webview('.hit:has-text("dates.py")');
  await seesFourLists(panel);
  assert.equal(await code.page.locator(".tab", { hasText: /^(Search|Neighbours):/ }).count(), 1);
  await code.command("Compare Embeddings: Search by Meaning");
  await code.page.locator(".quick-input-list .monaco-list-row", { hasText: words }).waitFor();
  await code.key("Escape");
  await code.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
});

test("a kept panel is left to itself by the next search, and what was found is compared in heatmaps", async () => {
  const first = await code.webview('.hit:has-text("dates.py")');
  await first.locator("[aria-pressed]", { hasText: "Keep" }).click();
  await searchByMeaning("forget what was not used");
  const panel = await code.webview('h1:has-text("forget")');
  await seesFourLists(panel);
  await code.page.locator(".tab", { hasText: "Search: forget" }).waitFor();
  await code.page.locator(".tab", { hasText: "Search: how long" }).waitFor();
  await panel.getByText("Compare these").click();
  await code.webview(HEATMAP);
  await code.page.locator(".tab", { hasText: "Compare: Search: forget" }).waitFor();
});

test("nothing goes to a shared server before the user has agreed to it", async () => {
  const dialog = code.page.locator(".monaco-dialog-box");
  await code.command("Compare Embeddings: Share Index with a Server");
  await dialog.waitFor();
  assert.match((await dialog.textContent()) ?? "", /to 127\.0\.0\.1:1\?.*\d+ texts of 6 files.*by TLS/s);
  await dialog.locator(".monaco-button", { hasText: "Send" }).click();
  // The rig's window shows no toasts; the list of notifications has them.
  await code.page.locator("[id='status.notifications']").click();
  await code.page.locator(".notification-list-item-message", { hasText: "cannot be reached" }).waitFor({ timeout: INDEXING_MS });
});

test("text that is not saved is found", async () => {
  await code.openFile("notes.md");
  await code.page.locator(".editor-group-container.active .editor-instance .view-line").first().click();
  await code.key("Control+Home");
  await code.page.keyboard.type("Zeppelins vaporise quietly over the purple harbour.\n\n");
  await code.page.locator(".tab.dirty", { hasText: "notes.md" }).waitFor();
  const found = '.hit[data-row="0"]:has-text("Zeppelins")';
  // Text is taken in a moment after typing.
  await code.page.waitForTimeout(1000);
  await searchByMeaning("zeppelins that vaporise");
  await seesFourLists(await code.webview(found));
});

test("after a reload of the window the index is there, and so is the search", async () => {
  await code.page.evaluate(() => {
    document.body.setAttribute("data-before", "");
  });
  await code.command("Developer: Reload Window");
  await code.page.locator("body:not([data-before])").waitFor();
  await code.page.locator(".monaco-workbench .statusbar").waitFor();
  await seesFourLists(await code.webview(".hit"));
  // The sidebar stays open on what it showed.
  await coversAll();
});
