/** Writes the small ONNX graphs by which the engine scores vectors: exact search is a matrix product. */
import { MessageWriter } from "../src/encoder/onnx/protobuf.ts";

const FLOAT = 1;
const OPSET = 17;
const IR_VERSION = 8;

const value = (name: string, dims: readonly string[]): MessageWriter => {
  const shape = new MessageWriter();
  for (const dim of dims) shape.bytes(1, new MessageWriter().bytes(2, dim));
  const tensor = new MessageWriter().varint(1, FLOAT).bytes(2, shape);
  return new MessageWriter().bytes(1, name).bytes(2, new MessageWriter().bytes(1, tensor));
};

const graph = (node: MessageWriter, inputs: readonly MessageWriter[], output: MessageWriter): Uint8Array => {
  const body = new MessageWriter().bytes(1, node).bytes(2, "kernel");
  for (const input of inputs) body.bytes(11, input);
  body.bytes(12, output);
  return new MessageWriter()
    .varint(1, IR_VERSION)
    .bytes(2, "compare-embeddings")
    .bytes(7, body)
    .bytes(8, new MessageWriter().bytes(1, "").varint(2, OPSET))
    .finish();
};

const node = (operator: string, inputs: readonly string[], output: string): MessageWriter => {
  const writer = new MessageWriter();
  for (const input of inputs) writer.bytes(1, input);
  return writer.bytes(2, output).bytes(3, operator).bytes(4, operator);
};

/** Gemm's attribute transB = 1. */
const transB = new MessageWriter().bytes(1, "transB").varint(3, 1).varint(20, 2);

/** File name → bytes. */
export const KERNELS: Readonly<Record<string, Uint8Array>> = {
  /** One query: rows [n, d] · query [d, 1] → scores [n, 1]. */
  "scores.onnx": graph(
    node("MatMul", ["rows", "query"], "scores"),
    [value("rows", ["n", "d"]), value("query", ["d", "one"])],
    value("scores", ["n", "one"]),
  ),
  /** Many: queries [m, d] · rowsᵀ [d, n] → scores [m, n]. */
  "products.onnx": graph(
    node("Gemm", ["queries", "rows"], "scores").bytes(5, transB),
    [value("queries", ["m", "d"]), value("rows", ["n", "d"])],
    value("scores", ["m", "n"]),
  ),
};
