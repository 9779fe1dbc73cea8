import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { launchChromium } from "../../scripts/chromium.ts";
import { EDITED } from "../../src/core/encoders/editedCard.ts";
import type { CardReport, FromCards, ToCards } from "../../src/protocol/cardsPanel.ts";
import { detailsOf, E5, GLOVE, MINI, SHALLOW, showCard, showComparison, variantOf } from "./cardsMessages.ts";
import { faults, openPage, painted, THEMES, type Theme } from "./page.ts";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(async () => {
  await browser.close();
});

async function openCards(
  messages: readonly ToCards[],
  { theme = "vscode-dark", saved }: { theme?: Theme; saved?: unknown } = {},
): Promise<Page> {
  const page = await openPage(browser, "cards", theme, saved);
  await tell(page, messages);
  return page;
}

async function tell(page: Page, messages: readonly ToCards[]): Promise<void> {
  await page.evaluate((told) => {
    for (const message of told) window.postMessage(message);
  }, messages);
  await painted(page);
}

const last = async (page: Page): Promise<FromCards | undefined> => (await page.evaluate<FromCards[]>("window.sent")).at(-1);
const texts = async (page: Page, selector: string): Promise<string[]> =>
  (await page.locator(selector).allTextContents()).map((text) => text.replace(/\s+/g, " ").trim());
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { dataset, tagName } = document.activeElement as HTMLElement;
    return dataset["field"] ?? dataset["edit"] ?? tagName;
  });

const published = { domain: MINI.card.causes.domain };
const edited = {
  ...MINI,
  card: { ...MINI.card, causes: { ...MINI.card.causes, domain: { value: "our wiki", source: EDITED } } },
};
const report: CardReport = {
  id: "selfTest",
  title: "Self-test",
  verdict: "failed",
  summary: "1 of 2 checks failed.",
  lines: [
    { title: "Finite numbers", outcome: "pass", said: "All are." },
    { title: "Right width", outcome: "fail", said: "383, not 384.", todo: "Fetch it again." },
  ],
  action: "Test again",
};

test("a card shows the eight causes with their sources, numbers, prompts, licence and what lies on the disk", async () => {
  const page = await openCards([showCard(E5)]);
  assert.deepEqual(await texts(page, ".fact dt"), [
    "Architecture",
    "Training data",
    "Objective",
    "Pretrained base",
    "Hyperparameters",
    "Domain",
    "Layer",
    "Transfer",
    "Licence",
  ]);
  assert.equal((await texts(page, ".value"))[0], E5.card.causes.architecture.value);
  assert.equal(await page.locator(".source a").first().getAttribute("href"), E5.card.causes.architecture.source);
  assert.deepEqual(
    await texts(page, ".prompts code"),
    Object.values(E5.card.prompts).map((text) => text.trim()),
  );
  assert.ok((await texts(page, ".numbers > div")).includes("Dimensions 384"));
  assert.deepEqual(await texts(page, ".precisions li"), ["q4130 MB"]);
  await page.locator(".files summary").click();
  assert.equal(await page.locator(".files li").count(), 5);
  await page.getByRole("button", { name: "Show folder" }).click();
  assert.deepEqual(await last(page), { type: "revealFolder" });
  await page.getByRole("button", { name: "Compare cards" }).click();
  assert.deepEqual(await last(page), { type: "compareCards", encoders: [E5.id] });
  await tell(page, [showCard({ ...SHALLOW, card: { ...SHALLOW.card, parameters: null } })]);
  assert.equal(await page.locator(".unknown").count(), 2, "what no source says is told to be unknown");
  await page.close();
});

test("a fact is edited in place, kept while it is saved, and the keyboard comes back to where it was", async () => {
  const page = await openCards([showCard(MINI)]);
  await page.locator('[data-edit="domain"]').focus();
  await page.keyboard.press("Enter");
  await painted(page);
  assert.equal(await focused(page), "domain");
  const box = page.locator("textarea");
  assert.equal(await box.inputValue(), MINI.card.causes.domain.value);
  await box.fill("our wiki");
  await page.keyboard.press("Enter");
  assert.deepEqual(await last(page), { type: "edit", id: MINI.id, changes: { domain: "our wiki" } });
  assert.ok(await box.evaluate((area: HTMLTextAreaElement) => area.readOnly));
  // Another change of the list arrives meanwhile: nothing of the draft is lost.
  await tell(page, [showCard({ ...MINI, state: "loaded" })]);
  assert.equal(await box.inputValue(), "our wiki");

  const error = { code: "unreadable", message: "The card could not be written.", hint: "See that the disk has room." } as const;
  await tell(page, [{ type: "notSaved", id: MINI.id, fields: ["domain"], error }]);
  await page.getByRole("alert").getByText("The card could not be written.").waitFor();
  await box.press("Enter");
  await tell(page, [
    showCard(edited, { details: detailsOf(MINI.id, { published }) }),
    { type: "saved", id: MINI.id, fields: ["domain"] },
  ]);
  assert.equal(await box.count(), 0);
  assert.equal(await focused(page), "domain");
  assert.match(
    (await page.locator(".fact.edited").textContent()) ?? "",
    /our wiki\s*edited by you · the publisher says: English text/,
  );
  await page.close();
});

test("Escape leaves a fact as it was, and saving what is unchanged sends nothing", async () => {
  const page = await openCards([showCard(MINI)]);
  const open = async (): Promise<void> => {
    await page.locator('[data-edit="objective"]').click();
    await painted(page);
  };
  await open();
  await page.locator("textarea").fill("something else");
  await page.keyboard.press("Escape");
  await painted(page);
  assert.equal(await page.locator("textarea").count(), 0);
  assert.equal(await focused(page), "objective");
  await open();
  await page.keyboard.press("Enter");
  await painted(page);
  assert.equal(await page.locator("textarea").count(), 0);
  assert.deepEqual(await last(page), { type: "ready" });
  await page.close();
});

test("a fact, or all of them, is given back to the publisher", async () => {
  const page = await openCards([showCard(edited, { details: detailsOf(MINI.id, { published }) })]);
  await page.getByRole("button", { name: "Use the publisher’s" }).click();
  assert.deepEqual(await last(page), { type: "edit", id: MINI.id, changes: { domain: null } });
  await page.getByRole("button", { name: "Reset card" }).click();
  assert.deepEqual(await last(page), { type: "edit", id: MINI.id, changes: { domain: null } });
  await tell(page, [showCard(MINI)]);
  assert.equal(await page.getByRole("button", { name: "Reset card" }).count(), 0);
  await page.close();
});

test("drafts outlive a reload and a look at another card; a variant's card and one without a place are not edited", async () => {
  const drafts = { [`domain ${MINI.id}`]: "half a thou" };
  const page = await openCards([showCard(MINI)], { saved: { spec: null, view: { drafts } } });
  assert.equal(await page.locator("textarea").inputValue(), "half a thou");
  assert.equal(await focused(page), "BODY");
  await tell(page, [showCard(GLOVE)]);
  assert.equal(await page.locator("textarea").count(), 0);
  await tell(page, [showCard(MINI)]);
  assert.equal(await page.locator("textarea").inputValue(), "half a thou");

  await tell(page, [showCard(variantOf(MINI, { layer: 3 }))]);
  assert.equal(await page.locator("[data-edit]").count(), 0);
  assert.match((await page.locator("header h1").textContent()) ?? "", /all-MiniLM-L6-v2\s+layer 3 of 6/);
  await page.getByRole("button", { name: "Card of its base" }).click();
  assert.deepEqual(await last(page), { type: "openCard", id: MINI.id });
  await tell(page, [showCard(MINI, { details: detailsOf(MINI.id, { editable: false }) })]);
  assert.equal(await page.locator("[data-edit]").count(), 0);
  await page.close();
});

test("an encoder that failed or is not there says so; a report tells what failed first", async () => {
  const error = { code: "badModel", message: "It was refused.", hint: "Use another export." } as const;
  const page = await openCards([showCard({ ...MINI, state: "failed", error }, { reports: [report] })]);
  await page.locator(".banner", { hasText: "It was refused. Use another export." }).waitFor();
  await page.locator(".banner vscode-button", { hasText: "Open Log" }).click();
  assert.deepEqual(await last(page), { type: "openLog" });
  assert.match((await texts(page, ".report > ul > li"))[0] ?? "", /Right width failed: 383, not 384\.\s?Fetch it again\./);
  await page.locator(".report vscode-button").click();
  assert.deepEqual(await last(page), { type: "runReport", report: "selfTest" });
  await tell(page, [showCard({ ...MINI, state: "missing", precisions: [] })]);
  await page.getByText("not on this machine, so it cannot run").waitFor();
  await page.close();
});

const layer = variantOf(MINI, { layer: 3, pooling: "cls" });

test("cards side by side say where they differ, from the one they are held against", async () => {
  const page = await openCards([showComparison([MINI, SHALLOW, layer], [MINI, layer, SHALLOW, GLOVE])]);
  const cell = (row: string, at: number) =>
    page
      .locator("tbody tr", { has: page.locator("th", { hasText: new RegExp(`^\\s*${row}`) }) })
      .locator("td")
      .nth(at);
  assert.deepEqual(await texts(page, "thead th bdi"), [
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
  const rows = await texts(page, "tbody th[scope=row]");
  assert.ok(rows.includes("Layer≠, differs") && !rows.some((row) => row.startsWith("Dimensions")), rows.join());
  const saved = await page.evaluate<{ view: unknown }[]>("window.saved");
  assert.deepEqual(saved.at(-1)?.view, { onlyDifferent: true, against: SHALLOW.id, grouping: "none", drafts: {} });
  await page.close();
});

test("columns are chosen by chips, open their cards, and are copied as Markdown and for a spreadsheet", async () => {
  const page = await openCards([showComparison([MINI, SHALLOW], [MINI, SHALLOW, GLOVE])]);
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
  const page = await openCards([showComparison([GLOVE, MINI, E5, SHALLOW])]);
  await page.getByLabel("Group by").selectOption("architecture");
  await painted(page);
  assert.deepEqual(await texts(page, "thead .group"), ["static table", "BERT encoder"]);
  assert.deepEqual(
    await page.locator("thead .group").evaluateAll((heads) => heads.map((head) => (head as HTMLTableCellElement).colSpan)),
    [1, 3],
  );
  await page.close();
});

test("the heads and the first column stay while the table is scrolled by keys", async () => {
  const page = await openCards([showComparison([MINI, SHALLOW, GLOVE, E5, layer])]);
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
  const page = await openCards([showComparison([GLOVE], [GLOVE, MINI])]);
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

  const away = await openCards([{ type: "failed", error: { code: "processEnded", message: "The engine ended." } }]);
  await away.locator("vscode-button", { hasText: "Try again" }).click();
  assert.deepEqual(await last(away), { type: "ready" });
  await away.close();
});

test("strange messages and names change nothing", async () => {
  const name = "<img src=x onerror=alert(1)>\u202Eabc" + "x".repeat(300);
  const odd = {
    ...MINI,
    name,
    card: { ...MINI.card, homepage: "javascript:alert(1)", licence: { value: name, source: "https://[" } },
  };
  const page = await openCards([showCard(odd)]);
  await tell(page, [{ type: "show" }, { type: "nonsense" }, null, 7] as unknown as ToCards[]);
  assert.equal(await page.locator("img").count(), 0);
  assert.equal(await page.locator('a[href^="javascript"]').count(), 0);
  assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
  await page.close();
});

for (const theme of Object.keys(THEMES) as Theme[])
  test(`axe finds no fault in the page of cards: ${theme}`, async () => {
    const page = await openCards([showCard(edited, { details: detailsOf(MINI.id, { published }), reports: [report] })], {
      theme,
    });
    await page.locator('[data-edit="objective"]').click();
    await page.locator(".files summary").click();
    await painted(page);
    assert.deepEqual(await faults(page), []);
    await tell(page, [showComparison([MINI, SHALLOW, GLOVE, layer])]);
    await page.getByLabel("Group by").selectOption("architecture");
    await painted(page);
    assert.deepEqual(await faults(page), []);
    await page.close();
  });
