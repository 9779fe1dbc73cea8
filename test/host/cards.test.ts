import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import type { Locator } from "playwright-core";

import { openVsCode, type Session } from "../../scripts/vscode/session.ts";
import { compareWhole } from "./steps.ts";

const root = path.resolve(import.meta.dirname, "../..");
const ID = "paraphrase-MiniLM-L3-v2";
/** Where $SHOTS says, if it does: to look at. */
const SHOTS = process.env["SHOTS"];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sample-"));
const kept = fs.mkdtempSync(path.join(os.tmpdir(), "encoders-"));
const file = path.join(kept, ".cards", `${ID}.json`);

let code: Session;
before(async () => {
  fs.cpSync(path.join(root, "sample"), folder, { recursive: true });
  code = await openVsCode({
    extensions: [root],
    folder,
    theme: "dark",
    viewport: { width: 1600, height: 900 },
    env: { COMPARE_EMBEDDINGS_ENCODERS: kept },
  });
  await code.viewContainer("Compare Embeddings");
});
after(async () => {
  await code.close();
  for (const place of [folder, kept]) fs.rmSync(place, { recursive: true, force: true });
});

const row = (text: string): Locator => code.page.locator(".sidebar .monaco-list-row", { hasText: text }).first();
const shoot = async (name: string): Promise<void> => {
  if (SHOTS !== undefined) await code.shot(path.join(SHOTS, `${name}.png`));
};

test("a click on an encoder opens its card, another one shows there too", async () => {
  await row("all-MiniLM-L6-v2").click();
  await code.webview('header h1:has-text("all-MiniLM-L6-v2")');
  await row(ID).click();
  const card = await code.webview(`header h1:has-text("${ID}")`);
  assert.equal(await card.locator(".fact").count(), 9);
  assert.equal(await code.page.locator(".tab", { hasText: "Card: " }).count(), 1);
  await card.locator(".precisions li").first().waitFor();
  await shoot("card");
});

test("a fact is edited by the keyboard, kept on the disk and shown as the user's", async () => {
  const card = await code.webview(`header h1:has-text("${ID}")`);
  await card.locator('[data-edit="domain"]').focus();
  await code.key("Enter");
  await card.locator("textarea:focus").fill("poems of my own");
  await code.key("Enter");
  await card.locator(".fact.edited", { hasText: "poems of my own" }).waitFor();
  assert.match((await card.locator(".fact.edited").textContent()) ?? "", /edited by you · the publisher says: English text/);
  assert.deepEqual(JSON.parse(fs.readFileSync(file, "utf8")), { format: 1, id: ID, facts: { domain: "poems of my own" } });
  await shoot("edited");
});

test("what was edited drives how a comparison is grouped, and stands in the comparison of cards", async () => {
  const panel = await compareWhole(code, "http.ts");
  await panel.locator(".agree").waitFor({ timeout: 120_000 });
  await panel.getByLabel("Group by").selectOption("domain");
  await panel.locator(".tile > .group", { hasText: "poems of my own" }).waitFor();
  await shoot("grouped");
  await code.command("Compare Embeddings: Compare Cards of Chosen Encoders");
  const table = await code.webview(".comparison table");
  assert.equal(await table.locator("thead th").count(), 3);
  const domain = table.locator("tbody tr", { has: table.locator("th", { hasText: "Domain" }) });
  assert.match((await domain.textContent()) ?? "", /poems of my own\s*edited by you/);
  await shoot("comparison");
});

test("cards come back after a reload, and a fact is given back to the publisher", async () => {
  await code.page.locator(".tab", { hasText: `Card: ${ID}` }).click();
  await code.page.evaluate(() => {
    document.body.setAttribute("data-before", "");
  });
  await code.command("Developer: Reload Window");
  await code.page.locator("body:not([data-before])").waitFor();
  const card = await code.webview(".fact.edited");
  await card.getByRole("button", { name: "Use the publisher’s" }).click();
  await card.locator(".fact.edited").waitFor({ state: "detached" });
  assert.ok(!fs.existsSync(file));
});
