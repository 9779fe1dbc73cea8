import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, describe, test } from "node:test";

import { closeness } from "../../scripts/precision.ts";
import type { Precision } from "../../src/core/encoders/card.ts";
import { encode, hello, load, tokenize, type EncodeResult } from "../../src/protocol/encoder.ts";
import { PROTOCOL_VERSION } from "../../src/protocol/engine.ts";
import type { RunningChild } from "../../src/process/childProcess.ts";
import { modelFolder, startEncoder } from "./encoderProcess.ts";

interface Golden {
  readonly dim: number;
  readonly items: readonly { readonly id: number; readonly ids: readonly number[]; readonly vector: string }[];
  readonly hiddenStates?: { readonly of: readonly number[]; readonly vectors: readonly (readonly string[])[] };
}

const read = (name: string): unknown => JSON.parse(fs.readFileSync(new URL(`data/${name}.json`, import.meta.url), "utf8"));
const texts = (read("texts") as { text: string }[]).map(({ text }) => text);
const floats = (base64: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer);

let child: RunningChild;
before(async () => {
  child = startEncoder();
  await child.rpc.request(hello, { protocol: PROTOCOL_VERSION });
});
after(async () => {
  child.kill();
  await child.ended;
});

/** What the issue allows between our vectors and the publisher's. */
const BOUNDS: Readonly<Record<Precision, { mean: number; min: number; overlap: number }>> = {
  fp32: { mean: 0.99999, min: 0.99999, overlap: 1 },
  w8: { mean: 0.998, min: 0.998, overlap: 0.97 },
  int8: { mean: 0.98, min: 0, overlap: 0 },
};

for (const id of ["all-MiniLM-L6-v2", "paraphrase-MiniLM-L3-v2", "glove-6b-100d-50k"]) {
  const golden = read(id) as Golden;
  const expected = golden.items.map(({ vector }) => floats(vector));
  const model = (precision: Precision) => ({ folder: modelFolder(id), precision });
  const embed = (precision: Precision): Promise<EncodeResult> => child.rpc.request(encode, { model: model(precision), texts });

  describe(id, () => {
    test("token ids equal the Rust tokenizer's", async () => {
      const ids = await child.rpc.request(tokenize, { model: model("w8"), texts });
      for (const item of golden.items) assert.deepEqual(ids[item.id], item.ids, `text ${item.id}`);
    });

    test("fp32 gives the publisher's numbers within 1e-4", async () => {
      const { vectors, dimensions } = await embed("fp32");
      let largest = 0;
      expected.forEach((vector, row) => {
        // Where the publisher scales nothing, neither do we: components are compared as they are.
        vector.forEach((value, d) => (largest = Math.max(largest, Math.abs(value - vectors[row * dimensions + d]!))));
      });
      assert.ok(largest <= 1e-4, `largest difference ${largest}`);
    });

    for (const precision of ["fp32", "w8", "int8"] as const)
      test(`${precision} points where the publisher's vectors point`, async () => {
        const { vectors, dimensions, hasVector } = await embed(precision);
        const rows = expected.map((_, row) => vectors.subarray(row * dimensions, (row + 1) * dimensions));
        const known = expected.map((_, row) => row).filter((row) => hasVector[row] === 1);
        assert.deepEqual(
          expected.map((vector) => (vector.some(Boolean) ? 1 : 0)),
          [...hasVector],
        );
        const { meanCosine, leastCosine, overlap } = closeness(
          known.map((row) => rows[row]!),
          known.map((row) => expected[row]!),
        );
        const bound = BOUNDS[precision];
        assert.ok(meanCosine >= bound.mean && leastCosine >= bound.min, `mean ${meanCosine}, least ${leastCosine}`);
        if (precision === "w8") assert.ok(overlap >= bound.overlap, `overlap@10 ${overlap}`);
      });

    for (const precision of ["fp32", "w8", "int8"] as const)
      test(`${precision}: a vector does not depend on what else is encoded`, async () => {
        const together = await embed(precision);
        const order = texts.map((_, index) => (index * 37) % texts.length);
        const shuffled = await child.rpc.request(encode, { model: model(precision), texts: order.map((index) => texts[index]!) });
        const d = together.dimensions;
        order.forEach((index, row) => {
          assert.deepEqual(shuffled.vectors.slice(row * d, (row + 1) * d), together.vectors.slice(index * d, (index + 1) * d));
        });
        for (const index of [0, 6, 14, 38, 51]) {
          const alone = await child.rpc.request(encode, { model: model(precision), texts: [texts[index]!] });
          assert.deepEqual(alone.vectors, together.vectors.slice(index * d, (index + 1) * d));
          const sixteen = await child.rpc.request(encode, {
            model: model(precision),
            texts: Array<string>(16).fill(texts[index]!),
          });
          for (let row = 0; row < 16; row++) assert.deepEqual(sixteen.vectors.slice(row * d, (row + 1) * d), alone.vectors);
        }
      });
  });
}

test("every layer's hidden states are the publisher's", async () => {
  const golden = (read("all-MiniLM-L6-v2") as Golden).hiddenStates!;
  const model = { folder: modelFolder("all-MiniLM-L6-v2"), precision: "fp32" } as const;
  assert.equal((await child.rpc.request(load, model)).layers, 6);
  for (let layer = 0; layer <= 6; layer++) {
    const { vectors } = await child.rpc.request(encode, { model, texts: golden.of.map((id) => texts[id]!), layer });
    golden.of.forEach((_, row) => {
      // The golden rows are means; ours are the same scaled to unit length.
      const expected = floats(golden.vectors[row]![layer]!);
      assert.ok(cosine(vectors.subarray(row * 384, (row + 1) * 384), expected) >= 0.99999);
    });
  }
});

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let d = 0; d < a.length; d++) {
    ab += a[d]! * b[d]!;
    aa += a[d]! * a[d]!;
    bb += b[d]! * b[d]!;
  }
  return ab / Math.sqrt(aa * bb);
}

/** Mean share of the k nearest that two sets of vectors have in common. */
