import assert from "node:assert/strict";
import path from "node:path";
import { describe, test } from "node:test";

import { prefixOf } from "../../src/core/encoders/prompts.ts";
import { closeness } from "../../src/core/proof/closeness.ts";
import { encode } from "../../src/protocol/encoder.ts";
import { encoderForTests, floats } from "./againstPublisher.ts";
import { importLayout, layouts, temporaryFolder, texts, writeLayout } from "./layoutFolders.ts";

/** Components of vectors of the publisher's library, which sums in single precision in an order of its own. */
const TOLERANCE = 1e-5;

const base = temporaryFolder();
const encoder = encoderForTests();

describe("a publisher's folder gives the vectors of the publisher's library", () => {
  for (const [name, layout] of Object.entries(layouts))
    test(name, async (context) => {
      const { folder, card, precision } = await importLayout(base, path.join(writeLayout(base, name), layout.open ?? ""));
      assert.equal(card.pooling, layout.pooling);
      assert.equal(card.normalized, layout.normalized);
      assert.equal(card.dimensions, layout.width);
      if (layout.maxTokens !== undefined) assert.equal(card.maxTokens, layout.maxTokens);
      assert.deepEqual(card.prompts, layout.prompts ?? {});

      const { vectors, dimensions } = await encoder.child.rpc.request(encode, {
        model: { folder, precision },
        texts,
        prefix: prefixOf(card, {}, undefined),
      });
      assert.equal(dimensions, layout.width);
      const expected = floats(layout.vectors);
      const rows = texts.map((_, row) => [row * dimensions, (row + 1) * dimensions] as const);
      const { leastCosine } = closeness(
        rows.map(([from, to]) => vectors.subarray(from, to)),
        rows.map(([from, to]) => expected.subarray(from, to)),
      );
      context.diagnostic(`${name}: least cosine 1 − ${(1 - leastCosine).toExponential(1)}`);
      if (layout.cosine !== undefined) {
        assert.ok(leastCosine >= layout.cosine, `least cosine ${leastCosine}`);
        return;
      }
      const differences = Array.from(expected, (value, at) => Math.abs(value - vectors[at]!));
      const largest = Math.max(...differences);
      assert.ok(
        largest <= (layout.tolerance ?? TOLERANCE),
        `largest difference ${largest}, in text ${Math.floor(differences.indexOf(largest) / dimensions)}`,
      );
    });
});
