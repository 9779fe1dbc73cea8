import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { openVsCode, type Session } from "../../scripts/vscode/session.ts";
import { compareWhole, HEATMAP, seesThreeHeatmaps } from "./steps.ts";

const root = path.resolve(import.meta.dirname, "../..");

// A copy, because the editor saves by itself what the tests type.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sample-"));

/** Enough that encoding it lasts while a person opens the palette. */
const LONG_PARAGRAPHS = 400;
const WORDS = "cache time header value parse line reader token socket buffer queue retry limit date zone month list merge".split(
  " ",
);
const longText = (): string =>
  Array.from(
    { length: LONG_PARAGRAPHS },
    (_, row) =>
      Array.from({ length: 50 }, (_, at) => WORDS[(row * 7 + at * at + (row >> 3) * at) % WORDS.length]).join(" ") +
      ` ${String(row)}`,
  ).join("\n\n");

let code: Session;
before(async () => {
  fs.cpSync(path.join(root, "sample"), folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "long.txt"), longText());
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
  const panel = await compareWhole(code, "http.ts");
  await panel.locator(".agree").waitFor();
  await seesThreeHeatmaps(panel);
  assert.match((await panel.locator("header h1").textContent()) ?? "", /http\.ts.*1 file · 6 segments · 3 encoders/s);
  assert.equal(await panel.locator(".neighbours ol").count(), 3);
});

test("a click on a cell selects both places in the editor", async () => {
  const panel = await code.webview(HEATMAP);
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
  const panel = await code.webview(HEATMAP);
  await code.page.locator(".editor-instance .view-line").first().click();
  await code.key("Control+Home");
  await code.page.keyboard.type("// edited");
  await panel.locator(".banner", { hasText: "edited since" }).waitFor();
  await panel.locator(".banner vscode-button", { hasText: "Compare again" }).click();
  await panel.locator(".banner").waitFor({ state: "detached" });
  await seesThreeHeatmaps(panel);
});

test("the engine restarts under the panel and the next comparison works", async () => {
  await code.command("Compare Embeddings: Restart Engine");
  const panel = await code.webview(HEATMAP);
  await panel.locator("header select").first().selectOption("lines");
  await panel.locator("header h1", { hasText: /[2-9]\d segments/ }).waitFor();
  await panel.locator(".agree").waitFor();
  await seesThreeHeatmaps(panel);
});

test("a comparison under way survives a restart of the engine", async () => {
  const panel = await compareWhole(code, "long.txt", ".plot.placeholder");
  await panel.locator("header h1", { hasText: `${String(LONG_PARAGRAPHS)} segments` }).waitFor();
  await code.command("Compare Embeddings: Restart Engine");
  // Still under way, or this would prove nothing.
  assert.ok((await panel.locator(".plot.placeholder").count()) > 0);
  await panel.locator(".agree").waitFor({ timeout: 120_000 });
  await seesThreeHeatmaps(panel);
});

test("the sidebar lists encoders with ticks and the comparison just made", async () => {
  await code.viewContainer("Compare Embeddings");
  const rows = code.page.locator(".sidebar .monaco-list-row");
  await rows.filter({ hasText: "all-MiniLM-L6-v2" }).waitFor();
  assert.equal(await rows.filter({ hasText: "384 d" }).count(), 2);
  await rows.filter({ hasText: "http.ts" }).waitFor();
});

test("after a reload of the window the comparison is there again, as it was set", async () => {
  await code.page.locator(".tab", { hasText: "Compare: http.ts" }).click();
  const shown = await code.webview('header h1:has-text("http.ts")');
  await shown.locator(".agree").waitFor();
  await code.page.evaluate(() => {
    document.body.setAttribute("data-before", "");
  });
  await code.command("Developer: Reload Window");
  await code.page.locator("body:not([data-before])").waitFor();
  await code.page.locator(".monaco-workbench .statusbar").waitFor();
  const panel = await code.webview('header h1:has-text("http.ts")');
  // The long comparison comes back too, and both are embedded anew.
  await panel.locator(".agree").waitFor({ timeout: 120_000 });
  assert.equal(await panel.locator("header select").first().inputValue(), "lines");
  await seesThreeHeatmaps(panel);
});
