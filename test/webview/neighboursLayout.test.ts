/** All views of the page of neighbours, with names that are too long: they fit, and everybody can use them. */
import assert from "node:assert/strict";
import { test } from "node:test";

import type { FromNeighbours, ToNeighbours } from "../../src/protocol/neighboursPanel.ts";
import { begin, duplicatesMessages, finished, hubsMessages, outcome, pieces, searchMessages } from "./neighboursMessages.ts";
import { faults, painted, THEMES, type Theme } from "./page.ts";
import { pagesOf } from "./pagesOf.ts";

const { open } = pagesOf<ToNeighbours, FromNeighbours>("neighbours");
const all = pieces(13);

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
    const page = await open(messages);
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
      const page = await open(messages, { theme });
      if (view === "neighbours") await page.locator(".hit").first().hover();
      await painted(page);
      assert.deepEqual(await faults(page), [], view);
      await page.close();
    }
  });
