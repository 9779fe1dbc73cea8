import assert from "node:assert/strict";
import { test } from "node:test";

import { builtFolder } from "../../scripts/encoders/main.ts";
import { closeness } from "../../src/core/proof/closeness.ts";
import { encode, load } from "../../src/protocol/encoder.ts";
import { describeAgainstPublisher, encoderForTests, floats, readData, texts, type Golden } from "./againstPublisher.ts";

const encoder = encoderForTests();

for (const id of ["all-MiniLM-L6-v2", "paraphrase-MiniLM-L3-v2", "glove-6b-100d-50k"])
  describeAgainstPublisher(encoder, id, ["fp32", "w8", "int8"]);

test("every layer's hidden states are the publisher's", async () => {
  const golden = (readData("all-MiniLM-L6-v2") as Golden).hiddenStates!;
  const model = { folder: builtFolder("all-MiniLM-L6-v2"), precision: "fp32" } as const;
  assert.equal((await encoder.child.rpc.request(load, { model })).layers, 6);
  for (let layer = 0; layer <= 6; layer++) {
    const { vectors } = await encoder.child.rpc.request(encode, { model, texts: golden.of.map((id) => texts[id]!), layer });
    golden.of.forEach((_, row) => {
      // The golden rows are means; ours are the same scaled to unit length.
      const expected = floats(golden.vectors[row]![layer]!);
      const { leastCosine } = closeness([vectors.subarray(row * 384, (row + 1) * 384)], [expected]);
      assert.ok(leastCosine >= 0.99999);
    });
  }
});
