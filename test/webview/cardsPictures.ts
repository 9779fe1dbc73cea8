/** Pictures of the page of cards: `node test/webview/cardsPictures.ts FOLDER [SCENE…]`. */
import fs from "node:fs";
import path from "node:path";

import { launchChromium } from "../../scripts/chromium.ts";
import { EDITED } from "../../src/core/encoders/editedCard.ts";
import type { CardReport, ToCards } from "../../src/protocol/cardsPanel.ts";
import { catalogued, detailsOf, E5, GLOVE, MINI, SHALLOW, showCard, showComparison, variantOf } from "./cardsMessages.ts";
import { openPage, painted, postAll, THEMES, type Theme } from "./page.ts";

const edited = {
  ...MINI,
  card: {
    ...MINI.card,
    causes: { ...MINI.card.causes, domain: { value: "English text, our own wiki above all", source: EDITED } },
  },
};
const selfTest: CardReport = {
  id: "selfTest",
  title: "Self-test",
  verdict: "failed",
  summary: "1 of 5 checks failed, on w8.",
  lines: [
    { title: "Opens and encodes", outcome: "pass", said: "Opened in 0.4 s." },
    { title: "Finite numbers", outcome: "pass", said: "All 384 numbers of 12 texts are finite." },
    { title: "Prompt is applied", outcome: "notApplicable", said: "It has no prompt." },
    { title: "Same alone and among others", outcome: "pass", said: "The largest difference is 0." },
    {
      title: "Publisher’s vectors",
      outcome: "fail",
      said: "Cosine 0.9812 to the publisher’s, where 0.9999 is asked for.",
      todo: "Choose fp32, or fetch the encoder again.",
    },
  ],
  action: "Test again",
};
const failed = {
  ...SHALLOW,
  state: "failed" as const,
  error: {
    code: "badModel",
    message: "model_w8.onnx was refused: it is cut short.",
    hint: "Use another export of this model.",
  } as const,
};
const many = [
  MINI,
  GLOVE,
  SHALLOW,
  E5,
  catalogued("all-mpnet-base-v2"),
  catalogued("wordllama-l2-256"),
  catalogued("use-multilingual-v3"),
];
const layer = variantOf(MINI, { layer: 3, pooling: "cls" });

interface Scene {
  readonly messages: readonly ToCards[];
  readonly saved?: unknown;
  readonly width?: number;
  readonly hover?: string;
  readonly click?: string;
  readonly dark?: boolean;
}

/** What each picture shows. */
const SCENES: Readonly<Record<string, Scene>> = {
  card: {
    messages: [
      showCard(edited, {
        details: detailsOf(MINI.id, { published: { domain: MINI.card.causes.domain } }),
        reports: [selfTest],
      }),
    ],
    hover: ".fact >> nth=1",
  },
  editing: { messages: [showCard(MINI)], click: "[data-edit=trainingData]" },
  prompts: { messages: [showCard(E5)], dark: true },
  variant: { messages: [showCard(layer)], dark: true },
  failed: { messages: [showCard(failed)], dark: true },
  narrowCard: { messages: [showCard(edited, { reports: [selfTest] })], width: 300, dark: true },
  comparison: { messages: [showComparison([MINI, SHALLOW, GLOVE, layer], [MINI, SHALLOW, GLOVE, E5, layer])] },
  grouped: {
    messages: [showComparison(many)],
    saved: { spec: null, view: { grouping: "architecture" } },
  },
  onlyDifferent: {
    messages: [showComparison([MINI, layer])],
    saved: { spec: null, view: { onlyDifferent: true, against: null, drafts: {} } },
    dark: true,
  },
  many: { messages: [showComparison(many)], dark: true },
  single: { messages: [showComparison([GLOVE], many)], dark: true },
  gone: { messages: [showComparison([], many)], dark: true },
  narrowComparison: { messages: [showComparison([MINI, SHALLOW, GLOVE])], width: 340, dark: true },
};

const folder = path.resolve(process.argv[2] ?? ".");
const wanted = process.argv.slice(3);
fs.mkdirSync(folder, { recursive: true });
const browser = await launchChromium();
for (const [theme, short] of Object.keys(THEMES).map((name, at) => [name as Theme, ["dark", "light", "hc", "hcl"][at]!] as const))
  for (const [name, { messages, saved, width = 1280, hover, click, dark }] of Object.entries(SCENES)) {
    if ((dark === true && short !== "dark") || (wanted.length > 0 && !wanted.includes(name))) continue;
    const page = await openPage(browser, "cards", theme, saved);
    await page.setViewportSize({ width, height: 860 });
    await postAll(page, messages);
    await painted(page);
    if (click !== undefined) await page.locator(click).click();
    if (hover !== undefined) await page.locator(hover).hover();
    await painted(page);
    await page.screenshot({ path: path.join(folder, `${name}-${short}.png`), fullPage: width < 400 });
    await page.close();
  }
await browser.close();
