import fs from "node:fs";
import path from "node:path";

import type { EncoderManifest, PackageFile, SourceFile } from "../../core/encoders/manifest.ts";

/** The manifests of a folder, by their files' names. They are part of the installation. */
export function readManifests(folder: string): readonly EncoderManifest[] {
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")) as EncoderManifest);
}

/** The archives that a file is in. */
export const archivesOf = ({ package: source }: SourceFile): readonly PackageFile[] =>
  "parts" in source ? source.parts : [source];

/** All archives of an encoder, each once. */
export const archivesOfAll = ({ files }: EncoderManifest): readonly PackageFile[] => [
  ...new Map(files.flatMap(archivesOf).map((archive) => [archive.sha256, archive])).values(),
];
