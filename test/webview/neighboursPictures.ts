/** Pictures of the neighbours panel with texts of this repository: `node test/webview/neighboursPictures.ts FOLDER`. */
import fs from "node:fs";
import path from "node:path";

import type { Browser } from "playwright-core";

import { launchChromium } from "../../scripts/chromium.ts";
import { seededRandom, shuffled } from "../../src/core/base/random.ts";
import { BM25, type ToNeighbours } from "../../src/protocol/neighboursPanel.ts";
import {
  begin,
  duplicatesMessages,
  finished,
  hubsMessages,
  indexStatus,
  outcome,
  placeOf,
  scaleAround,
  type Piece,
} from "./neighboursMessages.ts";
import { openPage, painted, postAll, THEMES, type Theme } from "./page.ts";

const root = path.resolve(import.meta.dirname, "../..");
const FILES = [
  "sample/cache.ts",
  "sample/http.ts",
  "sample/dates.py",
  "src/core/similarity/cosine.ts",
  "src/core/cluster/clusteredOrder.ts",
  "src/process/supervisor.ts",
  "src/encoder/prescan.ts",
  "src/core/text/positions.ts",
  "src/engine/pool.ts",
];
const NAMES = ["all-MiniLM-L6-v2", "GloVe 6B 100d (50k words)", "paraphrase-MiniLM-L3-v2"];

/** Texts with their comments, roughly as they would be indexed. */
const all: Piece[] = FILES.filter((file) => fs.existsSync(path.join(root, file))).flatMap((file) => {
  const lines = fs.readFileSync(path.join(root, file), "utf8").split("\n");
  const named = /^(?:export )?(?:async )?(?:function|class|def|const|interface|type) (\w+)/;
  const starts = lines.flatMap((line, at) => (named.test(line) ? [at] : []));
  return starts.map((from, index): Piece => {
    const comment = lines[from - 1]?.startsWith("/**") === true ? 1 : 0;
    const to = (starts[index + 1] ?? lines.length) - 1;
    return {
      label: named.exec(lines[from]!)![1]!,
      path: file,
      languageId: file.endsWith("py") ? "python" : "typescript",
      line: from - comment,
      content: lines
        .slice(from - comment, to)
        .join("\n")
        .trimEnd(),
    };
  });
});

const SCALES = [scaleAround(0.18, 0.16), scaleAround(0.9, 0.05), scaleAround(0.14, 0.18)];

function search(names: readonly string[], k: number, change: Parameters<typeof begin>[1] = {}): ToNeighbours[] {
  const random = seededRandom(11);
  const common = [...shuffled(all.length, random)];
  const lists = [...names, BM25].map((id, at) => {
    const own = common
      .map((text, rank) => ({ text, key: rank + (id === BM25 ? 14 : 3 + 5 * at) * random() }))
      .toSorted((a, b) => a.key - b.key);
    const scale = SCALES[at % 3]!;
    return outcome(all, {
      id,
      texts: own.slice(0, k).map(({ text }) => text),
      scores: own
        .slice(0, k)
        .map((_, rank) =>
          id === BM25 ? 14.2 / (1 + rank * 0.2) : scale.median + (1 - scale.median) * (0.66 / (1 + rank * 0.12)),
        ),
      scale: id === BM25 ? null : scale,
      coverage: at === 2 ? { done: 1110, total: 1500 } : { done: 1500, total: 1500 },
      also: {
        [common[1]!]: [
          placeOf({ ...all[common[1]!]!, path: "vendor/copied/cache.ts" }),
          placeOf({ ...all[common[1]!]!, path: "examples/cache.ts" }),
        ],
      },
    });
  });
  return [
    begin(names, { k, ...change }),
    ...lists,
    ...lists.map((list): ToNeighbours => {
      const found = list.type === "outcome" && list.outcome.ok ? list.outcome : undefined;
      return {
        type: "lines",
        revision: 1,
        id: found!.id,
        lines: found!.hits.map(({ content }) => Math.floor(random() * content.split("\n").length)),
      };
    }),
    finished({ label: "LruCache.get", content: all[1]?.content ?? "", place: placeOf(all[0]!) }),
  ];
}

const place = { kind: "place", path: "/w/sample/cache.ts", position: { line: 10, character: 0 } } as const;
const error = {
  code: "missingWeights",
  message: "The weights of GloVe 6B 100d are not on this machine.",
  hint: "Run npm start once, or choose another encoder.",
} as const;
const few = all.slice(0, 11);
/** Each text beside a copy of it that somebody changed a little. */
const twins = few.slice(0, 6).flatMap((piece): Piece[] => [
  piece,
  {
    ...piece,
    path: `packages/server/src/${piece.path.replace("sample/", "")}`,
    content: piece.content
      .replaceAll("entries", "items")
      .replaceAll("line", "row")
      .replace("/** ", "/** Copied: ")
      .replaceAll("seconds", "secs"),
  },
]);

/** What each picture shows. */
const SCENES: Record<
  string,
  {
    messages: ToNeighbours[];
    width?: number;
    height?: number;
    hover?: string;
    focus?: string;

    click?: string;
    dark?: boolean;
  }
> = {
  words: { messages: search(NAMES, 10), hover: ".hit >> nth=1" },
  place: {
    messages: search(NAMES, 10, { what: { kind: "neighbours", query: place } }),
    focus: ".hit >> nth=12",
  },
  hubs: { messages: hubsMessages(few, NAMES, [0.3, 2.4, 0.8]), hover: ".hit >> nth=2" },
  duplicates: { messages: duplicatesMessages([...twins, few[10]!], NAMES) },
  states: {
    messages: [
      begin([...NAMES, "use-multilingual-v3"], {}),
      { type: "index", status: indexStatus() },
      { type: "outcome", revision: 1, outcome: { id: NAMES[1]!, ok: false, error } },
      outcome(all, { id: NAMES[0]!, texts: [1, 2, 3, 4, 5] }),
      outcome(all, { id: NAMES[2]!, texts: [], coverage: { done: 0, total: 1500 } }),
      outcome(all, { id: BM25, texts: [] }),
      {
        type: "index",
        status: indexStatus({
          state: "embedding",
          encoders: [{ id: NAMES[0]!, done: 420, total: 1500, bytes: 1, perSecond: 30, secondsLeft: 36 }],
        }),
      },
    ],
    dark: true,
  },
  nine: {
    messages: search(
      [
        ...NAMES,
        "bge-small-en-v1.5",
        "use-multilingual-v3",
        "e5-large",
        "e5-small",
        "a-very-long-encoder-name-that-somebody-gave-to-a-model-folder",
      ],
      20,
    ),
    dark: true,
  },
  narrow: { messages: search(NAMES, 5), width: 300, dark: true },
  narrowHubs: { messages: hubsMessages(few, NAMES, [0.3, 2.4, 0.8]), width: 300, dark: true },
  narrowDuplicates: { messages: duplicatesMessages([...twins, few[10]!], NAMES), width: 300, dark: true },
  middle: { messages: search(NAMES, 5), width: 700, dark: true },
  menu: { messages: search(NAMES, 5), click: ".menu summary", dark: true },
};

async function picture(browser: Browser, name: string, theme: Theme, to: string): Promise<void> {
  const { messages, width = 1280, height = 900, hover, focus, click } = SCENES[name]!;
  const page = await openPage(browser, "neighbours", theme);
  await page.setViewportSize({ width, height });
  await postAll(page, messages);
  await painted(page);
  if (click !== undefined) await page.locator(click).click();
  if (focus !== undefined) {
    await page.keyboard.press("Tab");
    await page.locator(focus).focus();
  }
  if (hover !== undefined) await page.locator(hover).hover();
  // What is far down is drawn only when it comes into view.
  if (width < 400) await page.setViewportSize({ width, height: 3200 });
  await painted(page);
  await page.screenshot({ path: to, fullPage: width < 400 });
  await page.close();
}

const folder = path.resolve(process.argv[2] ?? ".");
const wanted = process.argv.slice(3);
fs.mkdirSync(folder, { recursive: true });
const browser = await launchChromium();
for (const [theme, short] of Object.keys(THEMES).map((name, at) => [name as Theme, ["dark", "light", "hc", "hcl"][at]!] as const))
  for (const [name, scene] of Object.entries(SCENES))
    if ((scene.dark !== true || short === "dark") && (wanted.length === 0 || wanted.includes(name)))
      await picture(browser, name, theme, path.join(folder, `${name}-${short}.png`));
await browser.close();
