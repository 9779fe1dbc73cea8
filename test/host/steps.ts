import assert from "node:assert/strict";

import type { Frame } from "playwright-core";

import type { Session } from "../../scripts/vscode/session.ts";

/** Compares the whole text of a file as a person would; returns the panel as soon as it shows `until`. */
export async function compareWhole(code: Session, file: string, until = HEATMAP): Promise<Frame> {
  await code.openFile(file);
  await code.selectAll();
  await code.chooseFromContextMenu("Compare Embeddings");
  return code.webview(until);
}

export const HEATMAP = ".plot[data-encoder] canvas";

/** One for every bundled encoder, all drawn. */
export async function seesThreeHeatmaps(panel: Frame): Promise<void> {
  const plots = panel.locator(".plot[data-encoder]");
  await plots.nth(2).waitFor();
  assert.equal(await plots.count(), 3);
}

const WORDS = "river stone cloud lamp garden winter bread copper violin harbour feather candle meadow thunder".split(" ");

/** Prose without a meaning, no paragraph like another: enough of it makes indexing last. */
export const paragraphs = (count: number): string =>
  Array.from(
    { length: count },
    (_, row) =>
      Array.from({ length: 40 }, (_, at) => WORDS[(row * 5 + at * at + (row >> 2) * at) % WORDS.length]).join(" ") +
      ` ${String(row)}`,
  ).join("\n\n");
