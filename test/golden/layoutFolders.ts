import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

import type { EncoderCard, Precision } from "../../src/core/encoders/card.ts";
import { PRECISIONS } from "../../src/core/encoders/card.ts";
import { MODEL_FILES } from "../../src/core/encoders/manifest.ts";
import { importFromPath } from "../../src/engine/hub/importEncoder.ts";
import { writeFiles } from "../engine/smallModel.ts";

/** A publisher's folder and what the publisher's library makes of it: data/layouts.json. */
export interface Layout {
  /** From paths in the folder to names of blobs. */
  readonly files: Readonly<Record<string, string>>;
  /** What is imported of it; absent: the folder. */
  readonly open?: string;
  readonly width: number;
  readonly vectors: string;
  readonly tolerance?: number;
  /** For weights of fewer bits: the least cosine to the publisher's vectors. */
  readonly cosine?: number;
  readonly pooling: string;
  readonly normalized: boolean;
  readonly maxTokens?: number;
  readonly prompts?: Readonly<Record<string, string>>;
}

export const { texts, layouts, blobs } = JSON.parse(fs.readFileSync(new URL("data/layouts.json", import.meta.url), "utf8")) as {
  readonly texts: readonly string[];
  readonly layouts: Readonly<Record<string, Layout>>;
  readonly blobs: Readonly<Record<string, string>>;
};

/** A folder that goes when the tests of a file have ended. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "layouts-"));
  after(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** Writes a layout's files into a folder of its own, and gives that. */
export function writeLayout(base: string, name: string, as = name): string {
  const folder = path.join(base, as.replaceAll(/\W+/g, "-"));
  const files = Object.entries(layouts[name]!.files).map(([file, blob]) => [file, Buffer.from(blobs[blob]!, "base64")] as const);
  return writeFiles(folder, Object.fromEntries(files));
}

const PROGRAM = fileURLToPath(new URL("../../src/encoder/main.ts", import.meta.url));

/** Imports as the engine does. */
export async function importLayout(
  base: string,
  place: string,
  file?: string,
): Promise<{ readonly folder: string; readonly card: EncoderCard; readonly precision: Precision }> {
  const { folder } = await importFromPath(place, {
    folder: path.join(base, "encoders"),
    file,
    isTaken: () => false,
    encoder: { program: PROGRAM },
    report: () => undefined,
    signal: new AbortController().signal,
  });
  const record = JSON.parse(fs.readFileSync(path.join(folder, "encoder.json"), "utf8")) as { manifest: { card: EncoderCard } };
  const precision = PRECISIONS.find((one) => fs.existsSync(path.join(folder, MODEL_FILES[one])))!;
  return { folder, card: record.manifest.card, precision };
}
