import assert from "node:assert/strict";
import { test } from "node:test";

import type { FromCards, ToCards } from "../../src/protocol/cardsPanel.ts";
import {
  detailsOf,
  E5,
  EDITED_MINI,
  FAILED_SELF_TEST,
  GLOVE,
  MINI,
  PUBLISHED,
  SHALLOW,
  showCard,
  variantOf,
} from "./cardsMessages.ts";
import { faults, focused, painted, postAll, textsOf, THEMES, type Theme } from "./page.ts";
import { pagesOf } from "./pagesOf.ts";

const { open, tell, last } = pagesOf<ToCards, FromCards>("cards");

test("a card shows the eight causes with their sources, numbers, prompts, licence and what lies on the disk", async () => {
  const page = await open([showCard(E5)]);
  assert.deepEqual(await textsOf(page, ".fact dt"), [
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
  assert.equal((await textsOf(page, ".value"))[0], E5.card.causes.architecture.value);
  assert.equal(await page.locator(".source a").first().getAttribute("href"), E5.card.causes.architecture.source);
  assert.deepEqual(
    await textsOf(page, ".prompts code"),
    Object.values(E5.card.prompts).map((text) => text.trim()),
  );
  assert.ok((await textsOf(page, ".numbers > div")).includes("Dimensions 384"));
  assert.deepEqual(await textsOf(page, ".precisions li"), ["q4130 MB"]);
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
  const page = await open([showCard(MINI)]);
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
    showCard(EDITED_MINI, { details: detailsOf(MINI.id, { published: PUBLISHED }) }),
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
  const page = await open([showCard(MINI)]);
  const edit = async (): Promise<void> => {
    await page.locator('[data-edit="objective"]').click();
    await painted(page);
  };
  await edit();
  await page.locator("textarea").fill("something else");
  await page.keyboard.press("Escape");
  await painted(page);
  assert.equal(await page.locator("textarea").count(), 0);
  assert.equal(await focused(page), "objective");
  await edit();
  await page.keyboard.press("Enter");
  await painted(page);
  assert.equal(await page.locator("textarea").count(), 0);
  assert.deepEqual(await last(page), { type: "ready" });
  await page.close();
});

test("a fact, or all of them, is given back to the publisher", async () => {
  const page = await open([showCard(EDITED_MINI, { details: detailsOf(MINI.id, { published: PUBLISHED }) })]);
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
  const page = await open([showCard(MINI)], { saved: { spec: null, view: { drafts } } });
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
  const page = await open([showCard({ ...MINI, state: "failed", error }, { reports: [FAILED_SELF_TEST] })]);
  await page.locator(".banner", { hasText: "It was refused. Use another export." }).waitFor();
  await page.locator(".banner vscode-button", { hasText: "Open Log" }).click();
  assert.deepEqual(await last(page), { type: "openLog" });
  assert.match((await textsOf(page, ".report > ul > li"))[0] ?? "", /Right width failed: 383, not 384\.\s?Fetch it again\./);
  await page.locator(".report vscode-button").click();
  assert.deepEqual(await last(page), { type: "runReport", report: "selfTest" });
  await tell(page, [showCard({ ...MINI, state: "missing", precisions: [] })]);
  await page.getByText("not on this machine, so it cannot run").waitFor();
  await page.close();
});

test("strange messages and names change nothing", async () => {
  const name = "<img src=x onerror=alert(1)>\u202Eabc" + "x".repeat(300);
  const odd = {
    ...MINI,
    name,
    card: { ...MINI.card, homepage: "javascript:alert(1)", licence: { value: name, source: "https://[" } },
  };
  const page = await open([showCard(odd)]);
  await postAll(page, [{ type: "show" }, { type: "nonsense" }, null, 7]);
  await painted(page);
  assert.equal(await page.locator("img").count(), 0);
  assert.equal(await page.locator('a[href^="javascript"]').count(), 0);
  assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
  await page.close();
});

for (const theme of Object.keys(THEMES) as Theme[])
  test(`axe finds no fault in a card: ${theme}`, async () => {
    const page = await open(
      [showCard(EDITED_MINI, { details: detailsOf(MINI.id, { published: PUBLISHED }), reports: [FAILED_SELF_TEST] })],
      {
        theme,
      },
    );
    await page.locator('[data-edit="objective"]').click();
    await page.locator(".files summary").click();
    await painted(page);
    assert.deepEqual(await faults(page), []);
    await page.close();
  });
