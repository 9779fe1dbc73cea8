import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { importFromPath } from "../../src/engine/hub/importEncoder.ts";
import { prefixOf } from "../../src/core/encoders/prompts.ts";
import type { EncoderCard } from "../../src/core/encoders/card.ts";
import { PRECISIONS } from "../../src/core/encoders/card.ts";
import { MODEL_FILES } from "../../src/core/encoders/manifest.ts";
import { encode } from "../../src/protocol/encoder.ts";
import { encoderForTests, floats, readData } from "./againstPublisher.ts";

interface Layout {
  /** From paths in the folder to names of blobs. */
  readonly files: Readonly<Record<string, string>>;
  /** What is imported of it; absent: the folder. */
  readonly open?: string;
  readonly width: number;
  readonly vectors: string;
  readonly tolerance?: number;
  readonly pooling: string;
  readonly normalized: boolean;
  readonly maxTokens?: number;
  readonly prompts?: Readonly<Record<string, string>>;
}
const { texts, layouts, blobs } = readData("layouts") as {
  readonly texts: readonly string[];
  readonly layouts: Readonly<Record<string, Layout>>;
  readonly blobs: Readonly<Record<string, string>>;
};

/** Components of vectors of the publisher's library, which sums in single precision in an order of its own. */
const TOLERANCE = 1e-5;

const PROGRAM = fileURLToPath(new URL("../../src/encoder/main.ts", import.meta.url));

const base = fs.mkdtempSync(path.join(os.tmpdir(), "layouts-"));
after(() => {
  fs.rmSync(base, { recursive: true, force: true });
});
const encoder = encoderForTests();

describe("a publisher's folder gives the vectors of the publisher's library", () => {
  for (const [name, layout] of Object.entries(layouts))
    test(name, async () => {
      const folder = path.join(base, name.replaceAll(/\W/g, "-"));
      for (const [file, blob] of Object.entries(layout.files)) {
        fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
        fs.writeFileSync(path.join(folder, file), Buffer.from(blobs[blob]!, "base64"));
      }
      const imported = await importFromPath(path.join(folder, layout.open ?? ""), {
        folder: path.join(base, "encoders"),
        file: undefined,
        isTaken: () => false,
        encoder: { program: PROGRAM },
        report: () => undefined,
        signal: new AbortController().signal,
      });
      const { card } = (
        JSON.parse(fs.readFileSync(path.join(imported.folder, "encoder.json"), "utf8")) as { manifest: { card: EncoderCard } }
      ).manifest;
      assert.equal(card.pooling, layout.pooling);
      assert.equal(card.normalized, layout.normalized);
      assert.equal(card.dimensions, layout.width);
      if (layout.maxTokens !== undefined) assert.equal(card.maxTokens, layout.maxTokens);
      assert.deepEqual(card.prompts, layout.prompts ?? {});

      const precision = PRECISIONS.find((one) => fs.existsSync(path.join(imported.folder, MODEL_FILES[one])))!;
      const { vectors, dimensions } = await encoder.child.rpc.request(encode, {
        model: { folder: imported.folder, precision },
        texts,
        prefix: prefixOf(card, {}, undefined),
      });
      assert.equal(dimensions, layout.width);
      const expected = floats(layout.vectors);
      const differences = Array.from(expected, (value, at) => Math.abs(value - vectors[at]!));
      const largest = Math.max(...differences);
      assert.ok(
        largest <= (layout.tolerance ?? TOLERANCE),
        `largest difference ${largest}, in text ${Math.floor(differences.indexOf(largest) / dimensions)}`,
      );
    });
});
