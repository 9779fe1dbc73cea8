import assert from "node:assert/strict";
import { test } from "node:test";

import type { FromPanel, ToPanel } from "../../src/protocol/panel.ts";
import { comparisonMessages, tellPanel } from "./messages.ts";
import { faults, THEMES, type Theme } from "./page.ts";
import { pagesOf } from "./pagesOf.ts";

const { open, tell, last, lastOf } = pagesOf<ToPanel, FromPanel>("panel", tellPanel);

test("every cell has the colour of its percentile, and the diagonal says nothing", async () => {
  const page = await open(comparisonMessages(3, ["a", "b"], () => [0.1, 0.5, 0.9]));
  const pixels = await page
    .locator(".cells")
    .first()
    .evaluate((canvas: HTMLCanvasElement) => [...canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height).data]);
  const pixel = (row: number, column: number): number[] => pixels.slice((row * 3 + column) * 4, (row * 3 + column) * 4 + 3);
  assert.deepEqual(pixel(0, 0), [70, 70, 70]);
  assert.deepEqual(pixel(0, 1), pixel(1, 0));
  const brightness = (rgb: number[]): number => rgb.reduce((sum, value) => sum + value, 0);
  // On a dark theme more similar is brighter: pairs (0,1), (0,2), (1,2) are given in ascending order.
  assert.ok(brightness(pixel(0, 1)) < brightness(pixel(0, 2)) && brightness(pixel(0, 2)) < brightness(pixel(1, 2)));
  await page.close();
});

test("pairs of a segment without a vector are left clear over the hatched ground", async () => {
  const messages = comparisonMessages(3, ["a"]);
  for (const message of messages) if (message.type === "outcome" && message.outcome.ok) message.outcome.result.hasVector[1] = 0;
  const page = await open(messages);
  const alpha = await page
    .locator(".cells")
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      return [...data.filter((_, i) => i % 4 === 3)];
    });
  assert.deepEqual(alpha, [255, 0, 255, 0, 255, 0, 255, 0, 255]);
  await page.close();
});

test("a segment the encoder read in part says how much of it was read", async () => {
  const messages = comparisonMessages(3, ["a", "b"]);
  for (const message of messages)
    if (message.type === "outcome" && message.outcome.ok && message.outcome.id === "b") message.outcome.result.read[1] = 0.43;
  const page = await open(messages);
  await page.locator(".neighbours ol").nth(1).getByText("43 % read").waitFor();
  assert.equal(await page.getByText("43 % read").count(), 1);
  await page.locator(".note", { hasText: "1 read in part" }).waitFor();
  const box = (await page.locator(".plot[data-encoder]").first().boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.16);
  await page.locator("#tip tr").nth(1).getByText("43 % of segment 1 read").waitFor();
  await page.close();
});

test("the pointer's cell shows in every heatmap and in the tip; a click shows both places", async () => {
  const page = await open(comparisonMessages(6, ["a", "b", "c"]));
  const plot = page.locator(".plot[data-encoder]").first();
  const box = (await plot.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.25);
  await page.locator("#tip").waitFor();
  assert.equal(await page.locator("#tip tr").count(), 3);
  const drawn = await page.locator(".cross").evaluateAll((all) =>
    all.map((canvas) => {
      const { data } = (canvas as HTMLCanvasElement)
        .getContext("2d")!
        .getImageData(0, 0, (canvas as HTMLCanvasElement).width, (canvas as HTMLCanvasElement).height);
      return data.some((value) => value > 0);
    }),
  );
  assert.deepEqual(drawn, [true, true, true]);
  await page.mouse.down();
  await page.mouse.up();
  assert.deepEqual(await last(page), { type: "reveal", revision: 1, segments: [1, 4], preserveFocus: true });
  await page.close();
});

test("the keyboard does what the pointer does", async () => {
  const page = await open(comparisonMessages(6, ["a", "b"]));
  await page.locator(".plot[data-encoder]").first().focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "Enter"]) await page.keyboard.press(key);
  assert.deepEqual((await lastOf(page, "reveal")).segments, [1, 2]);
  await page.waitForTimeout(50);
  assert.match((await page.locator("#live").textContent()) ?? "", /segment 1 and segment 2: a -?\d\.\d\d, \d+\w\w percentile; b/);
  await page.keyboard.press("n");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "neighbours");
  await page.locator(".plot[data-encoder]").first().focus();
  await page.keyboard.press("t");
  await page.locator(".pairs").waitFor();
  assert.equal(await page.locator(".pairs tbody tr").count(), 15);
  await page.close();
});

test("one encoder's failure stays in its own column, with the way out", async () => {
  const [begin, segments, first] = comparisonMessages(6, ["a", "b"]);
  const error = { code: "badModel", message: "It was refused.", hint: "Use another export." } as const;
  const page = await open([begin!, segments!, first!, { type: "outcome", revision: 1, outcome: { id: "b", ok: false, error } }]);
  assert.equal(await page.locator(".plot[data-encoder]").count(), 1);
  assert.match((await page.locator(".failed").textContent()) ?? "", /It was refused\..*Use another export\./s);
  await page.locator(".failed vscode-button", { hasText: "Retry" }).click();
  assert.equal((await last(page))?.type, "compare");
  await page.close();
});

test("messages of an older comparison change nothing", async () => {
  const messages = comparisonMessages(4, ["a"]);
  const page = await open(messages);
  await tell(page, [{ type: "failed", revision: 0, error: { code: "internal", message: "old" } }]);
  assert.equal(await page.locator(".banner").count(), 0);
  await page.close();
});

for (const theme of Object.keys(THEMES) as Theme[])
  test(`no accessibility fault and no policy violation in ${theme}`, async () => {
    const page = await open(comparisonMessages(12, ["a", "b", "c"]), { theme });
    assert.deepEqual(await faults(page), []);
    await page.close();
  });
