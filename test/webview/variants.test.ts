import assert from "node:assert/strict";
import { test } from "node:test";

import type { Page } from "playwright-core";

import { withVariants } from "../../src/core/encoders/describeVariant.ts";
import { variantId } from "../../src/core/encoders/variant.ts";
import { atAllLayers } from "../../src/core/encoders/variantChoices.ts";
import type { FromNeighbours, ToNeighbours } from "../../src/protocol/neighboursPanel.ts";
import type { FromPanel, PanelEncoder, ToPanel } from "../../src/protocol/panel.ts";
import { comparisonMessages, tellPanel } from "./messages.ts";
import { begin, outcome } from "./neighboursMessages.ts";
import { faults, THEMES, type Theme } from "./page.ts";
import { pagesOf, type Opening } from "./pagesOf.ts";

const BASE = "all-MiniLM-L6-v2";
const OTHER = "glove";
const LONG = variantId(BASE, {
  layer: 3,
  pooling: "weightedmean",
  prompt: "Represent this sentence for searching relevant passages: ",
  maxTokens: 128,
  dimensions: 64,
});

const comparisons = pagesOf<ToPanel, FromPanel>("panel", tellPanel);
const searches = pagesOf<ToNeighbours, FromNeighbours>("neighbours");

/** Encoders of a machine that has variants of the first. */
function encoders(ids: readonly string[]): readonly PanelEncoder[] {
  const [first] = comparisonMessages(3, [BASE]);
  assert.ok(first?.type === "begin");
  const { card } = first.encoders[0]!;
  const bases: PanelEncoder[] = [
    { id: BASE, name: BASE, state: "loaded", card: { ...card, layers: 6, dimensions: 384 } },
    { id: OTHER, name: "GloVe", state: "loaded", card },
  ];
  return withVariants(bases, ids);
}

const LAYERS = atAllLayers(encoders([])[0]!);

/** A comparison by these; the agreement of each pair falls with the distance of their places. */
function messages(ids: readonly string[]): ToPanel[] {
  return comparisonMessages(12, ids).map((message): ToPanel => {
    if (message.type === "begin") return { ...message, encoders: encoders(ids) };
    if (message.type !== "finished") return message;
    const agreement = message.agreement.map((pair) => {
      const away = Math.abs(ids.indexOf(pair.a) - ids.indexOf(pair.b)) / ids.length;
      return { ...pair, debiasedCka: { ...pair.debiasedCka!, value: 1 - away } };
    });
    return { ...message, agreement };
  });
}

const openPanel = (ids: readonly string[], opening?: Opening): Promise<Page> => comparisons.open(messages(ids), opening);

/** Elements that reach out of the page to the right. */
const outOfSight = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const clipped = (element: Element): boolean =>
      element.closest(".scroll, .tip, .visually-hidden, aside section") !== null && element.closest("main.many aside") !== null;
    return [...document.querySelectorAll("#root *")]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !clipped(element))
      .map((element) => element.outerHTML.slice(0, 120));
  });

for (const width of [1280, 800, 400, 300])
  test(`long names break nothing at ${String(width)} pixels, and are whole in the tooltip and for screen readers`, async () => {
    const page = await openPanel([BASE, LONG, OTHER], { width });
    assert.deepEqual(await outOfSight(page), []);
    const head = page.locator(".tile").nth(1).locator("h3 button");
    assert.equal((await head.textContent())?.trim(), BASE);
    const name = encoders([LONG])[1]!.name;
    assert.match(name, / · layer 3 of 6, weighted-mean pooling, prompt “Represent .+”, at most 128 tokens, first 64 dimensions$/);
    assert.ok((await head.getAttribute("title"))?.startsWith(name));
    assert.match((await page.locator(".tile p").nth(1).textContent()) ?? "", /^layer 3 of 6, weighted-mean/);
    assert.ok((await page.locator(".plot").nth(1).getAttribute("aria-label"))?.includes(name));
    const chip = page.getByRole("button", { name: name.replace(" · ", ": "), exact: true });
    assert.equal(await chip.count(), 1);
    // Neither the id nor its escaped prompt is shown to anybody.
    assert.doesNotMatch(await page.locator("#root").innerText(), /\+layer=|%20/);
    await page.close();
  });

test("variants that are off do not push others away: many of them wait behind a button", async () => {
  const page = await openPanel([BASE, OTHER]);
  await comparisons.tell(page, [{ type: "encoders", encoders: encoders([...LAYERS, LONG]) }]);
  assert.equal(await page.locator(".chip:visible").count(), 3);
  const summary = page.locator(".off-chips summary");
  assert.equal((await summary.textContent())?.trim(), "7 more variants");
  await summary.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.deepEqual((await comparisons.lastOf(page, "compare")).encoders, [BASE, OTHER, `${BASE}+layer=0`]);
  assert.deepEqual(await faults(page), []);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".off-chips > div").isVisible(), false);
  assert.ok(await summary.evaluate((element) => element === document.activeElement));
  await page.close();
});

test("variants wear the colour of their encoder and each a mark of its own", async () => {
  const many = [...LAYERS, ...["cls", "max", "last"].map((pooling) => `${BASE}+pooling=${pooling}`), OTHER];
  const page = await openPanel(many);
  const marks = await page.locator(".chip i").evaluateAll((all) =>
    all.map((element) => {
      const { backgroundColor, clipPath, borderRadius } = getComputedStyle(element);
      return { colour: backgroundColor, whole: `${backgroundColor} ${clipPath} ${borderRadius}` };
    }),
  );
  assert.equal(marks.length, many.length);
  assert.equal(new Set(marks.map(({ whole }) => whole)).size, many.length, JSON.stringify(marks));
  const colours = marks.map(({ colour }) => colour);
  assert.equal(new Set(colours.slice(0, 7)).size, 1);
  assert.notEqual(colours[0], colours.at(-1));
  await page.close();
});

test("seven layers and poolings stand as small multiples, with a wide agreement and a course by layer", async () => {
  const many = [...LAYERS, `${BASE}+pooling=cls`, `${BASE}+layer=3+pooling=cls`, OTHER];
  const page = await openPanel(many);
  const tops = await page.locator(".tile").evaluateAll((all) => all.map((tile) => tile.getBoundingClientRect().top));
  assert.equal(tops.filter((top) => top === tops[0]).length, 7, "seven in the first row");
  const cell = (await page.locator(".agree tbody td").first().boundingBox())!;
  assert.ok(cell.width >= 34 && cell.height >= 30);
  const rows = await page
    .locator(".layers tbody tr")
    .evaluateAll((all) => all.map((row) => row.textContent.replace(/\s+/g, " ").trim()));
  assert.equal(rows.length, 6);
  assert.match(rows[0]!, /^0, embeddings/);
  assert.match(rows[5]!, /^5/);
  // Each list of neighbours says whose it is, since it no longer stands below its heatmap.
  assert.deepEqual((await page.locator(".whose").allInnerTexts()).slice(0, 2), [BASE, "layer 0 of 6"]);
  await page.close();
});

for (const theme of Object.keys(THEMES) as Theme[])
  test(`no accessibility fault with many variants in ${theme}`, async () => {
    const page = await openPanel([...LAYERS, LONG, OTHER], { theme });
    assert.deepEqual(await faults(page), []);
    await page.close();
  });

test("lists of neighbours say in two lines whose they are", async () => {
  const ids = [BASE, LONG];
  const piece = { label: "get", path: "a.ts", languageId: "typescript", line: 0, content: "get(): void {}" };
  const first = begin(ids, {});
  assert.ok(first.type === "begin");
  const told = [{ ...first, encoders: encoders(ids) }, ...ids.map((id) => outcome([piece], { id, texts: [0] }))];
  const page = await searches.open(told, { width: 700 });
  const tile = page.locator(".tile").nth(1);
  assert.equal(await tile.getAttribute("aria-label"), encoders([LONG])[1]!.name);
  assert.equal((await tile.locator("h3 button").textContent())?.trim(), BASE);
  assert.match((await tile.locator("p").first().textContent()) ?? "", /^layer 3 of 6/);
  assert.deepEqual(await outOfSight(page), []);
  await page.close();
});
