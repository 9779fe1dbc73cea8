/** Writes the small ONNX graphs by which the engine scores vectors: exact search is a matrix product. */
import fs from "node:fs";
import path from "node:path";

import { MessageWriter } from "../src/encoder/onnx/protobuf.ts";

/** Writes every kernel into a folder, the same bytes each time. */
export function writeKernels(folder: string): void {
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(kernels())) fs.writeFileSync(path.join(folder, name), bytes);
}

/** File name → bytes; src/engine/kernels/kernels.ts runs them. */
const kernels = (): Readonly<Record<string, Uint8Array>> => ({
  /** One query: rows [n, d] · query [d, 1] → scores [n, 1]. */
  "scores.onnx": graph(
    [node("MatMul", ["rows", "query"], "scores")],
    [value("rows", FLOAT, ["n", "d"]), value("query", FLOAT, ["d", "one"])],
    value("scores", FLOAT, ["n", "one"]),
  ),
  /**
   * One query, small integers: rows [n, d] · query [d, 1] → scores [n, 1]. Without the operator's zero point: it would be
   * subtracted from every element, while the caller takes 128 · Σ query from every score.
   */
  "integerScores.onnx": graph(
    [node("MatMulInteger", ["rows", "query"], "scores")],
    [value("rows", UINT8, ["n", "d"]), value("query", INT8, ["d", "one"])],
    value("scores", INT32, ["n", "one"]),
  ),
  /**
   * Many: queries [m, d] · rows [n, d] transposed → scores [m, n], cut off at ±1, which rounding may pass. The cut costs
   * nothing: the product is a quarter faster into the runtime's own aligned memory than into an array of JavaScript (measured).
   */
  "products.onnx": graph(
    [
      node("Gemm", ["queries", "rows"], "products").bytes(5, integerAttribute("transB", 1)),
      node("Clip", ["products", "least", "most"], "scores"),
    ],
    [value("queries", FLOAT, ["m", "d"]), value("rows", FLOAT, ["n", "d"])],
    value("scores", FLOAT, ["m", "n"]),
    [constant("least", -1), constant("most", 1)],
  ),
});

/** TensorProto.DataType. */
export const FLOAT = 1;
const UINT8 = 2;
const INT8 = 3;
const INT32 = 6;
const OPSET = 17;
const IR_VERSION = 8;

/** A tensor that goes in or comes out; no dimensions make a single number. */
export function value(name: string, type: number, dims: readonly string[]): MessageWriter {
  const shape = new MessageWriter();
  for (const dim of dims) shape.bytes(1, new MessageWriter().bytes(2, dim));
  const tensor = new MessageWriter().varint(1, type).bytes(2, shape);
  return new MessageWriter().bytes(1, name).bytes(2, new MessageWriter().bytes(1, tensor));
}

export function graph(
  nodes: readonly MessageWriter[],
  inputs: readonly MessageWriter[],
  output: MessageWriter,
  constants: readonly MessageWriter[] = [],
): Uint8Array {
  const body = new MessageWriter();
  for (const each of nodes) body.bytes(1, each);
  body.bytes(2, "kernel");
  for (const tensor of constants) body.bytes(5, tensor);
  for (const input of inputs) body.bytes(11, input);
  body.bytes(12, output);
  return new MessageWriter()
    .varint(1, IR_VERSION)
    .bytes(2, "compare-embeddings")
    .bytes(7, body)
    .bytes(8, new MessageWriter().bytes(1, "").varint(2, OPSET))
    .finish();
}

export function node(operator: string, inputs: readonly string[], output: string): MessageWriter {
  const writer = new MessageWriter();
  for (const input of inputs) writer.bytes(1, input);
  return writer.bytes(2, output).bytes(3, operator).bytes(4, operator);
}

/** A single number. */
function constant(name: string, number: number): MessageWriter {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, number, true);
  return new MessageWriter().varint(2, FLOAT).bytes(8, name).bytes(9, bytes);
}

/** AttributeProto of type INT. */
export function integerAttribute(name: string, number: number): MessageWriter {
  const INT = 2;
  return new MessageWriter().bytes(1, name).varint(3, number).varint(20, INT);
}

/** AttributeProto of type INTS. */
export function integersAttribute(name: string, numbers: readonly number[]): MessageWriter {
  const INTS = 7;
  const writer = new MessageWriter().bytes(1, name);
  for (const number of numbers) writer.varint(8, number);
  return writer.varint(20, INTS);
}
