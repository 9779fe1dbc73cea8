/** Publishers' folders, changed or spoilt, and an encoder process to open them. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";

import type { Precision } from "../../src/core/encoders/card.ts";
import { load } from "../../src/protocol/encoder.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import { encoderForTests } from "../golden/againstPublisher.ts";
import { temporaryFolder, writeLayout } from "../golden/layoutFolders.ts";
import { writeFiles, type Files } from "./smallModel.ts";

/** Where the layouts of a file's tests lie. */
export const base = temporaryFolder();
export const encoder = encoderForTests();
let count = 0;

/** A copy of a layout with some files changed, or taken away where they are null. */
export function changed(layout: string, changes: Readonly<Record<string, Files[string] | null>>): string {
  const folder = writeLayout(base, layout, `${layout} ${String(++count)}`);
  for (const [file, content] of Object.entries(changes))
    if (content === null) fs.rmSync(path.join(folder, file));
    else writeFiles(folder, { [file]: content });
  return folder;
}

export const opened = (folder: string, precision: Precision = "fp32") =>
  encoder.child.rpc.request(load, { model: { folder, precision } });

/** One typed error with this message. */
export async function refused(work: Promise<unknown>, message: RegExp, code = "badModel"): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof EmbedError);
    assert.match(error.data.message, message);
    assert.equal(error.data.code, code);
    return true;
  });
}

export const jsonIn = (folder: string, file: string): unknown => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8"));

export type Module = Readonly<Record<string, unknown>>;
export const withModules = (layout: string, change: (modules: readonly Module[]) => readonly Module[]): string => {
  const folder = changed(layout, {});
  writeFiles(folder, { "modules.json": change(jsonIn(folder, "modules.json") as Module[]) });
  return folder;
};
