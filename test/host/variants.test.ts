import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import type { Locator } from "playwright-core";

import { openVsCode, type Session } from "../../scripts/vscode/session.ts";
import { compareWhole } from "./steps.ts";

const root = path.resolve(import.meta.dirname, "../..");
const BASE = "paraphrase-MiniLM-L3-v2";

/** Encoders are opened and run meanwhile, perhaps on a machine that does much else. */
const ENCODED_MS = 120_000;
const MENU_TRIES = 5;
const MENU_DEAF_MS = 200;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sample-"));
let code: Session;
before(async () => {
  fs.cpSync(path.join(root, "sample"), folder, { recursive: true });
  code = await openVsCode({ extensions: [root], folder, theme: "dark", viewport: { width: 1600, height: 900 } });
  await code.viewContainer("Compare Embeddings");
});
after(async () => {
  await code.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

const row = (text: string | RegExp): Locator => code.page.locator(".sidebar .monaco-list-row", { hasText: text }).first();
const entry = (text: string): Locator => code.page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
const choose = async (text: string): Promise<void> => {
  await entry(text).waitFor();
  await entry(text).click();
};
const isTicked = async (of: Locator): Promise<boolean> =>
  (await of.locator('[role="checkbox"]').getAttribute("aria-checked")) === "true";

/** Chooses from the context menu of a row of the tree, which ignores the mouse for a moment after it has opened. */
async function onRow(of: Locator, action: string): Promise<void> {
  const item = code.page.locator(".monaco-menu .action-item", { hasText: action }).first();
  await of.click({ button: "right" });
  await item.waitFor();
  for (let tries = 0; tries < MENU_TRIES && (await item.isVisible()); tries++) {
    await code.page.waitForTimeout(MENU_DEAF_MS);
    await item.click({ timeout: 2000 }).catch(() => undefined);
    await item.waitFor({ state: "hidden", timeout: 1000 }).catch(() => undefined);
  }
  assert.ok(!(await item.isVisible()), `${action} was not taken`);
}

test("a variant is made of several settings, value by value, and stands ticked below its encoder", async () => {
  await row(BASE).waitFor();
  await onRow(row(BASE), "Add Variant");
  // Its own value tells the setting from the entry for all layers.
  await choose("the last, 3");
  for (const layer of ["Layer 0", "Layer 2"]) await choose(layer);
  await code.key("Enter");
  await choose("Pooling");
  await choose("cls");
  await code.key("Enter");
  await entry("layer 0 of 3, cls pooling · layer 2 of 3, cls pooling").waitFor();
  await choose("Add 2 variants");
  for (const label of ["layer 0 of 3, cls pooling", "layer 2 of 3, cls pooling"]) {
    await row(label).waitFor();
    assert.equal(await row(label).getAttribute("aria-level"), "2");
    assert.ok(await isTicked(row(label)), label);
  }
});

test("what is ticked is compared, variants beside their encoder by name", async () => {
  await row("layer 0 of 3").locator('[role="checkbox"]').click();
  await row("GloVe").locator('[role="checkbox"]').click();
  const panel = await compareWhole(code, "http.ts");
  await panel.locator(".agree").waitFor({ timeout: ENCODED_MS });
  const heads = await panel.locator(".tile").evaluateAll((all) => all.map((tile) => tile.querySelector("p")!.textContent.trim()));
  assert.deepEqual(heads, ["384 dimensions · 6 layers", "384 dimensions · 3 layers", "layer 2 of 3, cls pooling"]);
  assert.equal(await panel.locator(".plot.failed").count(), 0);
  // The other one can be switched on in the panel.
  await panel.locator(".chip", { hasText: "layer 0 of 3, cls pooling" }).click();
  await panel.locator("header h1", { hasText: "4 encoders" }).waitFor();
  await panel.locator(".tile").nth(3).locator(".plot[data-encoder]").waitFor({ timeout: ENCODED_MS });
});

test("one click compares all layers of an encoder, and with what a variant sets", async () => {
  await onRow(row(BASE), "Compare Layers");
  const panel = await code.webview(`header h1:has-text("layers of ${BASE}")`);
  await panel.locator(".layers").waitFor({ timeout: ENCODED_MS });
  assert.deepEqual(await panel.locator(".tile p:first-of-type").evaluateAll((all) => all.map((line) => line.textContent)), [
    "384 dimensions · 3 layers",
    "layer 0 of 3",
    "layer 1 of 3",
    "layer 2 of 3",
  ]);
  assert.equal(await panel.locator(".layers tbody tr").count(), 3);
});

test("encoders are grouped by a cause, and it is remembered with the variants after a reload", async () => {
  await code.command("Compare Embeddings: Group By");
  await choose("Architecture");
  await row("BERT encoder").waitFor();
  // A panel that comes back takes the focus, and closes a menu that is open.
  await code.command("View: Close All Editors");
  await code.page.evaluate(() => {
    document.body.setAttribute("data-before", "");
  });
  await code.command("Developer: Reload Window");
  await code.page.locator("body:not([data-before])").waitFor();
  await row("BERT encoder").waitFor({ timeout: 60_000 });
  await row("layer 2 of 3, cls pooling").waitFor();
  assert.ok(await isTicked(row("layer 2 of 3, cls pooling")));
  assert.ok(!(await isTicked(row("GloVe"))));
});

test("a removed variant is gone from the tree; its encoder stays", async () => {
  await onRow(row("layer 2 of 3, cls pooling"), "Remove Variant");
  await row("layer 2 of 3, cls pooling").waitFor({ state: "detached" });
  await row("layer 0 of 3, cls pooling").waitFor();
  await row(BASE).waitFor();
});
