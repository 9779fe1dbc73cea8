import assert from "node:assert/strict";
import { test } from "node:test";

import { MessageWriter } from "../../src/encoder/onnx/protobuf.ts";
import { prescan } from "../../src/encoder/prescan.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import { tableModel } from "../engine/smallModel.ts";

const message = (): MessageWriter => new MessageWriter();

interface NodeOptions {
  readonly attributes?: readonly MessageWriter[];
  readonly domain?: string;
}

function node(operator: string, inputs: readonly string[], outputs: readonly string[], options: NodeOptions = {}): MessageWriter {
  const out = message();
  for (const name of inputs) out.bytes(1, name);
  for (const name of outputs) out.bytes(2, name);
  out.bytes(4, operator);
  for (const attribute of options.attributes ?? []) out.bytes(5, attribute);
  return options.domain === undefined ? out : out.bytes(7, options.domain);
}

function tensor(name: string, type: number, dims: readonly number[], raw: Uint8Array): MessageWriter {
  const out = message();
  for (const size of dims) out.varint(1, size);
  return out.varint(2, type).bytes(8, name).bytes(9, raw);
}

const FLOAT = 1;
const INT64 = 7;
const floats = (name: string, dims: readonly number[]): MessageWriter =>
  tensor(name, FLOAT, dims, new Uint8Array(4 * dims.reduce((product, size) => product * size, 1)));
const ints = (name: string, values: readonly number[], dims: readonly number[] = [values.length]): MessageWriter =>
  tensor(name, INT64, dims, new Uint8Array(BigInt64Array.from(values, BigInt).buffer));

const named = (name: string): MessageWriter => message().bytes(1, name);

interface Parts {
  readonly nodes: readonly MessageWriter[];
  readonly tensors?: readonly MessageWriter[];
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
}

function model({ nodes, tensors = [], inputs = ["input_ids"], outputs = ["y"] }: Parts): Uint8Array {
  const graph = message();
  for (const one of nodes) graph.bytes(1, one);
  for (const one of tensors) graph.bytes(5, one);
  for (const name of inputs) graph.bytes(11, named(name));
  for (const name of outputs) graph.bytes(12, named(name));
  return message().varint(1, 8).bytes(7, graph).finish();
}

function reasonFor(file: Uint8Array): string {
  try {
    prescan("x.onnx", file);
  } catch (error) {
    assert.ok(error instanceof EmbedError, String(error));
    assert.equal(error.data.code, "badModel");
    return error.data.message;
  }
  assert.fail("it passed");
}

const words = floats("words", [50, 4]);
const gather = node("Gather", ["words", "input_ids"], ["y"]);

test("graphs that read themselves, nothing or twice are refused, and say so", () => {
  const add = (a: string, b: string, out: string): MessageWriter => node("Add", [a, b], [out]);
  assert.match(reasonFor(model({ nodes: [add("input_ids", "b", "a"), add("a", "a", "b"), add("b", "b", "y")] })), /cyclic/);
  assert.match(reasonFor(model({ nodes: [add("y", "input_ids", "y")] })), /cyclic/);
  assert.match(reasonFor(model({ nodes: [add("input_ids", "none", "y")] })), /reads "none", which nothing makes/);
  assert.match(reasonFor(model({ nodes: [gather], tensors: [words], outputs: ["z"] })), /gives "z", which nothing makes/);
  assert.match(reasonFor(model({ nodes: [gather, gather], tensors: [words] })), /makes "y" twice/);
  assert.match(reasonFor(model({ nodes: [gather], tensors: [words, words] })), /two constants "words"/);
  assert.match(reasonFor(model({ nodes: [] })), /its graph is empty/);
  // Out of order is no fault: the runtime sorts too.
  const later = model({
    nodes: [node("Identity", ["x"], ["y"]), node("Gather", ["words", "input_ids"], ["x"])],
    tensors: [words],
  });
  assert.equal(prescan("x.onnx", later).tables.words, 50);
});

test("what claims more than it holds, or asks for all memory, is refused", () => {
  const claim = tensor("words", FLOAT, [1 << 20, 1 << 10], new Uint8Array(16));
  assert.match(
    reasonFor(model({ nodes: [gather], tensors: [claim] })),
    /"words" claims 1,073,741,824 numbers and holds 16 bytes/,
  );
  const bare = message().varint(1, 1000).varint(2, FLOAT).bytes(8, "words");
  assert.match(reasonFor(model({ nodes: [gather], tensors: [bare] })), /claims 1,000 numbers and holds 0/);
  const strange = tensor("words", 99, [1], new Uint8Array(4));
  assert.match(reasonFor(model({ nodes: [gather], tensors: [strange] })), /element type 99/);
  const shape = ints("shape", [100_000, 100_000]);
  for (const operator of ["ConstantOfShape", "Expand", "Tile"]) {
    const inputs = operator === "ConstantOfShape" ? ["shape"] : ["input_ids", "shape"];
    const asks = model({ nodes: [node(operator, inputs, ["y"])], tensors: [shape] });
    assert.match(reasonFor(asks), new RegExp(`its ${operator} asks for 10,000,000,000 numbers`));
  }
  // The same, said by a node instead of a tensor.
  const value = message().bytes(1, "value_ints").varint(8, 100_000).varint(8, 100_000).varint(20, 7);
  const constant = node("Constant", [], ["shape"], { attributes: [value] });
  assert.match(reasonFor(model({ nodes: [constant, node("ConstantOfShape", ["shape"], ["y"])] })), /asks for/);
  const deep = tensor("words", FLOAT, Array<number>(20).fill(1), new Uint8Array(4));
  assert.match(reasonFor(model({ nodes: [gather], tensors: [deep] })), /20 axes/);
});

test("loops, branches, functions, other domains, sparse weights and attributes out of bounds are refused", () => {
  const body = message().bytes(1, "body").bytes(6, message().bytes(1, gather)).varint(20, 5);
  for (const operator of ["Loop", "If", "Scan", "PyOp"])
    assert.match(reasonFor(model({ nodes: [node(operator, ["input_ids"], ["y"])] })), /is not one that encoders use/);
  assert.match(reasonFor(model({ nodes: [node("Add", ["input_ids"], ["y"], { attributes: [body] })] })), /graphs inside nodes/);
  assert.match(reasonFor(model({ nodes: [node("Add", ["input_ids"], ["y"], { domain: "evil" })] })), /"Add" is not one/);
  const axis = message().bytes(1, "axis").varint(3, 100).varint(20, 2);
  assert.match(
    reasonFor(model({ nodes: [node("Softmax", ["input_ids"], ["y"], { attributes: [axis] })] })),
    /"axis" of Softmax is 100/,
  );
  const withFunctions = message().bytes(7, message().bytes(1, gather)).bytes(25, named("f")).finish();
  assert.match(reasonFor(withFunctions), /functions of its own/);
  const sparse = message().bytes(1, gather).bytes(15, message());
  assert.match(reasonFor(message().bytes(7, sparse).finish()), /sparse weights/);
  assert.match(reasonFor(message().bytes(7, message()).bytes(7, message()).finish()), /graph/);
  for (const junk of ["", "<html>", "\0".repeat(100), "ÿ".repeat(50)]) reasonFor(new TextEncoder().encode(junk));
});

test("uses of known operators that end the process of ONNX Runtime 1.30 are refused", () => {
  const ATTRIBUTE_TYPE = 20;
  const INTEGER = 2;
  const whole = (name: string, value: number): MessageWriter =>
    message().bytes(1, name).varint(3, value).varint(ATTRIBUTE_TYPE, INTEGER);
  // A number that is not written is zero.
  const unwritten = (name: string): MessageWriter => message().bytes(1, name).varint(ATTRIBUTE_TYPE, INTEGER);
  const use = (operator: string, inputs: number, attributes: readonly MessageWriter[], domain = "com.microsoft"): Uint8Array =>
    model({ nodes: [node(operator, Array<string>(inputs).fill("input_ids"), ["y"], { attributes, domain })] });
  for (const [operator, name] of [
    ["GatherBlockQuantized", "bits"],
    ["GatherBlockQuantized", "block_size"],
    ["MatMulNBits", "block_size"],
    ["MultiHeadAttention", "num_heads"],
    ["Attention", "kv_num_heads"],
  ] as const)
    for (const zero of [unwritten(name), whole(name, 0)])
      assert.match(reasonFor(use(operator, 3, [zero])), new RegExp(`"${name}" of ${operator} is less than 1`));
  assert.match(reasonFor(use("Attention", 2, [whole("num_heads", 2)])), /Attention lacks one of 3 inputs/);
  prescan("x.onnx", use("Attention", 3, [whole("num_heads", 2)]));
  // By its shape, for this one.
  prescan("x.onnx", use("RotaryEmbedding", 4, [whole("num_heads", 0)]));
  assert.match(reasonFor(use("Softmax", 1, [whole("axis", 1), whole("axis", 2)], "")), /two attributes "axis"/);
  const leftOut = model({ nodes: [node("LayerNormalization", ["words", "words", ""], ["y"])], tensors: [words] });
  assert.match(reasonFor(leftOut), /LayerNormalization leaves an input out/);
});

test("the rows of the word table are found through what exporters put between it and the ids", () => {
  const rowsOf = (nodes: readonly MessageWriter[], tensors: readonly MessageWriter[]): number | undefined =>
    prescan("x.onnx", model({ nodes, tensors })).tables.words;
  assert.equal(rowsOf([gather], [words]), 50);
  const cast = node("Cast", ["input_ids"], ["ids"]);
  assert.equal(rowsOf([cast, node("Gather", ["words", "ids"], ["y"])], [words]), 50);
  const wide = node("DequantizeLinear", ["words", "scale"], ["wide"]);
  assert.equal(rowsOf([wide, node("Gather", ["wide", "input_ids"], ["y"])], [words, floats("scale", [1])]), 50);
  const scaled = [node("Cast", ["words"], ["w"]), node("Mul", ["w", "scale"], ["table"])];
  assert.equal(rowsOf([...scaled, node("Gather", ["table", "input_ids"], ["y"])], [words, floats("scale", [50, 1])]), 50);
  // Two tables by the same ids: the smaller counts.
  const both = [gather, node("Gather", ["scale", "input_ids"], ["z"])];
  assert.equal(rowsOf(both, [words, floats("scale", [40, 1])]), 40);
  // Another axis of the table.
  const axis = message().bytes(1, "axis").varint(3, 1).varint(20, 2);
  assert.equal(rowsOf([node("Gather", ["words", "input_ids"], ["y"], { attributes: [axis] })], [words]), 4);
  const fused = node("EmbedLayerNormalization", ["input_ids", "", "words", "places"], ["y"], { domain: "com.microsoft" });
  const { tables } = prescan("x.onnx", model({ nodes: [fused], tensors: [words, floats("places", [9, 4])] }));
  assert.deepEqual(tables, { words: 50, positions: 9 });
  // No table at all, and a chain without end: nothing is claimed to be known.
  assert.equal(rowsOf([node("Identity", ["input_ids"], ["y"])], []), undefined);
  const chain = Array.from({ length: 5000 }, (_, at) => node("Mul", [`t${at}`, `t${at}`], [`t${at + 1}`]));
  const began = performance.now();
  assert.equal(rowsOf([...chain, node("Gather", ["t5000", "input_ids"], ["y"])], [floats("t0", [3, 3])]), undefined);
  assert.ok(performance.now() - began < 2000);
});

test("the positions a graph has are found as exporters count them; distances are no positions", () => {
  const places = floats("places", [12, 4]);
  const positionsOf = (nodes: readonly MessageWriter[], tensors: readonly MessageWriter[] = []): number | undefined =>
    prescan("x.onnx", model({ nodes: [gather, ...nodes], tensors: [words, places, ...tensors] })).tables.positions;
  const look = node("Gather", ["places", "at"], ["p"]);
  const range = node("Range", ["zero", "input_ids", "one"], ["at"]);
  const numbers = [ints("zero", [0], []), ints("one", [1], [])];
  assert.equal(positionsOf([range, look], numbers), 12);
  // A constant 0, 1, 2, … of which the first are taken; one that is shorter than the table.
  const slice = node("Slice", ["kept", "zero", "one"], ["at"]);
  const upTo = (count: number): MessageWriter =>
    ints(
      "kept",
      Array.from({ length: count }, (_, at) => at),
      [1, count],
    );
  assert.equal(positionsOf([slice, look], [...numbers, upTo(12)]), 12);
  assert.equal(positionsOf([slice, look], [...numbers, upTo(7)]), 7);
  // The kinds of tokens are kept as zeros, and say nothing of positions.
  assert.equal(positionsOf([slice, look], [...numbers, ints("kept", Array<number>(12).fill(0), [1, 12])]), undefined);
  // RoBERTa counts the tokens that are no padding, from behind the padding's id.
  const counted = [
    node("CumSum", ["mask", "one"], ["sums"]),
    node("Mul", ["sums", "mask"], ["counted"]),
    node("Add", ["counted", "padding"], ["at"]),
    node("Identity", ["input_ids"], ["mask"]),
  ];
  assert.equal(positionsOf([...counted, look], [...numbers, ints("padding", [1], [])]), 10);
  const fed = model({
    nodes: [gather, node("Gather", ["places", "position_ids"], ["p"])],
    tensors: [words, places],
    inputs: ["input_ids", "position_ids"],
  });
  assert.equal(prescan("x.onnx", fed).tables.positions, 12);
  const distances = [range, node("Sub", ["at", "at"], ["apart"]), node("Gather", ["places", "apart"], ["p"])];
  assert.equal(positionsOf(distances, numbers), undefined);
  assert.deepEqual(prescan("x", tableModel(12, 4)).tables, { words: 12, positions: 4 });
});
