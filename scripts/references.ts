/**
 * Writes encoders/references: a few of the goldens' texts with the publishers' own ids and vectors, for the self-test that ships.
 * `node scripts/references.ts`, after the goldens have changed.
 */
import fs from "node:fs";
import path from "node:path";

import type { EncoderManifest } from "../src/core/encoders/manifest.ts";
import type { ReferenceFile } from "../src/core/proof/referenceFile.ts";

const root = path.resolve(import.meta.dirname, "..");

/** Prose, code, another script, emoji, accents, special tokens written out. */
const TEXTS = [0, 2, 14, 20, 34, 39, 43, 55];

interface Golden {
  readonly reference: string;
  readonly prefix: string;
  readonly dim: number;
  readonly items: readonly { readonly id: number; readonly ids: readonly number[]; readonly vector: string }[];
}

const readJson = (...parts: readonly string[]): unknown => JSON.parse(fs.readFileSync(path.join(root, ...parts), "utf8"));

const texts = readJson("test/golden/data/texts.json") as readonly { readonly id: number; readonly text: string }[];

for (const name of fs.readdirSync(path.join(root, "encoders")).filter((file) => file.endsWith(".json"))) {
  const manifest = readJson("encoders", name) as EncoderManifest;
  if (manifest.card.input === "image") continue;
  const golden = readJson("test/golden/data", name) as Golden;
  const published = manifest.files.flatMap(({ role, hub, sha256 }) => (role === "weights" && hub ? [{ hub, sha256 }] : []));
  const file: ReferenceFile = {
    source: golden.reference,
    precision: manifest.precisions?.every((one) => one === "q4") === true ? "q4" : "fp32",
    prefix: golden.prefix,
    dimensions: golden.dim,
    repositories: [...new Set(published.map(({ hub }) => hub.repository))],
    weights: published.map(({ sha256 }) => sha256),
    items: golden.items
      .filter(({ id }) => TEXTS.includes(id))
      .map(({ id, ids, vector }) => ({ text: texts.find((text) => text.id === id)!.text, ids, vector })),
  };
  fs.mkdirSync(path.join(root, "encoders", "references"), { recursive: true });
  const spaced = JSON.stringify(file, null, 2).replace(/\[\s+(?=\d)[\d,\s]+\]/g, (list) => list.replace(/\s+/g, " "));
  fs.writeFileSync(path.join(root, "encoders", "references", name), `${spaced}\n`);
}
