/** Cards drive how columns are put together, in the comparison as in the search. */
import assert from "node:assert/strict";
import { test } from "node:test";

import type { Page } from "playwright-core";

import { BM25, type FromNeighbours, type ToNeighbours } from "../../src/protocol/neighboursPanel.ts";
import type { FromPanel, PanelEncoder, ToPanel } from "../../src/protocol/panel.ts";
import { comparisonMessages, tellPanel } from "./messages.ts";
import { begin, duplicatesMessages, finished, hubsMessages, outcome, pieces } from "./neighboursMessages.ts";
import { faults, painted, THEMES, type Theme } from "./page.ts";
import { pagesOf, type Opening } from "./pagesOf.ts";

const comparisons = pagesOf<ToPanel, FromPanel>("panel", tellPanel);
const searches = pagesOf<ToNeighbours, FromNeighbours>("neighbours");

const ARCHITECTURES: Readonly<Record<string, string>> = {
  alpha: "BERT encoder, 6 layers",
  beta: "static table, of words",
  gamma: "BERT encoder, 3 layers",
};

const withCards = <M extends { readonly type: string }>(message: M): M =>
  "encoders" in message
    ? {
        ...message,
        encoders: (message.encoders as PanelEncoder[]).map((encoder) => ({
          ...encoder,
          card: {
            ...encoder.card,
            causes: { ...encoder.card.causes, architecture: { value: ARCHITECTURES[encoder.id] ?? "unknown" } },
          },
        })),
      }
    : message;

const comparison: readonly ToPanel[] = comparisonMessages(12, ["alpha", "delta", "beta", "gamma"]).map(withCards);

const openComparison = (opening?: Opening): Promise<Page> => comparisons.open(comparison, opening);

const heads = async (page: Page): Promise<string[]> =>
  (await page.locator(".similarity .tile h3").allTextContents()).map((text) => text.trim());
const lines = async (page: Page): Promise<string[]> =>
  (await page.locator(".tile > .group").allTextContents()).map((text) => text.replace(/^\s*Architecture:\s*/, "").trim());

test("heatmaps and their lists stand in groups by a cause, the unknown last, and go back", async () => {
  const page = await openComparison();
  assert.deepEqual(await heads(page), ["alpha", "delta", "beta", "gamma"]);
  await page.getByLabel("Group by").selectOption("architecture");
  await painted(page);
  assert.deepEqual(await heads(page), ["alpha", "gamma", "beta", "delta"]);
  assert.deepEqual(await lines(page), ["BERT encoder", "BERT encoder", "static table", "unknown"]);
  assert.equal(await page.locator(".tile > .group.first").count(), 3);
  assert.deepEqual(
    await page.locator(".neighbours ol").evaluateAll((lists) => lists.map((list) => list.getAttribute("aria-label"))),
    ["alpha", "gamma", "beta", "delta"].map((id) => `Neighbours by ${id}`),
  );
  // The labels still stand beside the first row of cells.
  const [labels, plot] = await Promise.all([".labels", ".plot"].map((part) => page.locator(part).first().boundingBox()));
  assert.ok(Math.abs(labels!.y - plot!.y) <= 2, `${labels!.y} beside ${plot!.y}`);

  // An edited card moves its column.
  const card = (comparison[0] as Extract<ToPanel, { type: "begin" }>).encoders;
  const edited = card.map((encoder) =>
    encoder.id === "delta"
      ? { ...encoder, card: { ...encoder.card, causes: { ...encoder.card.causes, architecture: { value: "static table" } } } }
      : encoder,
  );
  await comparisons.tell(page, [{ type: "encoders", encoders: edited }]);
  assert.deepEqual(await heads(page), ["alpha", "gamma", "delta", "beta"]);

  await page.getByLabel("Group by").selectOption("none");
  await painted(page);
  assert.deepEqual(await heads(page), ["alpha", "delta", "beta", "gamma"]);
  assert.equal(await page.locator(".group").count(), 0);
  await page.close();
});

test("the grouping of a comparison outlives a reload; one that was never there is none", async () => {
  const page = await openComparison({ saved: { spec: null, view: { scale: "cosine", grouping: "architecture" } } });
  assert.deepEqual(await heads(page), ["alpha", "gamma", "beta", "delta"]);
  const saved = await page.evaluate<{ view: { grouping: string } }[]>("window.saved");
  assert.equal(saved.at(-1)?.view.grouping, "architecture");
  await page.close();
  const odd = await openComparison({ saved: { spec: null, view: { grouping: "colour" } } });
  assert.deepEqual(await heads(odd), ["alpha", "delta", "beta", "gamma"]);
  await odd.close();
});

const all = pieces(13);
const search: readonly ToNeighbours[] = [
  begin(["alpha", "beta", "gamma"]),
  outcome(all, { id: "alpha", texts: [0, 1, 2, 3] }),
  outcome(all, { id: "beta", texts: [1, 0, 5, 2] }),
  outcome(all, { id: "gamma", texts: [6, 2, 0, 7] }),
  outcome(all, { id: BM25, texts: [2, 0, 1, 8] }),
  finished(),
].map(withCards);

const openSearch = (opening?: Opening): Promise<Page> => searches.open(search, opening);

test("the lists of a search stand in groups too, words in common last", async () => {
  const page = await openSearch();
  await page.getByLabel("Group by").selectOption("architecture");
  await painted(page);
  const names = await page.locator(".tile").evaluateAll((tiles) => tiles.map((tile) => tile.getAttribute("aria-label")));
  assert.deepEqual(names, ["alpha", "gamma", "beta", "BM25"]);
  assert.deepEqual(await lines(page), ["BERT encoder", "BERT encoder", "static table", ""]);
  // Keys walk the lists as they stand.
  await page.locator(".hit").first().focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.evaluate("document.activeElement.dataset.column"), "gamma");
  const saved = await page.evaluate<{ view: { grouping: string } }[]>("window.saved");
  assert.equal(saved.at(-1)?.view.grouping, "architecture");
  await page.close();
});

test("hubs and near-duplicates keep the order of the groups", async () => {
  const names = ["alpha", "beta", "gamma"];
  const page = await searches.open(hubsMessages(all, names, [0.2, 2, 1]).map(withCards), {
    saved: { spec: null, view: { grouping: "architecture" } },
  });
  assert.deepEqual(await page.locator(".hubs .head bdi").allTextContents(), ["alpha", "gamma", "beta"]);
  assert.equal(await page.locator(".hubs .group.first").count(), 2);
  assert.deepEqual(await faults(page), []);
  await searches.tell(page, duplicatesMessages(all, names).map(withCards));
  const order = async (): Promise<(string | undefined)[]> =>
    (await page.locator("ol.pairs > li").nth(1).locator(".closeness").allTextContents()).map(
      (words) => /[a-z]+/.exec(words)?.[0],
    );
  assert.deepEqual(await order(), ["alpha", "gamma", "beta"]);
  await page.getByLabel("Group by").selectOption("none");
  await painted(page);
  assert.deepEqual(await order(), names);
  await page.close();
});

for (const theme of Object.keys(THEMES) as Theme[])
  test(`axe finds no fault in groups: ${theme}`, async () => {
    const opening: Opening = { theme, saved: { spec: null, view: { grouping: "architecture" } } };
    for (const page of [await openComparison(opening), await openSearch(opening)]) {
      assert.deepEqual(await faults(page), []);
      await page.close();
    }
  });
