import assert from "node:assert/strict";
import { test } from "node:test";

import { Graph, statePort, tokenPort, type Port } from "../../src/encoder/onnx/graph.ts";
import { prescan } from "../../src/encoder/prescan.ts";
import { EmbedError } from "../../src/protocol/errors.ts";

const pixels: Port = { name: "pixel_values", type: "float", dims: ["batch", 3, 8, 8] };

function convolution(input: Port, attributes: Readonly<Record<string, number | readonly number[]>>): Uint8Array {
  const graph = new Graph("fp32");
  graph.op("Conv", [input.name, graph.constant("weights", [4, 3, 3, 3], new Float32Array(108))], attributes, "states");
  return graph.finish([input], [statePort("states", 4)], "a test").whole.finish();
}

const reasonFor = (model: Uint8Array): string => {
  try {
    prescan("model.onnx", model);
    return "";
  } catch (error) {
    assert.ok(error instanceof EmbedError);
    return error.data.message;
  }
};

test("convolutions pass where pixels are read, and nowhere else", () => {
  const sound = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], group: 1 };
  assert.equal(reasonFor(convolution(pixels, sound)), "");
  assert.match(reasonFor(convolution(tokenPort("input_ids"), sound)), /the operator "Conv" is not one/);
});

test("a convolution that would divide by zero or never end is refused", () => {
  for (const [name, value] of [
    ["strides", [0, 1]],
    ["group", 0],
    ["group", -1],
    ["kernel_shape", [1 << 20, 1]],
    ["pads", [-1, 0, 0, 0]],
    ["dilations", [65, 1]],
  ] as const)
    assert.match(reasonFor(convolution(pixels, { [name]: value })), new RegExp(`${name} of a convolution is`));
  for (const name of ["ceil_mode", "constructor"])
    assert.match(reasonFor(convolution(pixels, { [name]: 1 })), new RegExp(`a convolution has the attribute "${name}"`));
});
