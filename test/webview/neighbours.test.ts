import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Browser, Page } from "playwright-core";

import { launchChromium } from "../../scripts/chromium.ts";
import { BM25, type FromNeighbours, type ToNeighbours } from "../../src/protocol/neighboursPanel.ts";
import {
  begin,
  duplicatesMessages,
  finished,
  hubsMessages,
  indexStatus,
  outcome,
  pieces,
  placeOf,
  searchMessages,
} from "./neighboursMessages.ts";
import { faults, openPage, painted, THEMES, type Theme } from "./page.ts";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(async () => {
  await browser.close();
});

const all = pieces(13);

async function openNeighbours(
  messages: readonly ToNeighbours[],
  { theme = "vscode-dark", saved }: { theme?: Theme; saved?: unknown } = {},
): Promise<Page> {
  const page = await openPage(browser, "neighbours", theme, saved);
  await tell(page, messages);
  return page;
}

async function tell(page: Page, messages: readonly ToNeighbours[]): Promise<void> {
  await page.evaluate((told) => {
    for (const message of told) window.postMessage(message);
  }, messages);
  await painted(page);
}

const sent = (page: Page): Promise<FromNeighbours[]> => page.evaluate("window.sent");
const last = async (page: Page): Promise<FromNeighbours | undefined> => (await sent(page)).at(-1);
/** The last message, which must be of this type. */
async function lastOf<T extends FromNeighbours["type"]>(page: Page, type: T): Promise<Extract<FromNeighbours, { type: T }>> {
  const message = await last(page);
  assert.equal(message?.type, type);
  return message as Extract<FromNeighbours, { type: T }>;
}
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { dataset, id } = document.activeElement as HTMLElement;
    return dataset["column"] === undefined ? id : `${dataset["column"]} ${dataset["row"] ?? ""}`;
  });

test("each encoder and BM25 has its list, with moves, marks and what is only there", async () => {
  const page = await openNeighbours(searchMessages(all));
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
  const page = await openNeighbours([
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
  const page = await openNeighbours(searchMessages(all));
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
  const page = await openNeighbours(searchMessages(all));
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
  const page = await openNeighbours(searchMessages(all));
  const hit = page.locator(".tile").first().locator(".hit").nth(1);
  await hit.click();
  const { file, range } = placeOf(all[1]!);
  assert.deepEqual(await last(page), { type: "open", file, range, preserveFocus: true });
  await hit.dblclick();
  assert.deepEqual(await last(page), { type: "open", file, range, preserveFocus: false });
  await page.close();
});

test("the keyboard walks the lists and does what the pointer does", async () => {
  const page = await openNeighbours(searchMessages(all));
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
  const page = await openNeighbours([{ type: "index", status: indexStatus() }, ...searchMessages(all)]);
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
  const page = await openNeighbours(messages);
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
  const page = await openNeighbours([begin(["alpha"]), outcome(all, { id: "alpha", texts: [0, 1], also }), finished()]);
  await page.getByText("+2 places").click();
  await painted(page);
  assert.equal(await page.locator(".places .place").count(), 2);
  await page.locator(".places .place").last().click();
  assert.equal((await lastOf(page, "open")).file, "/w/old/copy.ts");
  await page.close();
});

test("lists wait, fail and stand empty each for themselves, with the way out", async () => {
  const error = { code: "badModel", message: "It was refused.", hint: "Use another export." } as const;
  const page = await openNeighbours([
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
  const page = await openNeighbours([
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
  const page = await openNeighbours([
    begin(["alpha"]),
    { type: "failed", revision: 1, error: { code: "processEnded", message: "The engine ended.", hint: "Try again." } },
  ]);
  await page.locator(".banner", { hasText: "The engine ended. Try again." }).waitFor();
  await page.locator(".banner vscode-button", { hasText: "Search again" }).click();
  assert.deepEqual(await last(page), { type: "search" });
  await page.close();
});

test("what was chosen is saved with the search, and taken up again", async () => {
  const page = await openNeighbours(searchMessages(all), { saved: { spec: null, view: { text: false } } });
  assert.equal(await page.locator(".line").count(), 0);
  const saved: { spec: { id: string }; view: unknown }[] = await page.evaluate("window.saved");
  assert.equal(saved.at(-1)?.spec.id, "test");
  assert.deepEqual(saved.at(-1)?.view, { text: false, grouping: "none" });
  await page.close();
});

test("hubs stand with how often they are a neighbour, against the fair share", async () => {
  const page = await openNeighbours(hubsMessages(all, ["alpha", "beta"], [0.2, 2]));
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
  const page = await openNeighbours([first!, { type: "progress", revision: 1, done: 1200, total: 3000 }]);
  await page.locator(".banner", { hasText: "Looked at 1,200 of 3,000 texts" }).waitFor();
  await page.locator(".banner vscode-button", { hasText: "Cancel" }).click();
  assert.deepEqual(await last(page), { type: "cancel" });
  await page.close();
});

test("near-duplicates stand side by side, copies with their places", async () => {
  const page = await openNeighbours(duplicatesMessages(all, ["alpha", "beta", "gamma"]));
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

const LONG = "aNameOfSixtyLettersThatSomebodyGaveToAFunctionInTheirOwnCode";
const odd = all.map((piece, at) => ({
  ...piece,
  label: at % 3 === 0 ? LONG : at % 3 === 1 ? "\u05d0\u05d1\u05d2 \u05d3\u05d4\u05d5" : piece.label,
  path: `packages/${"deeply/".repeat(9)}nested${at}.ts`,
}));
const EIGHT = Array.from({ length: 8 }, (_, at) => `${at}${LONG}`);
const VIEWS: Record<string, ToNeighbours[]> = {
  neighbours: searchMessages(odd, { kind: "passage", text: odd[9]!.content }),
  nine: [begin(EIGHT), ...EIGHT.map((id) => outcome(odd, { id, texts: [0, 1, 2, 3, 4] })), finished()],
  hubs: hubsMessages(odd, ["alpha", "beta", LONG], [0.2, 2, 1]),
  duplicates: duplicatesMessages(odd, ["alpha", "beta", LONG]),
  empty: [],
};

for (const [view, messages] of Object.entries(VIEWS))
  test(`${view}: nothing overflows from 300 pixels on, nor at twice the size`, async () => {
    const page = await openNeighbours(messages);
    for (const width of [300, 480, 640, 900, 1280, 1800]) {
      await page.setViewportSize({ width, height: 900 });
      await painted(page);
      const { scrollWidth, clientWidth } = await page.evaluate(() => ({
        scrollWidth: document.documentElement.scrollWidth,
        clientWidth: document.documentElement.clientWidth,
      }));
      assert.ok(scrollWidth <= clientWidth, `${scrollWidth} > ${clientWidth} at ${width}`);
    }
    await page.close();
  });

for (const theme of Object.keys(THEMES) as Theme[])
  test(`no accessibility fault and no policy violation in ${theme}`, async () => {
    for (const [view, messages] of Object.entries(VIEWS)) {
      const page = await openNeighbours(messages, { theme });
      if (view === "neighbours") await page.locator(".hit").first().hover();
      await painted(page);
      assert.deepEqual(await faults(page), [], view);
      await page.close();
    }
  });
