import fs from "node:fs";
import path from "node:path";

import { languageOf } from "../core/text/languageOf.ts";
import type { SourceDocument } from "../protocol/engine.ts";
import { unreadable } from "../protocol/errors.ts";

/** Larger files are data, not text that somebody wrote. */
const MAX_BYTES = 1_000_000;
const SKIPPED_FOLDERS = new Set(["node_modules", "dist", "out", "target", "__pycache__"]);

/** Files and the files of folders, read. What is skipped is counted and said on standard error. */
export function readSources(paths: readonly string[]): SourceDocument[] {
  const files = paths.flatMap((given) => {
    const stat = fs.statSync(given, { throwIfNoEntry: false });
    if (stat === undefined) throw unreadable(given, "there is no such file or folder");
    return stat.isDirectory() ? walk(given) : [given];
  });
  let skipped = 0;
  const documents = [...new Set(files)].flatMap((file) => {
    const bytes = fs.statSync(file).size > MAX_BYTES ? undefined : fs.readFileSync(file);
    if (bytes === undefined || bytes.includes(0)) {
      skipped++;
      return [];
    }
    const languageId = languageOf(file);
    return [
      { uri: file, path: path.relative(process.cwd(), file) || file, languageId, version: 0, text: bytes.toString("utf8") },
    ];
  });
  if (skipped > 0)
    console.error(`Skipped ${skipped} ${skipped === 1 ? "file that is" : "files that are"} binary or larger than 1 MB.`);
  return documents;
}

function walk(folder: string): string[] {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const file = path.join(folder, entry.name);
      // Hidden files are settings; links may lead anywhere.
      if (entry.name.startsWith(".") || SKIPPED_FOLDERS.has(entry.name)) return [];
      return entry.isDirectory() ? walk(file) : entry.isFile() ? [file] : [];
    });
}
