/**
 * Indexing a copy of this project's own sources: cold, against embedding the same texts and nothing else; and again with nothing
 * changed, against a walk of the same tree that only lists and asks for sizes: of the copy, where what each request costs weighs
 * most, and of a large generated tree, where it does not. Both sides take turns; each number is a median.
 * Prints, and exits 0 whatever comes out.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { createSegmenter } from "../src/engine/workspace/segmenter.ts";
import { createSplitter } from "../src/engine/split/splitter.ts";
import { languageOf } from "../src/core/text/languageOf.ts";
import { createEngineClient, type EngineClient } from "../src/process/engineClient.ts";
import { installedIn } from "../src/process/installation.ts";
import { embed } from "../src/protocol/engine.ts";
import { openWorkspace, setPace, startIndexing } from "../src/protocol/workspace.ts";
import { median, takeTurns } from "./rounds.ts";

const root = path.resolve(import.meta.dirname, "..");
const encoder = { id: "paraphrase-MiniLM-L3-v2" };
const ROUNDS = 5;
/** Rounds of what takes milliseconds. */
const MANY = 4 * ROUNDS + 1;
/** The large tree in which nothing changes. */
const FILES = 5000;
const FOLDERS = 100;

const base = fs.mkdtempSync(path.join(os.tmpdir(), "bench-index-"));
const folder = path.join(base, "src");
fs.cpSync(path.join(root, "src"), folder, { recursive: true });
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

/** Opens the folder in this engine and indexes it once; milliseconds of the indexing alone, and how many texts were embedded. */
async function indexFolder(engine: EngineClient, of: string, storage: string, encoders: readonly { readonly id: string }[]) {
  const folders = [{ path: of, name: path.basename(of) }];
  await engine.request(openWorkspace, { folders, storage: path.join(base, storage), exclude: [], header: true });
  await engine.request(setPace, { cpu: "full", onBattery: "same" });
  const started = performance.now();
  const { embedded } = await engine.request(startIndexing, { encoders });
  return { time: performance.now() - started, embedded: Object.values(embedded).reduce((sum, count) => sum + count, 0) };
}

async function coldAgainstEmbedding(texts: readonly string[]): Promise<void> {
  const cold: number[] = [];
  const pure: number[] = [];
  const sides = [
    async (): Promise<void> => {
      const engine = await warm();
      pure.push(await ms(() => engine.request(embed, { encoder, texts, priority: "background" })));
      engine.dispose();
    },
    async (round: number): Promise<void> => {
      const engine = await warm();
      const { time, embedded } = await indexFolder(engine, folder, `cold${String(round)}`, [encoder]);
      if (embedded !== texts.length)
        console.log(`not the same texts: ${String(embedded)} indexed, ${String(texts.length)} embedded alone`);
      cold.push(time);
      engine.dispose();
    },
  ];
  // Who goes first changes, so that neither always finds the machine as the other left it.
  for (let round = 0; round < ROUNDS; round++) for (const side of round % 2 === 0 ? sides : sides.toReversed()) await side(round);
  line(`cold index of ${String(texts.length)} texts ÷ embedding them alone`, cold, pure, "≤ 1.15");
}

async function refreshAgainstWalk(of: string, storage: string, encoders: readonly { readonly id: string }[]): Promise<void> {
  const engine = await warm();
  await indexFolder(engine, of, storage, encoders);
  const { refresh, walk } = await takeTurns(MANY, {
    refresh: () => engine.request(startIndexing, { encoders }),
    walk: () => walkAndStat(of),
  });
  engine.dispose();
  const what = `nothing changed in ${String(walkAndStat(of))} files (${path.basename(of)}) ÷ walk and stat`;
  line(what, [refresh], [walk], "≤ 2");
}

function generatedTree(): string {
  const tree = path.join(base, "generated");
  for (let at = 0; at < FILES; at++) {
    const file = path.join(tree, `folder${String(at % FOLDERS)}`, `file${String(at)}.md`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, `# Note ${String(at)}\n\nThis is note number ${String(at)} of a large tree of notes.\n`);
  }
  return tree;
}

function line(what: string, ours: readonly number[], theirs: readonly number[], goal: string): void {
  const [one, other] = [median(ours), median(theirs)];
  console.log(`${what}: ${(one / other).toFixed(2)} (${one.toFixed(1)} ms against ${other.toFixed(1)} ms; goal ${goal})`);
}

const texts = await textsOfFolder();
const machine = `${String(os.availableParallelism())} × ${os.cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}`;
console.log(
  `${machine}, load ${os.loadavg()[0]!.toFixed(1)}; ${encoder.id}, medians of ${String(ROUNDS)} and ${String(MANY)} rounds`,
);
console.log(`a copy of src: ${String(walkAndStat(folder))} files, ${String(texts.length)} different texts`);
await coldAgainstEmbedding(texts);
await refreshAgainstWalk(folder, "unchanged", [encoder]);
await refreshAgainstWalk(generatedTree(), "generated-index", [{ id: "glove-6b-100d-50k" }]);
fs.rmSync(base, { recursive: true, force: true });
