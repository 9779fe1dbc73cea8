import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after } from "node:test";

/** Where the folders of a file's tests lie; it goes when they have ended. */
export const scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "trees-")));
after(() => {
  fs.rmSync(scratch, { recursive: true, force: true });
});

let trees = 0;
/** A folder with these files, by their paths and texts. */
export function tree(files: Readonly<Record<string, string>>): string {
  const folder = path.join(scratch, `tree${String(trees++)}`);
  fs.mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) write(path.join(folder, name), text);
  return folder;
}

export function write(file: string, content: string | Buffer): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, content);
}
