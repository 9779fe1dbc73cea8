/** Hubs and near-duplicates: what is found by looking at the whole workspace. */
import assert from "node:assert/strict";
import { test } from "node:test";

import type { Page } from "playwright-core";

import type { FromNeighbours, ToNeighbours } from "../../src/protocol/neighboursPanel.ts";
import { duplicatesMessages, hubsMessages, pieces, placeOf } from "./neighboursMessages.ts";
import { focused, painted } from "./page.ts";
import { pagesOf } from "./pagesOf.ts";

const { open, last, lastOf } = pagesOf<ToNeighbours, FromNeighbours>("neighbours");
const all = pieces(13);

test("hubs stand with how often they are a neighbour, against the fair share", async () => {
  const page = await open(hubsMessages(all, ["alpha", "beta"], [0.2, 2]));
  assert.deepEqual(await page.locator(".skew").allTextContents(), ["even skewness 0.20", "strong hubs skewness 2.00"]);
  assert.equal(await page.locator(".hubs tbody tr").count(), all.length);
  assert.equal(await page.locator(".hubs tbody tr").first().locator(".fair").count(), 2);
  await page.locator(".hit").nth(2).click();
  assert.equal((await lastOf(page, "open")).file, "/w/src/file2.ts");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("n");
  assert.deepEqual(await last(page), { type: "neighboursOf", file: "/w/src/file3.ts", range: placeOf(all[3]!).range });
  await page.locator("header select").selectOption("5");
  assert.deepEqual(await last(page), { type: "search", k: 5 });
  await page.close();
});

test("a search of the whole workspace says how far it is and can be cancelled", async () => {
  const [first] = hubsMessages(all, ["alpha"], [1]);
  const page = await open([first!, { type: "progress", revision: 1, done: 1200, total: 3000 }]);
  await page.locator(".banner", { hasText: "Looked at 1,200 of 3,000 texts" }).waitFor();
  await page.locator(".banner vscode-button", { hasText: "Cancel" }).click();
  assert.deepEqual(await last(page), { type: "cancel" });
  await page.close();
});

test("near-duplicates stand side by side, copies with their places", async () => {
  const page = await open(duplicatesMessages(all, ["alpha", "beta", "gamma"]));
  const pair = (at: number): ReturnType<Page["locator"]> => page.locator("ol.pairs > li").nth(at);
  await pair(0).getByText("same text, 3 places").waitFor();
  assert.deepEqual(
    (await pair(1).locator(".closeness").allTextContents()).map((words) => words.replace(/\s+/g, " ").trim()),
    ["alpha0.97", "beta0.94", "gamma0.91"],
  );
  assert.equal(await pair(2).locator(".closeness").count(), 2);
  await pair(1).locator(".hit").nth(1).click();
  assert.equal((await lastOf(page, "open")).file, "/w/src/file1.ts");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await focused(page), "left 1");
  await page.keyboard.press(" ");
  await painted(page);
  assert.equal(await pair(1).locator(".line").count(), 0);
  await pair(1).getByRole("button", { name: "Compare" }).click();
  assert.deepEqual(
    (await lastOf(page, "compare")).places.map(({ file }) => file),
    ["/w/src/file0.ts", "/w/src/file1.ts"],
  );
  await page.locator("header select").selectOption("3");
  assert.deepEqual(await last(page), { type: "search", atLeast: 3 });
  await page.close();
});
