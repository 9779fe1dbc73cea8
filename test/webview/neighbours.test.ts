import assert from "node:assert/strict";
import { test } from "node:test";

import type { Page } from "playwright-core";

import { BM25, type FromNeighbours, type ToNeighbours } from "../../src/protocol/neighboursPanel.ts";
import { begin, finished, indexStatus, outcome, pieces, placeOf, searchMessages } from "./neighboursMessages.ts";
import { focused, painted } from "./page.ts";
import { pagesOf } from "./pagesOf.ts";

const { open, tell, last, lastOf } = pagesOf<ToNeighbours, FromNeighbours>("neighbours");
const all = pieces(13);

test("each encoder and BM25 has its list, with moves, marks and what is only there", async () => {
  const page = await open(searchMessages(all));
  const read = (selector: string): Promise<string[]> => page.locator(selector).allTextContents();
  assert.deepEqual(await read(".tile h3 :is(button, span:not(.part))").then((names) => names.map((name) => name.trim())), [
    "alpha",
    "beta",
    "gamma",
    "BM25",
  ]);
  assert.deepEqual(await read(".tile:nth-child(2) .move"), ["▲1", "▼1", "", "▼1"]);
  assert.deepEqual(await read(".name.only"), ["segment3", "segment5", "segment6", "segment7"]);
  assert.equal(await page.locator(".hit").first().locator(".marks i").count(), 3);
  assert.match((await page.locator(".summary").textContent()) ?? "", /^3 of 4 shared by all 3 encoders · 4 only in one list/);
  assert.match((await page.locator("#live").textContent()) ?? "", /Search finished: 4 lists/);
  await page.close();
});

test("a cosine never stands without the scale of random pairs", async () => {
  const page = await open([
    begin(["alpha", "beta"]),
    outcome(all, { id: "alpha", texts: [0, 1] }),
    outcome(all, { id: "beta", texts: [0, 1], scale: null }),
  ]);
  const tile = (at: number): ReturnType<Page["locator"]> => page.locator(".tile").nth(at);
  await tile(0).getByText("random pairs 0.02 – 0.38").waitFor();
  assert.equal(await tile(0).locator(".tick").count(), 2);
  assert.deepEqual(await tile(0).locator(".score").allTextContents(), ["0.90", "0.85"]);
  assert.deepEqual(await tile(1).locator(".score").allTextContents(), ["", ""]);
  await tile(1).getByText("too few segments").waitFor();
  await page.close();
});

test("the pointer on a row marks the same text in every list", async () => {
  const page = await open(searchMessages(all));
  await page.locator(".tile").nth(1).locator(".hit").nth(3).hover();
  await painted(page);
  const marked = await page.locator(".row.same .name").allTextContents();
  assert.deepEqual(marked, ["segment2", "segment2", "segment2"]);
  assert.equal(await page.locator(".tick.on").count(), 3);
  await page.mouse.move(2, 2);
  await painted(page);
  assert.equal(await page.locator(".row.same").count(), 0);
  await page.close();
});

test("a row shows the lines around its best one, all of them on demand, or none", async () => {
  const page = await open(searchMessages(all));
  const first = page.locator(".tile").first().locator("li.row").first();
  assert.deepEqual(await first.locator(".src").allTextContents(), ["line 3 of 0", "line 4 of 0", "line 5 of 0"]);
  assert.equal(await first.locator(".best .src").textContent(), "line 4 of 0");
  // Numbered as in the file, where this text begins on line 1.
  assert.equal(await first.locator(".best .no").textContent(), "5");
  await first.getByText("all 8 lines").click();
  await painted(page);
  assert.equal(await first.locator(".line").count(), 8);
  await page.getByRole("button", { name: "Text", exact: true }).click();
  await painted(page);
  assert.equal(await page.locator(".line").count(), 0);
  await page.close();
});

test("a click shows the place and keeps the focus; a double click goes there", async () => {
  const page = await open(searchMessages(all));
  const hit = page.locator(".tile").first().locator(".hit").nth(1);
  await hit.click();
  const { file, range } = placeOf(all[1]!);
  assert.deepEqual(await last(page), { type: "open", file, range, preserveFocus: true });
  await hit.dblclick();
  assert.deepEqual(await last(page), { type: "open", file, range, preserveFocus: false });
  await page.close();
});

test("the keyboard walks the lists and does what the pointer does", async () => {
  const page = await open(searchMessages(all));
  await page.locator(".hit").first().focus();
  const press = async (...keys: string[]): Promise<string> => {
    for (const key of keys) await page.keyboard.press(key);
    await painted(page);
    return focused(page);
  };
  assert.equal(await press("ArrowDown", "ArrowDown"), "alpha 2");
  assert.equal(await press("ArrowRight"), "beta 3");
  assert.equal(await page.locator(".row.same").count(), 3);
  assert.equal(await press("ArrowRight"), "gamma 1");
  await press("Enter");
  assert.deepEqual(await last(page), {
    type: "open",
    file: "/w/src/file2.ts",
    range: placeOf(all[2]!).range,
    preserveFocus: false,
  });
  await press("n");
  assert.equal((await last(page))?.type, "neighboursOf");
  await press("c");
  assert.deepEqual(await last(page), { type: "copy", text: "src/file2.ts:3" });
  const row = page.locator(".tile").nth(2).locator("li.row").nth(1);
  await press(" ");
  assert.equal(await row.locator(".line").count(), 0);
  await press(" ", "a");
  assert.equal(await row.locator(".line").count(), 8);
  assert.equal(await press("/"), "query");
  assert.equal(await press("Escape"), "gamma 1");
  // One stop per list: the row that was last in use.
  assert.equal(await page.locator('.hit[tabindex="0"]').count(), 4);
  assert.equal(await page.locator('.tile:nth-child(3) .hit[tabindex="0"]').getAttribute("data-row"), "1");
  await page.close();
});

test("typed words are searched on Enter; settings are sent as they are changed", async () => {
  const page = await open([{ type: "index", status: indexStatus() }, ...searchMessages(all)]);
  await page.locator("#query").fill("  parse a header ");
  await page.keyboard.press("Enter");
  assert.deepEqual(await last(page), { type: "search", words: "parse a header" });
  await page.locator("#filter").fill("src/**");
  await page.keyboard.press("Enter");
  assert.deepEqual(await last(page), { type: "search", filter: { path: "src/**" } });
  await page.locator("header select").first().selectOption("20");
  assert.deepEqual(await last(page), { type: "search", k: 20 });
  await page.locator(".menu summary").click();
  await page.getByLabel("python").check();
  assert.deepEqual(await last(page), { type: "search", filter: { languages: ["python"] } });
  await page.locator(".chip").nth(1).click();
  assert.deepEqual(await last(page), { type: "search", encoders: ["alpha", "gamma"] });
  await page.getByRole("button", { name: "Keep" }).click();
  assert.deepEqual(await last(page), { type: "keep", kept: true });
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  assert.match((await lastOf(page, "copy")).text, /^# Nearest neighbours of/);
  await page.getByRole("button", { name: "Compare these" }).click();
  assert.equal((await lastOf(page, "compare")).places.length, 4);
  await page.close();
});

test("a place as the query shows its name, place and text, is compared too, and may leave out its own file", async () => {
  const query = { kind: "place", path: "/w/src/file9.ts", position: { line: 9, character: 0 } } as const;
  const messages = [
    ...searchMessages(all, query).slice(0, -1),
    finished({ label: "segment9", content: all[9]!.content, place: placeOf(all[9]!) }),
  ];
  const page = await open(messages);
  assert.match((await page.locator("h1").textContent()) ?? "", /segment9\s+src\/file9\.ts:10/);
  assert.equal(await page.locator(".asked .line").count(), 3);
  await page.getByRole("button", { name: "Other files only" }).click();
  assert.deepEqual(await last(page), { type: "search", filter: { otherFiles: true } });
  await page.getByRole("button", { name: "Compare these" }).click();
  const message = await lastOf(page, "compare");
  assert.deepEqual(
    message.places.map(({ file }) => file),
    [9, 0, 1, 2, 3].map((text) => `/w/src/file${text}.ts`),
  );
  await page.close();
});

test("the same text in other places unfolds", async () => {
  const also = { 0: [placeOf({ ...all[0]!, path: "lib/copy.ts" }), placeOf({ ...all[0]!, path: "old/copy.ts" })] };
  const page = await open([begin(["alpha"]), outcome(all, { id: "alpha", texts: [0, 1], also }), finished()]);
  await page.getByText("+2 places").click();
  await painted(page);
  assert.equal(await page.locator(".places .place").count(), 2);
  await page.locator(".places .place").last().click();
  assert.equal((await lastOf(page, "open")).file, "/w/old/copy.ts");
  await page.close();
});

test("lists wait, fail and stand empty each for themselves, with the way out", async () => {
  const error = { code: "badModel", message: "It was refused.", hint: "Use another export." } as const;
  const page = await open([
    { type: "index", status: indexStatus() },
    begin(["alpha", "beta", "gamma"]),
    { type: "outcome", revision: 1, outcome: { id: "alpha", ok: false, error } },
    outcome(all, { id: "beta", texts: [], coverage: { done: 0, total: 540 } }),
  ]);
  const tile = (at: number): ReturnType<Page["locator"]> => page.locator(".tile").nth(at);
  assert.match((await tile(0).textContent()) ?? "", /It was refused\..*Use another export\./s);
  await tile(0).locator("vscode-button", { hasText: "Choose Encoders" }).click();
  assert.equal((await last(page))?.type, "chooseEncoders");
  await tile(1).getByText("Nothing is indexed for this encoder yet").waitFor();
  await tile(1).locator("vscode-button", { hasText: "Index Workspace" }).click();
  assert.equal((await last(page))?.type, "startIndexing");
  await tile(2).getByText("searching").waitFor();
  const beta = { id: "beta", total: 540, bytes: 1, perSecond: 9, secondsLeft: 40 };
  await tell(page, [
    finished(),
    { type: "index", status: indexStatus({ state: "embedding", encoders: [{ ...beta, done: 120 }] }) },
  ]);
  await tile(1).getByText("Indexing: 120 of 540 texts").waitFor();
  await page.locator(".index-line", { hasText: "Indexing: 120 of 540 vectors, 40 s left" }).waitFor();
  await tell(page, [{ type: "index", status: indexStatus({ encoders: [{ ...beta, done: 540 }] }) }]);
  await page.getByRole("button", { name: "Search again" }).click();
  assert.deepEqual(await last(page), { type: "search" });
  await page.close();
});

test("part of an index says which part; a filter that leaves nothing can be cleared", async () => {
  const page = await open([
    begin(["alpha"], { filter: { path: "nowhere" } }),
    outcome(all, { id: "alpha", texts: [1], coverage: { done: 400, total: 540 } }),
    outcome(all, { id: BM25, texts: [] }),
    finished(),
  ]);
  await page.getByText("74 % indexed").waitFor();
  await page.locator("vscode-button", { hasText: "Clear Filters" }).click();
  assert.deepEqual(await last(page), { type: "search", filter: {} });
  await page.close();
});

test("what a failed search leaves can be tried again", async () => {
  const page = await open([
    begin(["alpha"]),
    { type: "failed", revision: 1, error: { code: "processEnded", message: "The engine ended.", hint: "Try again." } },
  ]);
  await page.locator(".banner", { hasText: "The engine ended. Try again." }).waitFor();
  await page.locator(".banner vscode-button", { hasText: "Search again" }).click();
  assert.deepEqual(await last(page), { type: "search" });
  await page.close();
});

test("what was chosen is saved with the search, and taken up again", async () => {
  const page = await open(searchMessages(all), { saved: { spec: null, view: { text: false } } });
  assert.equal(await page.locator(".line").count(), 0);
  const saved: { spec: { id: string }; view: unknown }[] = await page.evaluate("window.saved");
  assert.equal(saved.at(-1)?.spec.id, "test");
  assert.deepEqual(saved.at(-1)?.view, { text: false, grouping: "none" });
  await page.close();
});
