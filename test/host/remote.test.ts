import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { openVsCode, type Session } from "../../scripts/vscode/session.ts";
import { startFakeServer, type FakeServer } from "../engine/remote/fakeServer.ts";
import { HEATMAP } from "./steps.ts";

const root = path.resolve(import.meta.dirname, "../..");
const kept = fs.mkdtempSync(path.join(os.tmpdir(), "remote-"));

let server: FakeServer;
let code: Session;
before(async () => {
  server = await startFakeServer();
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
  await server.close();
  fs.rmSync(kept, { recursive: true, force: true });
});

/** On two cores that others use too. */
const INDEXING_MS = 60_000;
const input = () => code.page.locator(".quick-input-widget input").first();
const row = (text: string | RegExp) => code.page.locator(".sidebar .monaco-list-row").filter({ hasText: text }).first();
const dialog = () => code.page.locator(".monaco-dialog-box");
const answer = async (button: string): Promise<void> => {
  await dialog().locator(".monaco-button", { hasText: button }).click();
  await dialog().waitFor({ state: "detached" });
};
/**
 * Runs a command by its title, with the keyboard alone: after a modal question the page of a headless browser may draw nothing
 * for a while, and a click waits for it to be drawn twice.
 */
const run = async (title: string): Promise<void> => {
  await code.key("Escape");
  await code.key("F1");
  await input().fill(`>${title}`);
  await code.page.locator(".quick-input-list .monaco-list-row.focused", { hasText: title }).waitFor();
  await code.key("Enter");
};
/** By the palette: a question that comes over a context menu keeps it open. */
const compare = async (file: string): Promise<void> => {
  await code.openFile(file);
  await code.selectAll();
  await run("Compare Embeddings: Compare Embeddings");
};
const enter = async (text: string): Promise<void> => {
  await input().fill(text);
  await code.key("Enter");
};

test("a remote encoder is added after its address was judged, by sentences that are nobody's", async () => {
  await row("all-MiniLM-L6-v2").waitFor();
  await code.command("Add Remote Encoder");
  await code.page.locator(".quick-input-list .monaco-list-row", { hasText: "OpenAI" }).click();
  await input().fill("http://10.0.0.1/v1");
  await code.page.locator(".quick-input-message", { hasText: "this machine alone" }).waitFor();
  await enter(`${server.origin}/v1`);
  await code.page.locator(".quick-input-message", { hasText: "Name of the model" }).waitFor();
  await enter("fake");
  await code.page.locator(".quick-input-message", { hasText: "secret storage" }).waitFor();
  await enter("sk-secret");
  await row(/fake/).locator('[role=checkbox][aria-checked="true"]').waitFor();
  await code.page.locator(".tab.active", { hasText: "fake" }).waitFor();
  assert.ok(server.seen.every(({ headers }) => headers.authorization === "Bearer sk-secret"));
  assert.ok(server.seen.flatMap(({ texts }) => texts).includes("Lighthouse"));
});

test("the first comparison asks, with the size of what would go; a no sends nothing and hides no other encoder", async () => {
  server.seen.length = 0;
  await compare("cache.ts");
  await dialog().waitFor();
  const asked = (await dialog().textContent()) ?? "";
  assert.match(asked, /Send texts of this workspace to http:\/\/127\.0\.0\.1:\d+\?/);
  assert.match(asked, /\d+ texts, [\d,]+ characters.*fake.*not encrypted, on this machine.*with the key/s);
  await answer("Cancel");
  const panel = await code.webview(HEATMAP);
  await panel.locator(".plot", { hasText: "not agreed" }).waitFor();
  assert.equal(server.seen.length, 0);
});

test("once allowed it takes part as any other, until consent is withdrawn", async () => {
  await run("Allow Remote Encoders");
  await dialog().waitFor();
  await answer("Send");
  await compare("http.ts");
  const panel = await code.webview('.plot[data-encoder^="fake@"] canvas');
  await panel.locator('.plot[data-encoder^="fake@"] canvas').first().waitFor();
  const sent = server.seen.length;
  assert.ok(sent > 0);

  await run("Withdraw Consent to Remote Encoders");
  await compare("notes.md");
  await dialog().waitFor();
  await answer("Cancel");
  await (await code.webview(HEATMAP)).locator(".plot", { hasText: "not agreed" }).waitFor();
  assert.equal(server.seen.length, sent);
});

test("the index fills without it, then offers how much waits for a consent, and goes on once it has it", async () => {
  server.seen.length = 0;
  await run("Index Workspace");
  await code.page.locator(".sidebar .monaco-list-row", { hasText: /fake.*You have not/ }).waitFor({ timeout: INDEXING_MS });
  // A toast may be gone by now, or never have had the room; what was offered stays in the list.
  await run("Notifications: Show Notifications");
  const offer = code.page.locator(".notifications-center .notification-list-item", { hasText: "wait for your consent" });
  await offer.waitFor();
  assert.match((await offer.textContent()) ?? "", /\d+ texts of the index wait for your consent to be sent to http:/);
  assert.equal(server.seen.length, 0);
  await offer.locator(".monaco-button", { hasText: "Review" }).click();
  await dialog().waitFor();
  assert.match((await dialog().textContent()) ?? "", /Sent now: \d+ texts, [\d,]+ characters/);
  await answer("Send");
  await code.page.locator(".sidebar .monaco-list-row", { hasText: /fake.*100 %/ }).waitFor({ timeout: INDEXING_MS });
  assert.ok(server.seen.some(({ texts }) => texts.length > 0));
});
