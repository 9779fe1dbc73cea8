import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import * as v from "valibot";

import { CARD_FIELDS, MAX_FACT, type CardEdits } from "../../core/encoders/editedCard.ts";
import { cardNotKept } from "../../protocol/cards.ts";
import { namesIn } from "../boundedFiles.ts";
import { writeWhole } from "../writeWhole.ts";

/** The facts that the user put in place of the publishers', one file per encoder. */
export interface EditedCards {
  of(id: string): CardEdits;
  /** Lasts when it returns; no edits take the file away. Throws `cardNotKept`. */
  keep(id: string, edits: CardEdits): void;
  /** Looks at the folder again: other windows and people write there too. */
  refresh(): void;
}

/** More cards than this nobody edits by hand, and a longer file is none of ours. */
const MAX_FILES = 1000;
const MAX_BYTES = 64 * 1024;

/** @param folder undefined where there is no place of the user's */
export function createEditedCards(folder: string | undefined, onLog: (line: string) => void): EditedCards {
  let known = new Map<string, CardEdits>();
  /** Files that were complained about, as they were then. */
  const told = new Set<string>();

  const refresh = (): void => {
    if (folder === undefined) return;
    const found = new Map<string, CardEdits>();
    for (const name of cardFiles(folder)) {
      const file = path.join(folder, name);
      const read = readEdits(file);
      if (read === undefined) continue;
      if (read.ok && fileName(read.id) === name) found.set(read.id, read.facts);
      else if (!told.has(read.stamp)) {
        told.add(read.stamp);
        onLog(`${file} holds no edited card and is left out: ${read.ok ? "it is of another encoder" : read.reason}`);
      }
    }
    known = found;
  };
  refresh();

  return {
    of: (id) => known.get(id) ?? {},
    refresh,
    keep(id, facts) {
      if (folder === undefined) throw cardNotKept("this installation", "no folder for it was named");
      try {
        fs.mkdirSync(folder, { recursive: true });
        const file = path.join(folder, fileName(id));
        if (Object.keys(facts).length === 0) fs.rmSync(file, { force: true });
        else writeWhole(file, `${JSON.stringify({ format: FORMAT, id, facts }, null, 2)}\n`);
      } catch (error) {
        throw cardNotKept(folder, error instanceof Error ? error.message : String(error));
      }
      refresh();
    },
  };
}

const FORMAT = 1;
const EDITS = v.object({
  format: v.literal(FORMAT),
  id: v.string(),
  facts: v.strictObject(
    v.entriesFromList(CARD_FIELDS, v.exactOptional(v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_FACT)))),
  ),
});

type ReadEdits = { readonly stamp: string } & (
  { readonly ok: true; readonly id: string; readonly facts: CardEdits } | { readonly ok: false; readonly reason: string }
);

/** undefined for a file that is gone already. */
function readEdits(file: string): ReadEdits | undefined {
  const stat = fs.lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const stamp = `${file} ${stat.size} ${stat.mtimeMs}`;
  // Opening anything else may wait for ever, or lead elsewhere.
  if (!stat.isFile()) return { stamp, ok: false, reason: "it is no file" };
  if (stat.size > MAX_BYTES) return { stamp, ok: false, reason: `it is longer than ${MAX_BYTES} bytes` };
  try {
    const { id, facts } = v.parse(EDITS, JSON.parse(fs.readFileSync(file, "utf8")));
    return { stamp, ok: true, id, facts };
  } catch (error) {
    return { stamp, ok: false, reason: v.isValiError(error) ? error.message : "it is no JSON" };
  }
}

const cardFiles = (folder: string): readonly string[] =>
  namesIn(folder)
    .filter((name) => name.endsWith(".json"))
    .slice(0, MAX_FILES);

/** Longest name before its ending; ids of our own are shorter. */
const MAX_NAME = 150;

/** A file's name that leads nowhere else, whatever the id; the id in the file is what counts. */
function fileName(id: string): string {
  const name = encodeURIComponent(id.toWellFormed()).replaceAll("*", "%2A");
  return `${name.length <= MAX_NAME ? name : createHash("sha256").update(id).digest("hex")}.json`;
}
