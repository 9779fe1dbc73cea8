import assert from "node:assert/strict";
import { test } from "node:test";

import type { FromCards, ToCards } from "../../src/protocol/cardsPanel.ts";
import { E5, GLOVE, LAYER, MINI, SHALLOW, showComparison } from "./cardsMessages.ts";
import { faults, painted, textsOf, THEMES, type Theme } from "./page.ts";
import { pagesOf } from "./pagesOf.ts";

const { open, tell, last } = pagesOf<ToCards, FromCards>("cards");

test("cards side by side say where they differ, from the one they are held against", async () => {
  const page = await open([showComparison([MINI, SHALLOW, LAYER], [MINI, LAYER, SHALLOW, GLOVE])]);
  const cell = (row: string, at: number) =>
    page
      .locator("tbody tr", { has: page.locator("th", { hasText: new RegExp(`^\\s*${row}`) }) })
      .locator("td")
      .nth(at);
  assert.deepEqual(await textsOf(page, "thead th bdi"), [
    "all-MiniLM-L6-v2",
    "",
    "paraphrase-MiniLM-L3-v2",
    "",
    "all-MiniLM-L6-v2",
    "layer 3 of 6, cls pooling",
  ]);
  assert.match((await cell("Architecture", 1).textContent()) ?? "", /≠\s*differs:/);
  assert.deepEqual(await cell("Architecture", 1).locator("mark").allTextContents(), ["3 layers"]);
  assert.equal(await cell("Dimensions", 1).locator(".sign").count(), 0);
  assert.equal((await cell("Hyperparameters", 1).textContent())?.trim(), "unknown");
  assert.equal(await cell("Hyperparameters", 1).locator(".sign").count(), 0, "what is unknown is not told to differ");
  assert.match((await cell("Layer", 2).textContent()) ?? "", /differs/);

  await page.getByLabel("Held against").selectOption(SHALLOW.id);
  await painted(page);
  assert.equal(await cell("Architecture", 1).locator(".sign").count(), 0);
  assert.equal(await cell("Architecture", 0).locator(".sign").count(), 1);

  await page.getByRole("button", { name: "Only what differs" }).click();
  await painted(page);
  const rows = await textsOf(page, "tbody th[scope=row]");
  assert.ok(rows.includes("Layer≠, differs") && !rows.some((row) => row.startsWith("Dimensions")), rows.join());
  const saved = await page.evaluate<{ view: unknown }[]>("window.saved");
  assert.deepEqual(saved.at(-1)?.view, { onlyDifferent: true, against: SHALLOW.id, grouping: "none", drafts: {} });
  await page.close();
});

test("columns are chosen by chips, open their cards, and are copied as Markdown and for a spreadsheet", async () => {
  const page = await open([showComparison([MINI, SHALLOW], [MINI, SHALLOW, GLOVE])]);
  await page.locator(".chip").nth(2).click();
  assert.deepEqual(await last(page), { type: "choose", encoders: [MINI.id, SHALLOW.id, GLOVE.id] });
  await page.locator("thead button").nth(1).click();
  assert.deepEqual(await last(page), { type: "openCard", id: SHALLOW.id });
  await page.getByRole("button", { name: "Copy as Markdown" }).click();
  const copied = await last(page);
  assert.ok(copied?.type === "copy" && copied.text.includes("| Dimensions |  | 384 | 384 |"));
  await page.getByRole("button", { name: "Copy as CSV" }).click();
  const sheet = await last(page);
  assert.ok(
    sheet?.type === "copy" &&
      sheet.format === "CSV" &&
      sheet.text.includes("Layer,≠,read from the last of 6,read from the last of 3\r\n"),
  );
  await painted(page);
  assert.equal(await page.locator("#live").textContent(), "Copied as CSV");
  await page.close();
});

test("columns are put together by a cause, with what they have in common above them", async () => {
  const page = await open([showComparison([GLOVE, MINI, E5, SHALLOW])]);
  await page.getByLabel("Group by").selectOption("architecture");
  await painted(page);
  assert.deepEqual(await textsOf(page, "thead .group"), ["static table", "BERT encoder"]);
  assert.deepEqual(
    await page.locator("thead .group").evaluateAll((heads) => heads.map((head) => (head as HTMLTableCellElement).colSpan)),
    [1, 3],
  );
  await page.close();
});

test("the heads and the first column stay while the table is scrolled by keys", async () => {
  const page = await open([showComparison([MINI, SHALLOW, GLOVE, E5, LAYER])]);
  await page.setViewportSize({ width: 700, height: 400 });
  await page.setViewportSize({ width: 700, height: 600 });
  const scroll = page.locator(".scroll");
  await scroll.focus();
  for (const key of ["PageDown", "ArrowRight", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
  await page.waitForFunction(() => {
    const { scrollTop, scrollLeft } = document.querySelector(".scroll")!;
    return scrollTop > 50 && scrollLeft > 50;
  });
  const box = (await scroll.boundingBox())!;
  const head = (await page.locator("thead th").first().boundingBox())!;
  assert.ok(Math.abs(head.y - box.y) < 40, "heads stay");
  const side = (await page.locator("tbody th[scope=row]").first().boundingBox())!;
  assert.ok(Math.abs(side.x - box.x) < 2, "the first column stays");
  await page.close();
});

test("one card, equal cards, no cards and an engine that is away each say what to do", async () => {
  const page = await open([showComparison([GLOVE], [GLOVE, MINI])]);
  await page.getByText("Choose another encoder above").waitFor();
  await tell(page, [showComparison([MINI, { ...MINI, id: "twin", name: "twin" }])]);
  await page.getByRole("button", { name: "Only what differs" }).click();
  await page.locator("vscode-button", { hasText: "Show all rows" }).click();
  await painted(page);
  assert.ok((await page.locator("tbody th[scope=row]").count()) > 10);
  await tell(page, [showComparison([], [MINI])]);
  await page.locator("vscode-button", { hasText: "Choose Encoders" }).click();
  assert.deepEqual(await last(page), { type: "chooseEncoders" });
  await page.close();

  const away = await open([{ type: "failed", error: { code: "processEnded", message: "The engine ended." } }]);
  await away.locator("vscode-button", { hasText: "Try again" }).click();
  assert.deepEqual(await last(away), { type: "ready" });
  await away.close();
});

for (const theme of Object.keys(THEMES) as Theme[])
  test(`axe finds no fault in cards side by side: ${theme}`, async () => {
    const page = await open([showComparison([MINI, SHALLOW, GLOVE, LAYER])], { theme });
    await page.getByLabel("Group by").selectOption("architecture");
    await painted(page);
    assert.deepEqual(await faults(page), []);
    await page.close();
  });
