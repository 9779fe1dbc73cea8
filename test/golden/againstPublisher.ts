import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, describe, test } from "node:test";

import { builtFolder, ensureEncoders } from "../../scripts/encoders/main.ts";
import type { Precision } from "../../src/core/encoders/card.ts";
import { closeness } from "../../src/core/proof/closeness.ts";
import { encode, hello, tokenize, type EncodeResult } from "../../src/protocol/encoder.ts";
import { PROTOCOL_VERSION } from "../../src/protocol/engine.ts";
import type { RunningChild } from "../../src/process/childProcess.ts";
import { startEncoder } from "./encoderProcess.ts";

/** What a publisher's own pipeline gave for the texts of data/texts.json. */
export interface Golden {
  readonly dim: number;
  /** Put before every text. */
  readonly prefix: string;
  readonly items: readonly { readonly id: number; readonly ids: readonly number[]; readonly vector: string }[];
  readonly hiddenStates?: { readonly of: readonly number[]; readonly vectors: readonly (readonly string[])[] };
}

export const readData = (name: string): unknown =>
  JSON.parse(fs.readFileSync(new URL(`data/${name}.json`, import.meta.url), "utf8"));
export const floats = (base64: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(base64, "base64")).buffer);

export const texts = (readData("texts") as { text: string }[]).map(({ text }) => text);

/** An encoder process for the tests of a file. */
export function encoderForTests(): { readonly child: RunningChild } {
  let child: RunningChild | undefined;
  before(async () => {
    child = startEncoder();
    await child.rpc.request(hello, { protocol: PROTOCOL_VERSION });
  });
  after(async () => {
    child?.kill();
    await child?.ended;
  });
  return {
    get child() {
      assert.ok(child !== undefined, "the encoder process was not started");
      return child;
    },
  };
}

/** How far from the publisher's vectors a precision may be. Components are held to `component` where it is given. */
interface Bounds {
  readonly mean: number;
  readonly least: number;
  readonly overlap?: number;
  readonly component?: number;
}
const BOUNDS: Readonly<Record<Precision, Bounds>> = {
  fp32: { mean: 0.99999, least: 0.99999, overlap: 1, component: 1e-4 },
  fp16: { mean: 0.99999, least: 0.99999, overlap: 0.99, component: 1e-3 },
  w8: { mean: 0.998, least: 0.998, overlap: 0.97 },
  int8: { mean: 0.98, least: -1 },
  // The goldens are of the same 4-bit weights.
  q4: { mean: 0.99999, least: 0.99999, overlap: 1, component: 1e-4 },
};

/**
 * Tests an encoder, which is fetched and built if need be: token ids equal the Rust tokenizers library's, vectors come as
 * close to the publisher's as each precision must, and none depends on what else is encoded.
 */
export function describeAgainstPublisher(
  encoder: { readonly child: RunningChild },
  id: string,
  precisions: readonly Precision[],
): void {
  const golden = readData(id) as Golden;
  const expected = golden.items.map(({ vector }) => floats(vector));
  const prompted = texts.map((text) => golden.prefix + text);
  const model = (precision: Precision) => ({ folder: builtFolder(id), precision });
  const run = (precision: Precision, some: readonly string[]): Promise<EncodeResult> =>
    encoder.child.rpc.request(encode, { model: model(precision), texts: some });
  /** All texts are encoded once in each precision. */
  const all = new Map<Precision, Promise<EncodeResult>>();
  const embed = (precision: Precision): Promise<EncodeResult> => {
    const known = all.get(precision) ?? run(precision, prompted);
    all.set(precision, known);
    return known;
  };

  describe(id, () => {
    before(() => ensureEncoders([id]));

    test("token ids equal the Rust tokenizer's", async () => {
      const ids = await encoder.child.rpc.request(tokenize, { model: model(precisions[0]!), texts: prompted });
      for (const item of golden.items) assert.deepEqual(ids[item.id], item.ids, `text ${item.id}`);
    });

    for (const precision of precisions) {
      const bound = BOUNDS[precision];

      test(`${precision} gives the publisher's vectors`, async () => {
        const { vectors, dimensions, hasVector } = await embed(precision);
        assert.equal(dimensions, golden.dim);
        const rows = expected.map((_, row) => vectors.subarray(row * dimensions, (row + 1) * dimensions));
        assert.deepEqual(
          expected.map((vector) => (vector.some(Boolean) ? 1 : 0)),
          [...hasVector],
        );
        // Where the publisher scales nothing, neither do we: components are compared as they are.
        const largest = Math.max(
          ...expected.flatMap((vector, row) => Array.from(vector, (value, d) => Math.abs(value - rows[row]![d]!))),
        );
        assert.ok(largest <= (bound.component ?? Infinity), `largest difference ${largest}`);
        const known = expected.map((_, row) => row).filter((row) => hasVector[row] === 1);
        const { meanCosine, leastCosine, overlap } = closeness(
          known.map((row) => rows[row]!),
          known.map((row) => expected[row]!),
        );
        const found = `mean ${meanCosine}, least ${leastCosine}, overlap@10 ${overlap}, largest difference ${largest}`;
        assert.ok(meanCosine >= bound.mean && leastCosine >= bound.least && overlap >= (bound.overlap ?? 0), found);
      });

      test(`${precision}: a vector does not depend on what else is encoded`, async () => {
        const together = await embed(precision);
        const d = together.dimensions;
        const rowOf = ({ vectors }: EncodeResult, row: number): Float32Array => vectors.slice(row * d, (row + 1) * d);
        const order = texts
          .map((_, index) => (index * 37) % texts.length)
          .filter((index) => texts[index]!.length <= SHUFFLED_CHARACTERS);
        const shuffled = await run(
          precision,
          order.map((index) => prompted[index]!),
        );
        order.forEach((index, row) => {
          assert.deepEqual(rowOf(shuffled, row), rowOf(together, index));
        });
        for (const index of [0, 6, 14, 38, 51]) {
          const alone = await run(precision, [prompted[index]!]);
          assert.deepEqual(alone.vectors, rowOf(together, index));
          const sixteen = await run(precision, Array<string>(16).fill(prompted[index]!));
          for (let row = 0; row < 16; row++) assert.deepEqual(rowOf(sixteen, row), alone.vectors);
        }
      });
    }
  });
}

/** Longer texts are left out when the order is changed: they alone take most of the time. */
const SHUFFLED_CHARACTERS = 400;
