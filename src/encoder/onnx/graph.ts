import type { Precision } from "../../core/encoders/card.ts";
import { MessageWriter } from "./protobuf.ts";
import { blockQuantise, columnQuantise, rowQuantise, transpose } from "./quantise.ts";

/** Element types of ONNX tensors, by the numbers of its TensorProto. */
const TYPE = { float: 1, uint8: 2, int8: 3, int64: 7, float16: 10 } as const;
type ElementType = keyof typeof TYPE;

/** Operator set 17 has LayerNormalization; IR version 8 is what it came with. */
const OPSET = 17;
const IR_VERSION = 8;

/** A row-major matrix [rows, columns]. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

type Attribute = number | readonly number[] | { readonly float: number };

/** Writes an ONNX graph node by node. How weights lie in the file is decided here and nowhere else. */
export class Graph {
  readonly #precision: Precision;
  readonly #nodes: MessageWriter[] = [];
  readonly #initializers: MessageWriter[] = [];
  readonly #names = new Set<string>();
  /** int8 quantises an activation once, whoever multiplies it. */
  readonly #quantised = new Map<string, readonly [value: string, scale: string, zero: string]>();

  constructor(precision: Precision) {
    this.#precision = precision;
  }

  /** Appends a node; returns the name of its (first) output. */
  op(kind: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, output?: string): string {
    return this.#node(kind, inputs, [this.#unique(output ?? kind.toLowerCase())], attributes)[0]!;
  }

  scalar(value: number): string {
    return this.#tensor("constant", "float", [], Float32Array.of(value));
  }

  int(value: number): string {
    return this.#tensor("constant", "int64", [], BigInt64Array.of(BigInt(value)));
  }

  ints(values: readonly number[]): string {
    return this.#tensor("constant", "int64", [values.length], BigInt64Array.from(values, BigInt));
  }

  vector(name: string, values: Float32Array): string {
    return this.#tensor(name, "float", [values.length], values);
  }

  /** x · Wᵀ + b with W [out, in] as PyTorch keeps it. */
  linear(x: string, name: string, weight: Matrix, bias: Float32Array): string {
    return this.op("Add", [this.#matmul(x, name, transpose(weight)), this.vector(`${name}.bias`, bias)]);
  }

  layerNorm(x: string, name: string, weight: Float32Array, bias: Float32Array, epsilon: number, output?: string): string {
    const inputs = [x, this.vector(`${name}.weight`, weight), this.vector(`${name}.bias`, bias)];
    return this.op("LayerNormalization", inputs, { axis: -1, epsilon: { float: epsilon } }, output);
  }

  /** Rows of a table by id. Large tables follow the precision; small ones (positions, types) are kept in half precision. */
  rows(ids: string, name: string, table: Matrix, size: "large" | "small"): string {
    const { rows, columns, data } = table;
    if (this.#precision === "fp32") return this.op("Gather", [this.#tensor(name, "float", [rows, columns], data), ids]);
    if (size === "small") {
      const half = this.#tensor(name, "float16", [rows, columns], Float16Array.from(data));
      return this.op("Cast", [this.op("Gather", [half, ids])], { to: TYPE.float });
    }
    if (columns % BLOCK !== 0 || this.#precision === "int8") {
      const { values, scales } = rowQuantise(table);
      const wide = this.#widen(this.op("Gather", [this.#tensor(name, "int8", [rows, columns], values), ids]));
      const scale = this.op("Gather", [this.#tensor(`${name}.scale`, "float", [rows, 1], scales), ids]);
      return this.op("Mul", [wide, scale]);
    }
    // Blocks lie along a row, so the table is quantised as its own transpose would be.
    const blocks = columns / BLOCK;
    const { values, scales } = rowQuantise({ rows: rows * blocks, columns: BLOCK, data }, "half");
    const wide = this.#widen(this.op("Gather", [this.#tensor(name, "int8", [rows, blocks, BLOCK], values), ids]));
    const halves = this.#tensor(`${name}.scale`, "float16", [rows, blocks, 1], Float16Array.from(scales));
    const product = this.op("Mul", [wide, this.#widen(this.op("Gather", [halves, ids]))]);
    return this.op("Reshape", [product, this.ints([0, 0, columns])]);
  }

  /** The finished file. Names in `inputs` are int64 [batch, sequence], outputs float32 [batch, sequence, dimensions]. */
  finish(inputs: readonly string[], outputs: readonly string[], dimensions: number, note: string): Uint8Array {
    const graph = new MessageWriter();
    for (const node of this.#nodes) graph.bytes(1, node);
    graph.bytes(2, "encoder");
    for (const tensor of this.#initializers) graph.bytes(5, tensor);
    for (const name of inputs) graph.bytes(11, valueInfo(name, "int64", ["batch", "sequence"]));
    for (const name of outputs) graph.bytes(12, valueInfo(name, "float", ["batch", "sequence", dimensions]));
    return new MessageWriter()
      .varint(1, IR_VERSION)
      .bytes(2, "compare-embeddings")
      .bytes(6, note)
      .bytes(7, graph)
      .bytes(8, new MessageWriter().bytes(1, "").varint(2, OPSET))
      .finish();
  }

  #matmul(x: string, name: string, weight: Matrix): string {
    const { rows, columns } = weight;
    switch (this.#precision) {
      case "fp32":
        return this.op("MatMul", [x, this.#tensor(name, "float", [rows, columns], weight.data)]);
      case "w8": {
        const { values, scales } = blockQuantise(weight, BLOCK);
        const blocks = rows / BLOCK;
        const wide = this.#widen(this.#tensor(name, "int8", [blocks, BLOCK, columns], values));
        const scale = this.#widen(this.#tensor(`${name}.scale`, "float16", [blocks, 1, columns], scales));
        const product = this.op("Mul", [wide, scale]);
        return this.op("MatMul", [x, this.op("Reshape", [product, this.ints([rows, columns])])]);
      }
      case "int8": {
        const { values, scales } = columnQuantise(weight);
        const [quantised, scale, zero] = this.#quantise(x);
        const weights = this.#tensor(name, "int8", [rows, columns], values);
        const sums = this.op("Cast", [this.op("MatMulInteger", [quantised, weights, zero])], { to: TYPE.float });
        return this.op("Mul", [sums, this.op("Mul", [scale, this.vector(`${name}.scale`, scales)])]);
      }
    }
  }

  #quantise(x: string): readonly [string, string, string] {
    let names = this.#quantised.get(x);
    if (names === undefined) {
      const outputs = ["quantised", "scale", "zero"].map((part) => this.#unique(`${x}.${part}`));
      const [value, scale, zero] = this.#node("DynamicQuantizeLinear", [x], outputs, {});
      names = [value!, scale!, zero!];
      this.#quantised.set(x, names);
    }
    return names;
  }

  #widen(x: string): string {
    return this.op("Cast", [x], { to: TYPE.float });
  }

  #node(kind: string, inputs: readonly string[], outputs: readonly string[], attributes: Readonly<Record<string, Attribute>>) {
    const node = new MessageWriter();
    for (const input of inputs) node.bytes(1, input);
    for (const output of outputs) node.bytes(2, output);
    node.bytes(3, `${String(this.#nodes.length)}_${kind}`).bytes(4, kind);
    for (const [name, value] of Object.entries(attributes)) node.bytes(5, attribute(name, value));
    this.#nodes.push(node);
    return outputs;
  }

  #tensor(name: string, type: ElementType, dims: readonly number[], data: ArrayBufferView): string {
    const unique = this.#unique(name);
    const tensor = new MessageWriter();
    for (const dim of dims) tensor.varint(1, dim);
    tensor
      .varint(2, TYPE[type])
      .bytes(8, unique)
      .bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    this.#initializers.push(tensor);
    return unique;
  }

  #unique(base: string): string {
    let name = base;
    for (let count = 2; this.#names.has(name); count++) name = `${base}_${String(count)}`;
    this.#names.add(name);
    return name;
  }
}

/** Inputs that share one scale in w8. */
export const BLOCK = 32;

function attribute(name: string, value: Attribute): MessageWriter {
  const writer = new MessageWriter().bytes(1, name);
  if (typeof value === "number") return writer.varint(3, value).varint(20, 2);
  if ("float" in value) return writer.float(2, value.float).varint(20, 1);
  for (const item of value) writer.varint(8, item);
  return writer.varint(20, 7);
}

function valueInfo(name: string, type: ElementType, dims: readonly (number | string)[]): MessageWriter {
  const shape = new MessageWriter();
  for (const dim of dims)
    shape.bytes(1, typeof dim === "string" ? new MessageWriter().bytes(2, dim) : new MessageWriter().varint(1, dim));
  const tensor = new MessageWriter().varint(1, TYPE[type]).bytes(2, shape);
  return new MessageWriter().bytes(1, name).bytes(2, new MessageWriter().bytes(1, tensor));
}
