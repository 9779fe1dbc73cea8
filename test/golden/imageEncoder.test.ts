import assert from "node:assert/strict";
import { before, test } from "node:test";

import { builtFolder, ensureEncoders } from "../../scripts/encoders/main.ts";
import { closeness } from "../../src/core/proof/closeness.ts";
import { encode, encodeImages } from "../../src/protocol/encoder.ts";
import { encoderForTests, floats, readData } from "./againstPublisher.ts";

const ID = "mobilenet-v2";
const golden = readData(ID) as { dim: number; images: { k: number; vector: string }[] };
const expected = golden.images.map(({ vector }) => floats(vector));
const encoder = encoderForTests();
before(() => ensureEncoders([ID]));

const [CHANNELS, SIDE] = [3, 224];

/** The pixels that the golden vectors are of; its formula is said in the file. */
function image(k: number): Float32Array {
  const pixels = new Float32Array(CHANNELS * SIDE * SIDE);
  for (let c = 0, at = 0; c < CHANNELS; c++)
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) pixels[at++] = Math.sin((x * (c + 1) + y * k) / (7 + 3 * c + k));
  return pixels;
}

const pixels = new Float32Array(golden.images.flatMap(({ k }) => [...image(k)]));
/** Features go to about 5; half precision keeps three digits of each weight. */
const BOUNDS = { fp32: { component: 1e-4, cosine: 0.99999 }, fp16: { component: 0.02, cosine: 0.99999 } } as const;

for (const precision of ["fp32", "fp16"] as const)
  test(`${ID} in ${precision} gives the publisher's vectors of images`, async () => {
    const model = { folder: builtFolder(ID), precision };
    const { dimensions, vectors } = await encoder.child.rpc.request(encodeImages, { model, pixels });
    assert.equal(dimensions, golden.dim);
    const rows = expected.map((_, row) => vectors.subarray(row * dimensions, (row + 1) * dimensions));
    const largest = Math.max(
      ...expected.flatMap((vector, row) => Array.from(vector, (value, d) => Math.abs(value - rows[row]![d]!))),
    );
    const { leastCosine } = closeness(rows, expected);
    const bound = BOUNDS[precision];
    assert.ok(largest <= bound.component && leastCosine >= bound.cosine, `largest difference ${largest}, cosine ${leastCosine}`);
  });

test("text is refused with a reason, and so is what is no image of its size", async () => {
  const model = { folder: builtFolder(ID), precision: "fp16" } as const;
  await assert.rejects(encoder.child.rpc.request(encode, { model, texts: ["a cat"] }), /mobilenet-v2 reads images, not text/);
  await assert.rejects(
    encoder.child.rpc.request(encodeImages, { model, pixels: new Float32Array(5) }),
    /3 × 224 × 224 numbers each/,
  );
});
