import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import type { IndexFile, IndexSegment } from "../../../src/engine/store/catalogue.ts";
import { openLocalIndex, type LocalIndexOptions } from "../../../src/engine/store/openLocalIndex.ts";
import type { LocalIndex } from "../../../src/engine/store/localIndex.ts";
import type { EncoderKey, VectorRow } from "../../../src/engine/store/vectorStore.ts";
import { plainMatrix } from "./plainMatrix.ts";

export const encoder = (name: string, dimensions = 4): EncoderKey => ({ id: name, identity: `identity of ${name}`, dimensions });

/** A new folder, removed when the test has ended. */
export function freshFolder(test: { after(work: () => void): void }): string {
  const folder = mkdtempSync(path.join(tmpdir(), "store-"));
  test.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return path.join(folder, "index");
}

/** An index over plain matrices, disposed of when the test has ended. */
export function openIndex(
  test: { after(work: () => void): void },
  storage: string | null,
  options: Partial<LocalIndexOptions> = {},
): LocalIndex {
  const index = openLocalIndex({ storage, matrices: plainMatrix, ...options });
  test.after(() => {
    index.dispose();
  });
  return index;
}

export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A file whose lines are its segments. */
export const file = (name: string, lines: readonly string[], languageId = "typescript"): IndexFile => ({
  file: `/workspace/${name}`,
  path: name,
  languageId,
  size: lines.join("\n").length,
  mtimeMs: 1_700_000_000_000.25,
  hash: hashOf(lines.join("\n")),
  segments: lines.map((text, line): IndexSegment => ({
    text,
    label: `line ${String(line)}`,
    kind: "function",
    range: { start: { line, character: 0 }, end: { line, character: text.length } },
    headerLength: 0,
  })),
});

/** A vector that only this text has, and this encoder; of unit length. */
export function vectorOf({ identity, dimensions }: EncoderKey, hash: string): Float32Array {
  const bytes = createHash("sha512").update(identity).update(hash).digest();
  const vector = Float32Array.from({ length: dimensions }, (_, at) => bytes[at % bytes.length]! - 127.5);
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

export const rows = (of: EncoderKey, texts: readonly string[]): VectorRow[] =>
  texts.map((text) => ({ hash: hashOf(text), vector: vectorOf(of, hashOf(text)) }));

/** Everything an index can be asked, for comparing two of them. */
export async function contentOf(index: LocalIndex, encoders: readonly EncoderKey[]): Promise<unknown> {
  const { catalogue } = index;
  const texts = [...catalogue.presentTexts()].map((text) => ({ ...catalogue.textOf(text), hash: catalogue.hashOf(text) }));
  const matrices = await Promise.all(encoders.map((each) => index.matrix(each)));
  return {
    counts: [catalogue.fileCount, catalogue.segmentCount, catalogue.textCount],
    stamps: [...catalogue.stamps()]
      .map(([name, { size, mtimeMs, hash }]) => [name, size, mtimeMs, hash] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    texts: texts.toSorted((a, b) => (a.hash < b.hash ? -1 : 1)),
    places: [...catalogue.presentTexts()]
      .map((text) => [catalogue.hashOf(text), catalogue.placesOf(text)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    vectors: [...catalogue.presentTexts()]
      .map((text) => [catalogue.hashOf(text), ...matrices.map((matrix) => matrix.vector(text))] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** What stands in the nth file that a process of writerProcess.ts writes. */
export const linesOf = (number: number): string[] => [
  "common",
  ...Array.from({ length: 5 }, (_, line) => `text ${String(number)} ${String(line)}`),
];
