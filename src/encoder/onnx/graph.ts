import type { Precision } from "../../core/encoders/card.ts";
import { halfBitsOf, singlesOfHalves } from "../formats/halves.ts";
import { placedApart, type Initializer } from "./externalWeights.ts";
import type { FourBitMatrix, Matrix } from "./matrix.ts";
import { MessageWriter, type LateBytes } from "./protobuf.ts";
import { blockQuantise, columnQuantise, rowQuantise, transpose } from "./quantise.ts";
import { BLOCK, bytesOf, halved, interleaved, late } from "./weightBytes.ts";

/** Element types of ONNX tensors, by the numbers of its TensorProto. */
const TYPE = { float: 1, uint8: 2, int8: 3, int64: 7, float16: 10 } as const;
type ElementType = keyof typeof TYPE;

/** Operator set 17 has LayerNormalization; IR version 8 is what it came with. */
const OPSET = 17;
const IR_VERSION = 8;

/** What a normalised vector is multiplied by, and what is added to it if anything is. */
export interface Norm {
  readonly scale: Float32Array;
  readonly bias: Float32Array | undefined;
}

/** An input or output of a graph; a string among its sizes stands for any size. */
export interface Port {
  readonly name: string;
  readonly type: "float" | "int64";
  readonly dims: readonly (number | string)[];
}

/** The ids, or what belongs to each of them: int64 [batch, sequence]. */
export const tokenPort = (name: string): Port => ({ name, type: "int64", dims: ["batch", "sequence"] });
/** Hidden states: float32 [batch, sequence, dimensions]. */
export const statePort = (name: string, dimensions: number): Port => ({
  name,
  type: "float",
  dims: ["batch", "sequence", dimensions],
});

type Attribute = number | readonly number[] | { readonly float: number };

/** A finished ONNX file, to be had in two ways. */
export interface OnnxModel {
  readonly whole: MessageWriter;
  /** With its large tensors in a file beside it: one file holds no more than 2 GB. */
  readonly apart: (file: string) => { readonly model: MessageWriter; readonly weights: LateBytes };
}

/** Writes an ONNX graph node by node. How weights lie in the file is decided here and nowhere else. */
export class Graph {
  readonly #precision: Precision;
  readonly #nodes: MessageWriter[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #names = new Set<string>();
  /** int8 quantises an activation once, whoever multiplies it. */
  readonly #quantised = new Map<string, readonly [value: string, scale: string, zero: string]>();
  #contributed = false;

  constructor(precision: Precision) {
    this.#precision = precision;
  }

  /** Appends a node; returns the name of its (first) output. */
  op(kind: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, output?: string): string {
    return this.#node(kind, inputs, [this.#unique(output ?? kind.toLowerCase())], attributes)[0]!;
  }

  /** Cuts a tensor along `axis` into parts of the given sizes. */
  split(x: string, axis: number, sizes: readonly number[]): readonly string[] {
    const outputs = sizes.map(() => this.#unique("split"));
    return this.#node("Split", [x, this.ints(sizes)], outputs, { axis });
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

  /** A constant of any shape in single precision, whatever the precision of the weights. */
  constant(name: string, dims: readonly number[], values: Float32Array | Uint8Array): string {
    return this.#tensor(name, values instanceof Uint8Array ? "uint8" : "float", dims, values);
  }

  /** Weights of any shape that follow the precision as far as it goes: in half precision, or else as they are. */
  weights(name: string, dims: readonly number[], values: Float32Array | LateBytes): string {
    if (this.#precision !== "fp16") return this.#tensor(name, "float", dims, values);
    return this.widen(this.#tensor(name, "float16", dims, "pieces" in values ? halved(values) : halfBitsOf(values)));
  }

  /** x · Wᵀ + b with W [out, in] as PyTorch keeps it; some networks have no b. */
  linear(x: string, name: string, weight: Matrix | FourBitMatrix, bias: Float32Array | undefined): string {
    const product = "nibbles" in weight ? this.#matmulFourBit(x, name, weight) : this.matmul(x, name, transpose(weight));
    return bias === undefined ? product : this.op("Add", [product, this.vector(`${name}.bias`, bias)]);
  }

  layerNorm(x: string, name: string, weight: Norm, epsilon: number, output?: string): string {
    const inputs = [x, this.vector(`${name}.weight`, weight.scale)];
    if (weight.bias !== undefined) inputs.push(this.vector(`${name}.bias`, weight.bias));
    return this.op("LayerNormalization", inputs, { axis: -1, epsilon: { float: epsilon } }, output);
  }

  /** Rows of a table by id. Large tables follow the precision; small ones (positions, types) are kept in half precision. */
  rows(ids: string, name: string, table: Matrix | FourBitMatrix, size: "large" | "small"): string {
    if ("nibbles" in table) return this.#rowsFourBit(ids, name, table);
    const { rows, columns } = table;
    if (this.#precision === "fp32" || this.#precision === "q4")
      return this.op("Gather", [this.#tensor(name, "float", [rows, columns], late(table)), ids]);
    if (size === "small" || this.#precision === "fp16") {
      const half = this.#tensor(name, "float16", [rows, columns], halved(late(table)));
      return this.op("Cast", [this.op("Gather", [half, ids])], { to: TYPE.float });
    }
    if (columns % BLOCK !== 0 || this.#precision === "int8") {
      const { values, scales } = rowQuantise(table);
      const wide = this.widen(this.op("Gather", [this.#tensor(name, "int8", [rows, columns], values), ids]));
      const scale = this.op("Gather", [this.#tensor(`${name}.scale`, "float", [rows, 1], scales), ids]);
      return this.op("Mul", [wide, scale]);
    }
    // Blocks lie along a row, so the table is quantised as its own transpose would be.
    const blocks = columns / BLOCK;
    const { values, scales } = rowQuantise({ rows: rows * blocks, columns: BLOCK, data: table.data }, "half");
    const wide = this.widen(this.op("Gather", [this.#tensor(name, "int8", [rows, blocks, BLOCK], values), ids]));
    const halves = this.#tensor(`${name}.scale`, "float16", [rows, blocks, 1], halfBitsOf(scales));
    const product = this.op("Mul", [wide, this.widen(this.op("Gather", [halves, ids]))]);
    return this.op("Reshape", [product, this.ints([0, 0, columns])]);
  }

  /** The finished file. */
  finish(inputs: readonly Port[], outputs: readonly Port[], note: string): OnnxModel {
    const withWeights = (initializers: readonly MessageWriter[]): MessageWriter => {
      const graph = new MessageWriter();
      for (const node of this.#nodes) graph.bytes(1, node);
      graph.bytes(2, "encoder");
      for (const tensor of initializers) graph.bytes(5, tensor);
      for (const port of inputs) graph.bytes(11, valueInfo(port));
      for (const port of outputs) graph.bytes(12, valueInfo(port));
      const model = new MessageWriter()
        .varint(1, IR_VERSION)
        .bytes(2, "compare-embeddings")
        .bytes(6, note)
        .bytes(7, graph)
        .bytes(8, new MessageWriter().bytes(1, "").varint(2, OPSET));
      if (this.#contributed) model.bytes(8, new MessageWriter().bytes(1, CONTRIBUTED).varint(2, 1));
      return model;
    };
    return {
      whole: withWeights(this.#initializers.map(({ head, data }) => head().bytes(9, data))),
      apart: (file) => {
        const placed = placedApart(this.#initializers, file);
        return { model: withWeights(placed.initializers), weights: placed.weights };
      },
    };
  }

  /** x · W with W [in, out]. */
  matmul(x: string, name: string, weight: Matrix): string {
    const { rows, columns } = weight;
    switch (this.#precision) {
      case "fp32":
      case "fp16":
      case "q4":
        return this.op("MatMul", [x, this.weights(name, [rows, columns], late(weight))]);
      case "w8": {
        const { values, scales } = blockQuantise(weight, BLOCK);
        const blocks = rows / BLOCK;
        const wide = this.widen(this.#tensor(name, "int8", [blocks, BLOCK, columns], values));
        const scale = this.widen(this.#tensor(`${name}.scale`, "float16", [blocks, 1, columns], scales));
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

  /** The publisher's blocks, multiplied as they are; their bytes are laid out anew, their numbers are not touched. */
  #matmulFourBit(x: string, name: string, { rows, columns, scales, nibbles }: FourBitMatrix): string {
    const blocks = columns / BLOCK;
    const values = this.#tensor(name, "uint8", [rows, blocks, BLOCK / 2], interleaved(nibbles));
    const single = this.#tensor(`${name}.scale`, "float", [rows * blocks], singlesOfHalves(scales));
    this.#contributed = true;
    const attributes = { K: columns, N: rows, bits: 4, block_size: BLOCK };
    return this.#node("MatMulNBits", [x, values, single], [this.#unique("matmulnbits")], attributes, CONTRIBUTED)[0]!;
  }

  /** Only the rows that are asked for are widened. */
  #rowsFourBit(ids: string, name: string, { rows, columns, scales, nibbles }: FourBitMatrix): string {
    const blocks = columns / BLOCK;
    const bytes = this.op("Gather", [this.#tensor(name, "uint8", [rows, columns / 2], nibbles), ids]);
    const perBlock = this.op("Reshape", [bytes, this.ints([0, 0, blocks, BLOCK / 2])]);
    const sixteen = this.#tensor("constant", "uint8", [], Uint8Array.of(16));
    const high = this.op("Div", [perBlock, sixteen]);
    const low = this.op("Sub", [perBlock, this.op("Mul", [high, sixteen])]);
    const values = this.op("Sub", [this.widen(this.op("Concat", [low, high], { axis: 3 })), this.scalar(8)]);
    const halves = this.op("Gather", [this.#tensor(`${name}.scale`, "float16", [rows, blocks], scales), ids]);
    const scale = this.op("Unsqueeze", [this.widen(halves), this.ints([3])]);
    return this.op("Reshape", [this.op("Mul", [values, scale]), this.ints([0, 0, columns])]);
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

  /** To single precision. */
  widen(x: string): string {
    return this.op("Cast", [x], { to: TYPE.float });
  }

  #node(
    kind: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    domain = "",
  ): readonly string[] {
    const node = new MessageWriter();
    for (const input of inputs) node.bytes(1, input);
    for (const output of outputs) node.bytes(2, output);
    node.bytes(3, `${String(this.#nodes.length)}_${kind}`).bytes(4, kind);
    for (const [name, value] of Object.entries(attributes)) node.bytes(5, attribute(name, value));
    if (domain !== "") node.bytes(7, domain);
    this.#nodes.push(node);
    return outputs;
  }

  #tensor(name: string, type: ElementType, dims: readonly number[], data: ArrayBufferView | LateBytes): string {
    const unique = this.#unique(name);
    const head = (): MessageWriter => {
      const tensor = new MessageWriter();
      for (const dim of dims) tensor.varint(1, dim);
      return tensor.varint(2, TYPE[type]).bytes(8, unique);
    };
    this.#initializers.push({ head, data: "pieces" in data ? data : bytesOf(data) });
    return unique;
  }

  #unique(base: string): string {
    let name = base;
    for (let count = 2; this.#names.has(name); count++) name = `${base}_${String(count)}`;
    this.#names.add(name);
    return name;
  }
}

/** The domain of the operators that ONNX Runtime adds to the standard's. */
const CONTRIBUTED = "com.microsoft";

function attribute(name: string, value: Attribute): MessageWriter {
  const writer = new MessageWriter().bytes(1, name);
  if (typeof value === "number") return writer.varint(3, value).varint(20, 2);
  if ("float" in value) return writer.float(2, value.float).varint(20, 1);
  for (const item of value) writer.varint(8, item);
  return writer.varint(20, 7);
}

function valueInfo({ name, type, dims }: Port): MessageWriter {
  const shape = new MessageWriter();
  for (const dim of dims)
    shape.bytes(1, typeof dim === "string" ? new MessageWriter().bytes(2, dim) : new MessageWriter().varint(1, dim));
  const tensor = new MessageWriter().varint(1, TYPE[type]).bytes(2, shape);
  return new MessageWriter().bytes(1, name).bytes(2, new MessageWriter().bytes(1, tensor));
}
