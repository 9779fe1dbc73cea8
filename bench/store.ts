/**
 * The index store at the size of a large workspace: bytes on disk ÷ (vectors + text), time from opening to the first answers,
 * memory ÷ vectors, and rows per second on the way in. Segments are real code, windows of some 600 characters of what lies in
 * node_modules; vectors are random. Prints, and exits 0 whatever comes out.
 * `node bench/store.ts [segments]`, default 100000; the other commands are this program's own, each in a process of its own.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createHash } from "node:crypto";

import { seededRandom } from "../src/core/base/random.ts";
import { neverCancelled } from "../src/core/base/cancellation.ts";
import type { IndexFile, IndexSegment } from "../src/engine/store/catalogue.ts";
import { createVectorMatrix } from "../src/engine/kernels/floatMatrix.ts";
import { createKernels } from "../src/engine/kernels/kernels.ts";
import { openLocalIndex } from "../src/engine/store/openLocalIndex.ts";
import type { LocalIndex } from "../src/engine/store/localIndex.ts";

const root = path.resolve(import.meta.dirname, "..");
const kernels = createKernels(path.join(root, "dist/kernels"));
const ENCODER = { id: "random", identity: "random", dimensions: 384 };
const CHARACTERS = 600;
const SEGMENTS_PER_FILE = 12;
/** As the indexer writes them. */
const FILES_PER_BATCH = 16;
const VECTORS_PER_BATCH = 128;
const ROUNDS = 5;
/** A query of a paragraph's length. */
const QUERY_CHARACTERS = 400;

const [command = "100000", folder = ""] = process.argv.slice(2);
if (command === "fill") await fill(folder, Number(process.argv[4]));
else if (command === "open") await open(folder);
else bench(Number(command));

function bench(segments: number): void {
  const storage = mkdtempSync(path.join(os.tmpdir(), "bench-store-"));
  try {
    const filled = run<Filled>("fill", storage, String(segments));
    const bytes = readdirSync(storage).reduce((sum, name) => sum + statSync(path.join(storage, name)).size, 0);
    const opened = Array.from({ length: ROUNDS }, () => run<Opened>("open", storage));
    const median = (of: (each: Opened) => number): number => opened.map(of).toSorted((a, b) => a - b)[ROUNDS >> 1]!;
    const vectorBytes = filled.texts * ENCODER.dimensions * 4;
    print("segments, distinct texts", `${String(segments)}, ${String(filled.texts)}`);
    print(
      "bytes a text: vector, text, store",
      [vectorBytes, filled.textBytes, bytes].map((all) => (all / filled.texts).toFixed(0)).join(", "),
    );
    print("store ÷ (vectors + text)", (bytes / (vectorBytes + filled.textBytes)).toFixed(3));
    print("texts a second in: split, with words", filled.filesPerSecond.toFixed(0));
    print("vectors a second in", filled.vectorsPerSecond.toFixed(0));
    print("opening, ms", median(({ openMs }) => openMs).toFixed(0));
    print("  vectors into memory, ms", median(({ loadMs }) => loadMs).toFixed(0));
    print("  first nearest 10, ms", median(({ nearestMs }) => nearestMs).toFixed(0));
    print("  first BM25, ms", median(({ lexicalMs }) => lexicalMs).toFixed(0));
    print("  places and texts of 20 hits, ms", median(({ describeMs }) => describeMs).toFixed(0));
    print("  in all, ms", median(({ allMs }) => allMs).toFixed(0));
    print("BM25 again, ms", median(({ againMs }) => againMs).toFixed(0));
    print("memory ÷ vectors", (median(({ memory }) => memory) / vectorBytes).toFixed(3));
    print(
      "catalogue and words in memory, bytes a segment",
      (median(({ catalogueBytes }) => catalogueBytes) / segments).toFixed(0),
    );
  } finally {
    rmSync(storage, { recursive: true, force: true });
  }
}

function print(what: string, value: string): void {
  console.log(`${what.padEnd(52)} ${value}`);
}

function run<T>(...parameters: string[]): T {
  const program = path.join(import.meta.dirname, "store.ts");
  const output = execFileSync(process.execPath, ["--expose-gc", "--no-warnings", program, ...parameters], { encoding: "utf8" });
  return JSON.parse(output) as T;
}

function openIndex(storage: string): LocalIndex {
  return openLocalIndex({ storage, matrices: (dimensions) => createVectorMatrix(kernels, dimensions) });
}

interface Filled {
  readonly texts: number;
  readonly textBytes: number;
  readonly filesPerSecond: number;
  readonly vectorsPerSecond: number;
}

async function fill(storage: string, segments: number): Promise<void> {
  const files = codeFiles(segments);
  const index = openIndex(storage);
  const { catalogue, vectors } = index;
  index.claim();
  const before = performance.now();
  for (let from = 0; from < files.length; from += FILES_PER_BATCH) catalogue.putFiles(files.slice(from, from + FILES_PER_BATCH));
  const filesMs = performance.now() - before;

  const random = seededRandom(1);
  const texts = [...catalogue.presentTexts()];
  let vectorsMs = 0;
  for (let from = 0; from < texts.length; from += VECTORS_PER_BATCH) {
    const rows = texts
      .slice(from, from + VECTORS_PER_BATCH)
      .map((text) => ({ hash: catalogue.hashOf(text), vector: unitVector(random) }));
    const started = performance.now();
    await vectors.add(ENCODER, rows);
    vectorsMs += performance.now() - started;
  }
  const distinct = new Set(files.flatMap((file) => file.segments.map(({ text }) => text)));
  const result: Filled = {
    texts: texts.length,
    textBytes: [...distinct].reduce((sum, text) => sum + Buffer.byteLength(text), 0),
    filesPerSecond: (texts.length / filesMs) * 1000,
    vectorsPerSecond: (texts.length / vectorsMs) * 1000,
  };
  index.dispose();
  console.log(JSON.stringify(result));
}

interface Opened {
  readonly openMs: number;
  readonly loadMs: number;
  readonly nearestMs: number;
  readonly lexicalMs: number;
  readonly describeMs: number;
  readonly allMs: number;
  readonly againMs: number;
  readonly memory: number;
  readonly catalogueBytes: number;
}

async function open(storage: string): Promise<void> {
  const query = unitVector(seededRandom(2));
  // The runtime's own memory is not the index's.
  const warm = createVectorMatrix(kernels, ENCODER.dimensions);
  warm.append(Int32Array.of(0), query);
  await warm.topK(query, 1);
  const empty = memory();

  const started = performance.now();
  const times: number[] = [];
  const mark = (): void => {
    times.push(performance.now());
  };
  const index = openIndex(storage);
  mark();
  const matrix = await index.matrix(ENCODER);
  mark();
  const near = await index.vectors.search(ENCODER, query, { k: 10 }, neverCancelled);
  mark();
  const { catalogue } = index;
  const words = catalogue.textOf(catalogue.presentTexts()[1234 % catalogue.textCount]!).text.slice(0, QUERY_CHARACTERS);
  const lexical = catalogue.lexical(words, 10);
  mark();
  for (const text of [...near.map(({ hash }) => catalogue.numberOf(hash)!), ...lexical.map(({ text }) => text)]) {
    catalogue.placesOf(text);
    catalogue.textOf(text);
  }
  mark();
  catalogue.lexical(words, 10);
  mark();
  const memoryNow = memory() - empty;
  const [openMs, loadMs, nearestMs, lexicalMs, describeMs, againMs] = times.map((time, at) => time - (times[at - 1] ?? started));
  const result = { openMs, loadMs, nearestMs, lexicalMs, describeMs, againMs, allMs: times[4]! - started, memory: memoryNow };
  console.log(JSON.stringify({ ...result, catalogueBytes: memoryNow - matrix.bytes }));
}

/** Bytes in use once everything that nobody needs is gone: typed arrays lie outside the heap. */
function memory(): number {
  for (let round = 0; round < 3; round++) globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function unitVector(random: () => number): Float32Array {
  const vector = Float32Array.from({ length: ENCODER.dimensions }, () => random() - random());
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

/** Files of node_modules cut into windows of whole lines, until there are enough. */
function codeFiles(segments: number): IndexFile[] {
  const files: IndexFile[] = [];
  let count = 0;
  for (const file of sources(path.join(root, "node_modules"))) {
    const cut = windows(readFileSync(file, "utf8"));
    for (let from = 0; from < cut.length && count < segments; from += SEGMENTS_PER_FILE) {
      const part = cut.slice(from, Math.min(from + SEGMENTS_PER_FILE, from + segments - count));
      count += part.length;
      const name = `${path.relative(root, file)}${from === 0 ? "" : `.${String(from)}`}`;
      const hash = createHash("sha256").update(name).digest("hex");
      files.push({
        file: path.join("/", name),
        path: name,
        languageId: "javascript",
        size: part.length,
        mtimeMs: from,
        hash,
        segments: part,
      });
    }
    if (count >= segments) break;
  }
  return files;
}

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(file);
    else if (/\.(?:[cm]?[jt]s|md)$/.test(entry.name) && !entry.name.includes(".min.")) yield file;
  }
}

function windows(text: string): IndexSegment[] {
  const segments: IndexSegment[] = [];
  const lines = text.split("\n");
  for (let line = 0; line < lines.length;) {
    let end = line;
    let size = 0;
    while (end < lines.length && size < CHARACTERS) size += lines[end++]!.length + 1;
    const part = lines.slice(line, end).join("\n");
    const range = { start: { line, character: 0 }, end: { line: end, character: 0 } };
    if (part.trim() !== "" && size < 2 * CHARACTERS)
      segments.push({ label: lines[line]!.trim().slice(0, 30), kind: "code", range, text: part, headerLength: 0 });
    line = end;
  }
  return segments;
}
