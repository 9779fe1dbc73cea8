/**
 * Indexing this project's own sources: cold, against embedding the same texts and nothing else; and again with nothing changed,
 * against a walk of the same tree that only lists and asks for sizes. Both sides take turns; each number is a median.
 * Prints, and exits 0 whatever comes out.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { createSegmenter } from "../src/engine/workspace/segmenter.ts";
import { createSplitter } from "../src/engine/split/splitter.ts";
import { languageOf } from "../src/core/text/languageOf.ts";
import { createEngineClient } from "../src/process/engineClient.ts";
import { installedIn } from "../src/process/installation.ts";
import { embed } from "../src/protocol/engine.ts";
import { openWorkspace, setPace, startIndexing } from "../src/protocol/workspace.ts";
import { median } from "./rounds.ts";

const root = path.resolve(import.meta.dirname, "..");
const folder = path.join(root, "src");
const encoder = { id: "paraphrase-MiniLM-L3-v2" };
const ROUNDS = 5;
/** The tree in which nothing changes. */
const FILES = 5000;
const FOLDERS = 100;

const base = fs.mkdtempSync(path.join(os.tmpdir(), "bench-index-"));
const { engine: program, parts } = installedIn(root);
const start = () => createEngineClient({ program, hello: parts });

/** A new engine with its encoders warm and nothing remembered of these texts. */
async function warm() {
  const engine = start();
  const texts = Array.from({ length: 64 }, (_, at) => `warm ${String(at)}`);
  await engine.request(embed, { encoder, texts, priority: "background" });
  return engine;
}

const ms = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

async function textsOfFolder(): Promise<string[]> {
  const segmenter = createSegmenter(createSplitter(parts.grammarFolder));
  const texts = new Set<string>();
  for (const name of fs.readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const file = path.join(folder, name);
    if (!fs.statSync(file).isFile()) continue;
    const source = { text: fs.readFileSync(file, "utf8"), languageId: languageOf(file), path: name };
    for (const { text } of await segmenter(source, { header: true })) texts.add(text);
  }
  return [...texts];
}

function walkAndStat(of: string): number {
  let files = 0;
  for (const entry of fs.readdirSync(of, { withFileTypes: true })) {
    const name = path.join(of, entry.name);
    if (entry.isDirectory()) files += walkAndStat(name);
    else if (fs.lstatSync(name).isFile()) files++;
  }
  return files;
}

const texts = await textsOfFolder();
console.log(
  `${String(walkAndStat(folder))} files, ${String(texts.length)} different texts, ${encoder.id}, ${String(ROUNDS)} rounds`,
);
console.log(`${String(os.availableParallelism())} × ${os.cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`);

const cold: number[] = [];
const pure: number[] = [];
const refresh: number[] = [];
const walk: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  const embedder = await warm();
  pure.push(await ms(() => embedder.request(embed, { encoder, texts, priority: "background" })));
  embedder.dispose();
  const engine = await warm();
  const storage = path.join(base, String(round));
  await engine.request(openWorkspace, { folders: [{ path: folder, name: "src" }], storage, exclude: [], header: true });
  await engine.request(setPace, { cpu: "full", onBattery: "same" });
  cold.push(await ms(() => engine.request(startIndexing, { encoders: [encoder] })));
  engine.dispose();
}

// A tree large enough that what every request costs does not count.
const tree = path.join(base, "tree");
for (let at = 0; at < FILES; at++) {
  const file = path.join(tree, `folder${String(at % FOLDERS)}`, `file${String(at)}.md`);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `# Note ${String(at)}\n\nThis is note number ${String(at)} of a large tree of notes.\n`);
}
const engine = await warm();
const light = { id: "glove-6b-100d-50k" };
await engine.request(openWorkspace, {
  folders: [{ path: tree, name: "tree" }],
  storage: path.join(base, "light"),
  exclude: [],
  header: true,
});
await engine.request(startIndexing, { encoders: [light] });
for (let round = 0; round < 2 * ROUNDS; round++) {
  refresh.push(await ms(() => engine.request(startIndexing, { encoders: [light] })));
  walk.push(await ms(() => Promise.resolve(walkAndStat(tree))));
}
engine.dispose();
fs.rmSync(base, { recursive: true, force: true });
const line = (what: string, ours: readonly number[], theirs: readonly number[], goal: string): void => {
  console.log(
    `${what}: ${(median(ours) / median(theirs)).toFixed(2)} (${median(ours).toFixed(1)} ms against ${median(theirs).toFixed(1)} ms; goal ${goal})`,
  );
};
line("cold index ÷ embedding alone", cold, pure, "≤ 1.15");
line(`nothing changed in ${String(FILES)} files ÷ walk and stat`, refresh, walk, "≤ 2");
