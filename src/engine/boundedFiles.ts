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
export function shortText(file: string): string | undefined {
  try {
    const stat = fs.statSync(file);
    return stat.isFile() && stat.size <= MAX_TEXT ? fs.readFileSync(file, "utf8") : undefined;
  } catch {
    return undefined;
  }
}

/** No model folder has more files; those of a folder that is none need not all be looked at. */
const MAX_STAMPED = 1000;

/** Names, sizes and times of the files in a model folder and in the folders in it: no layout is deeper. */
export function stampsIn(folder: string): readonly string[] {
  const stamps: string[] = [];
  const add = (below: string): void => {
    for (const { name } of quietly(() => entriesOf(path.join(folder, below), MAX_STAMPED).entries) ?? []) {
      if (stamps.length >= MAX_STAMPED) return;
      const inside = path.join(below, name);
      const stat = quietly(() => fs.statSync(path.join(folder, inside)));
      if (stat?.isFile() === true) stamps.push(`${inside} ${stat.size} ${stat.mtimeMs}`);
      else if (stat?.isDirectory() === true && below === "") add(name);
    }
  };
  add("");
  return stamps.sort();
}

/** undefined for what cannot be looked at: it went just now, or may not be read. */
function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
