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
/** Where weights lie: looked at first, so that a folder full of other things hides none. */
const OF_MODELS = /^(onnx|0_Transformer)(\/|$)/;

/** The files of a model folder and of the folders in it, by name; of too many, some, those of the model among them. */
export function filesIn(folder: string): readonly FoundFile[] {
  const found: FoundFile[] = [];
  let looked = 0;
  let belows = [""];
  for (let depth = 0; depth <= DEEPEST; depth++) {
    const next: string[] = [];
    for (const below of belows)
      for (const { name } of quietly(() => entriesOf(path.join(folder, below), MAX_LOOKED).entries) ?? []) {
        if (++looked > MAX_LOOKED && below !== "") break;
        const inside = path.posix.join(below, name);
        const stat = quietly(() => fs.statSync(path.join(folder, inside)));
        if (stat?.isFile() === true) found.push({ path: inside, bytes: stat.size, mtimeMs: stat.mtimeMs });
        else if (stat?.isDirectory() === true) next.push(inside);
      }
    belows = next.sort((a, b) => Number(OF_MODELS.test(b)) - Number(OF_MODELS.test(a)));
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Sizes of those of these names, which may lie in folders below, that something has, be it a link to nothing. Asks the disk once
 * for each folder, and for each name only where a folder is too full to be read.
 */
export function sizesOf(folder: string, names: readonly string[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  for (const [below, inside] of Map.groupBy(names, (name) => path.posix.dirname(name))) {
    const listed = quietly(() => entriesOf(path.join(folder, below), MAX_LOOKED));
    if (listed === undefined) continue;
    const there = new Set(listed.entries.map(({ name }) => name));
    for (const name of inside) {
      if (!listed.more && !there.has(path.posix.basename(name))) continue;
      const at = path.join(folder, name);
      const stat = quietly(() => fs.statSync(at)) ?? quietly(() => fs.lstatSync(at));
      if (stat !== undefined) sizes.set(name, stat.size);
    }
  }
  return sizes;
}

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
