/** Looking at folders that nobody vouches for, within bounds: the engine answers others meanwhile, and none waits for a disk. */
import fs from "node:fs";
import path from "node:path";

/** Up to `most` entries of a folder, in the disk's order; `more` when there are others. Throws what the disk says. */
export function entriesOf(folder: string, most: number): { readonly entries: readonly fs.Dirent[]; readonly more: boolean } {
  const entries: fs.Dirent[] = [];
  const directory = fs.opendirSync(folder);
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) {
      if (entries.length >= most) return { entries, more: true };
      entries.push(entry);
    }
    return { entries, more: false };
  } finally {
    directory.closeSync();
  }
}

/** Settings are short; what is longer is none. */
const MAX_TEXT = 1_000_000;

/** The text of a short regular file; undefined for any other, and for what cannot be read: a pipe would be waited for. */
export function shortText(file: string, most = MAX_TEXT): string | undefined {
  try {
    const stat = fs.statSync(file);
    return stat.isFile() && stat.size <= most ? fs.readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

/** No model folder has more files and folders; those of one that is none need not all be looked at. */
const MAX_LOOKED = 1000;

export interface FoundFile {
  /** In the folder, with forward slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** Folders in folders that models lie in: `0_Transformer/onnx`. */
const DEEPEST = 2;

/** What lies in a model folder and in the folders of it, by name; of too much, some. */
export interface FolderContents {
  readonly files: readonly FoundFile[];
  /** Names that something else has: a pipe, a link to nothing. */
  readonly others: readonly FoundFile[];
}

export function contentsOf(folder: string): FolderContents {
  const files: FoundFile[] = [];
  const others: FoundFile[] = [];
  let looked = 0;
  const add = (below: string, depth: number): void => {
    for (const { name } of quietly(() => entriesOf(path.join(folder, below), MAX_LOOKED).entries) ?? []) {
      if (++looked > MAX_LOOKED) return;
      const inside = path.posix.join(below, name);
      const at = path.join(folder, inside);
      const stat = quietly(() => fs.statSync(at)) ?? quietly(() => fs.lstatSync(at));
      if (stat === undefined) continue;
      const found = { path: inside, bytes: stat.size, mtimeMs: stat.mtimeMs };
      if (stat.isFile()) files.push(found);
      else others.push(found);
      if (stat.isDirectory() && depth < DEEPEST) add(inside, depth + 1);
    }
  };
  add("", 0);
  return { files: files.sort(byPath), others };
}

const byPath = (a: FoundFile, b: FoundFile): number => (a.path < b.path ? -1 : 1);

export const filesIn = (folder: string): readonly FoundFile[] => contentsOf(folder).files;

/** Sub-folders that are looked at for encoders; a folder with more is none of ours. */
const MAX_ENCODERS = 10_000;

/** Names in a folder, in order; none where it cannot be read. */
export const namesIn = (folder: string): readonly string[] =>
  (quietly(() => entriesOf(folder, MAX_ENCODERS).entries) ?? []).map(({ name }) => name).sort();

/** undefined for what cannot be looked at: it went just now, or may not be read. */
export function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
