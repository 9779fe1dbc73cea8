/**
 * Tiny encoders of random weights, one of each architecture, as their publishers' libraries save them: imported as anybody
 * would, then compared with what those libraries give. See make_architecture_goldens.py.
 */
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { closeness } from "../../src/core/proof/closeness.ts";
import { encode, load, tokenize } from "../../src/protocol/encoder.ts";
import { importFromPath } from "../../src/protocol/hub.ts";
import type { EngineClient } from "../../src/process/engineClient.ts";
import { startEngine } from "../engine/startEngine.ts";
import { encoderForTests, floats } from "./againstPublisher.ts";

interface Golden {
  readonly maxTokens: number | null;
  /** Of each text: its ids, and the mean over its tokens of every layer from the embeddings to the last. */
  readonly items: readonly { readonly ids: readonly number[]; readonly layers: readonly string[] }[];
  /** Ids of texts that tokenizers have trouble with. */
  readonly odd: readonly (readonly number[])[];
}

const DATA = path.join(import.meta.dirname, "data/architectures");
const { texts, odd } = JSON.parse(fs.readFileSync(path.join(DATA, "texts.json"), "utf8")) as { texts: string[]; odd: string[] };

/** Both sides compute in single precision, in another order. */
const BOUND = 1e-5;

const encoder = encoderForTests();
let engine: EngineClient;
let encoders: string;

before(() => {
  encoders = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "architectures-")));
  engine = startEngine({ encoders, hello: { workers: 1 } });
});
after(() => {
  engine.dispose();
  fs.rmSync(encoders, { recursive: true, force: true });
});

for (const name of fs.readdirSync(DATA).filter((entry) => !entry.includes(".")))
  describe(name, () => {
    const golden = JSON.parse(fs.readFileSync(path.join(DATA, name, "golden.json"), "utf8")) as Golden;
    const layers = golden.items[0]!.layers.length - 1;
    const model = (): { folder: string; precision: "fp32" } => ({ folder: path.join(encoders, name), precision: "fp32" });

    test("is imported: ONNX is built of its safetensors, which are not kept", async () => {
      const { id } = await engine.request(importFromPath, { path: path.join(DATA, name), folder: encoders });
      assert.equal(id, name);
      const kept = fs.readdirSync(path.join(encoders, name), { recursive: true, encoding: "utf8" });
      assert.ok(kept.includes(path.join("onnx", "model.onnx")));
      assert.ok(!kept.some((file) => /\.safetensors(\.index\.json)?$/.test(file)), kept.join(" "));
      const again = await engine.request(importFromPath, { path: path.join(DATA, name), folder: encoders });
      assert.deepEqual([again.id, again.added], [name, false]);
    });

    test("token ids are the Rust tokenizer's, and no more than the network has positions for", async () => {
      const loaded = await encoder.child.rpc.request(load, { model: model() });
      assert.deepEqual([loaded.layers, loaded.maxTokens], [layers, golden.maxTokens]);
      const ids = await encoder.child.rpc.request(tokenize, { model: model(), texts });
      golden.items.forEach((item, at) => {
        assert.deepEqual(ids[at], item.ids, JSON.stringify(texts[at]));
      });
      const oddIds = await encoder.child.rpc.request(tokenize, { model: model(), texts: odd });
      golden.odd.forEach((expected, at) => {
        assert.deepEqual(oddIds[at], expected, JSON.stringify(odd[at]));
      });
    });

    test(`every layer is the publisher's within ${BOUND}`, async (context) => {
      let largest = 0;
      let least = 1;
      for (let layer = 0; layer <= layers; layer++) {
        const { vectors, dimensions } = await encoder.child.rpc.request(encode, { model: model(), texts, layer });
        golden.items.forEach((item, row) => {
          const expected = floats(item.layers[layer]!);
          assert.equal(expected.length, dimensions);
          const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions);
          // A text of which a static table knows nothing has no direction on either side.
          if (expected.some((value) => value !== 0)) least = Math.min(least, closeness([vector], [expected]).leastCosine);
          expected.forEach((value, d) => {
            largest = Math.max(largest, Math.abs(value - vector[d]!));
          });
        });
      }
      context.diagnostic(
        `${name}: largest difference ${largest.toExponential(1)}, least cosine 1 − ${(1 - least).toExponential(1)}`,
      );
      assert.ok(largest <= BOUND, `largest difference ${largest}`);
    });
  });
