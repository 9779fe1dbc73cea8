import type { FileTexts } from "./change.ts";

/** A file of the index as it is kept in memory: its places stay in the store, and so does its stamp as long as nobody scans. */
export type FileEntry = FileTexts & { readonly texts: Int32Array };

/** Which texts stand in which files: a few numbers for each segment. */
export interface FileTable {
  readonly files: ReadonlyMap<string, FileEntry>;
  /** Files that are text; others are known so that they need not be opened again. */
  readonly fileCount: number;
  /** Of the files that are text, in order of their names. */
  readonly languages: readonly string[];
  readonly segmentCount: number;
  readonly textCount: number;
  readonly version: number;
  put(entry: FileEntry): void;
  remove(file: string): void;
  clear(): void;
  isPresent(text: number): boolean;
  /** Numbers of all texts that stand in some file, ascending. */
  presentTexts(): Int32Array;
  /** In the order of their paths. */
  filesOf(text: number): readonly FileEntry[];
}

/** For each text the files it stands in: those of `text` lie from `starts[text]` up to `starts[text + 1]`. */
interface Places {
  readonly version: number;
  readonly files: readonly FileEntry[];
  readonly starts: Int32Array;
  readonly of: Int32Array;
}

export function createFileTable(): FileTable {
  const files = new Map<string, FileEntry>();
  /** How many segments have each text. */
  let counts = new Int32Array(1024);
  let fileCount = 0;
  const filesIn = new Map<string, number>();
  let segmentCount = 0;
  let textCount = 0;
  let version = 0;
  let places: Places | undefined;

  const count = (entry: FileEntry, step: 1 | -1): void => {
    if (entry.languageId !== "") {
      fileCount += step;
      filesIn.set(entry.languageId, (filesIn.get(entry.languageId) ?? 0) + step);
    }
    segmentCount += step * entry.texts.length;
    for (const text of entry.texts) {
      if (text >= counts.length) counts = grown(counts, text + 1);
      const before = counts[text]!;
      counts[text] = before + step;
      if (before === 0) textCount++;
      else if (before + step === 0) textCount--;
    }
  };
  const remove = (file: string): void => {
    const known = files.get(file);
    if (known === undefined) return;
    count(known, -1);
    files.delete(file);
    version++;
  };
  const placesNow = (): Places => {
    if (places?.version !== version) places = placesOf([...files.values()], counts.length, version);
    return places;
  };

  return {
    files,
    get fileCount() {
      return fileCount;
    },
    get languages() {
      return [...filesIn].flatMap(([language, count]) => (count > 0 ? [language] : [])).sort();
    },
    get segmentCount() {
      return segmentCount;
    },
    get textCount() {
      return textCount;
    },
    get version() {
      return version;
    },
    put: (entry) => {
      const before = files.get(entry.file);
      if (before !== undefined) count(before, -1);
      count(entry, 1);
      files.set(entry.file, entry);
      version++;
    },
    remove,
    clear: () => {
      files.clear();
      counts.fill(0);
      filesIn.clear();
      fileCount = segmentCount = textCount = 0;
      version++;
    },
    isPresent: (text) => (counts[text] ?? 0) > 0,
    presentTexts: () => {
      const present = new Int32Array(textCount);
      let at = 0;
      for (let text = 0; at < textCount; text++) if (counts[text]! > 0) present[at++] = text;
      return present;
    },
    filesOf: (text) => {
      const { files: all, starts, of } = placesNow();
      const found = [...new Set(of.subarray(starts[text] ?? 0, starts[text + 1] ?? 0))].map((file) => all[file]!);
      return found.sort((a, b) => (a.file < b.file ? -1 : 1));
    },
  };
}

function placesOf(files: readonly FileEntry[], texts: number, version: number): Places {
  const starts = new Int32Array(texts + 1);
  for (const entry of files) for (const text of entry.texts) starts[text + 1]!++;
  for (let text = 0; text < texts; text++) starts[text + 1]! += starts[text]!;
  const of = new Int32Array(starts[texts]!);
  const next = starts.slice();
  files.forEach((entry, file) => {
    for (const text of entry.texts) of[next[text]!++] = file;
  });
  return { version, files, starts, of };
}

function grown(array: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(length, array.length * 2));
  larger.set(array);
  return larger;
}
