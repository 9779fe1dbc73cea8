import assert from "node:assert/strict";
import { test } from "node:test";

import { checkKnown } from "../../src/encoder/operators.ts";

/** What torch.onnx (2.14, both exporters) writes of DeBERTa-v2: its buckets of distances are computed with signs and ceilings. */
const EXPORTED =
  "Abs Add And Cast Ceil Clip Concat Constant ConstantOfShape Div Equal Erf Expand Gather GatherElements Greater Identity " +
  "LayerNormalization Less LessOrEqual Log MatMul Mul Neg Not Range Reshape Shape Sign Slice Softmax Sqrt Squeeze Sub Tile " +
  "Transpose Unsqueeze Where";

test("what an export of DeBERTa uses is known; what need not end is not", () => {
  for (const operator of EXPORTED.split(" "))
    assert.doesNotThrow(() => {
      checkKnown(operator, "", false);
    });
  for (const operator of ["Loop", "Scan", "If"])
    assert.throws(() => {
      checkKnown(operator, "", true);
    }, /is not one that encoders use/);
});
