import { badModel } from "../protocol/errors.ts";
import { tablesOf, type GraphTables } from "./graphTables.ts";
import { bytesOf, packedNumbers, readFields, textOf } from "./onnx/protobuf.ts";
import { checkKnown, checkUse } from "./operators.ts";
import { checkSize, MAX_AXES, scanTensor } from "./scanTensor.ts";
import {
  inOrder,
  INT64,
  printable,
  type ExternalBytes,
  type ScannedGraph,
  type ScannedNode,
  type ScannedTensor,
} from "./scannedGraph.ts";

/**
 * Looks at a model before ONNX Runtime does. Files exist that kill or hang it (measured on 1.30: out-of-range attributes and
 * sizes, rare operators, endless loops), so whatever text encoders have no use for is refused. Tells how large the tables are
 * that tokens and positions are looked up in, and which bytes of other files it wants. Throws `badModel`.
 */
export function prescan(name: string, file: Uint8Array): Scan {
  try {
    return scanModel(file);
  } catch (error) {
    throw badModel(name, error instanceof Error ? error.message : String(error));
  }
}

export interface Scan {
  readonly tables: GraphTables;
  readonly external: readonly ExternalBytes[];
}

/** Attributes and sizes of real encoders are far below; 2^20 also bounds what one tensor can ask for. */
const LIMIT = 1n << 20n;
const MAX_NODES = 100_000;

const PIXELS = "pixel_values";

function scanModel(model: Uint8Array): Scan {
  const graphs: ScannedGraph[] = [];
  for (const field of readFields(model)) {
    if (field.field === 7) graphs.push(scanGraph(bytesOf(field)));
    else if (field.field === 25) throw new Error("it defines functions of its own");
  }
  const [graph] = graphs;
  if (graph === undefined) throw new Error("it holds no graph");
  if (graphs.length > 1) throw new Error("it holds several graphs");
  const nodes = inOrder(graph);
  checkShapes(graph);
  const external = [...graph.tensors.values()].map((tensor) => tensor.external).filter((bytes) => bytes !== undefined);
  return { tables: tablesOf(graph, nodes), external };
}

function scanGraph(graph: Uint8Array): ScannedGraph {
  const nodes: ScannedNode[] = [];
  const tensors = new Map<string, ScannedTensor>();
  const inputs = [...children(graph, 11)].map(nameOf);
  const readsPixels = inputs.includes(PIXELS);
  for (const field of readFields(graph)) {
    if (field.field === 1) {
      if (nodes.length >= MAX_NODES) throw new Error(`it has more than ${MAX_NODES} nodes`);
      const { node, constant } = scanNode(bytesOf(field), readsPixels);
      nodes.push(node);
      if (constant !== undefined && node.outputs[0] !== undefined) tensors.set(node.outputs[0], constant);
    } else if (field.field === 5) {
      const { name, ...tensor } = scanTensor(bytesOf(field));
      if (tensors.has(name)) throw new Error(`it has two constants ${printable(name)}`);
      tensors.set(name, tensor);
    } else if (field.field === 11 || field.field === 12 || field.field === 13) scanValue(bytesOf(field));
    else if (field.field === 15) throw new Error("it has sparse weights");
  }
  if (nodes.length === 0) throw new Error("its graph is empty");
  return { inputs, outputs: [...children(graph, 12)].map(nameOf), nodes, tensors };
}

/** The name of an input or output. */
function nameOf(value: Uint8Array): string {
  for (const field of readFields(value)) if (field.field === 1) return textOf(field);
  return "";
}

function scanNode(message: Uint8Array, readsPixels: boolean): { node: ScannedNode; constant: ScannedTensor | undefined } {
  let operator = "";
  let domain = "";
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: Uint8Array[] = [];
  for (const field of readFields(message)) {
    if (field.field === 1) inputs.push(textOf(field));
    else if (field.field === 2) outputs.push(textOf(field));
    else if (field.field === 4) operator = textOf(field);
    else if (field.field === 7) domain = textOf(field);
    else if (field.field === 5) attributes.push(bytesOf(field));
  }
  checkKnown(operator, domain, readsPixels);
  const whole = new Map<string, readonly number[]>();
  let constant: ScannedTensor | undefined;
  for (const attribute of attributes) {
    const { name, integers, tensor } = scanAttribute(attribute, operator);
    if (whole.has(name)) throw new Error(`its ${operator} has two attributes ${printable(name)}`);
    whole.set(name, integers);
    if (operator === "Constant")
      constant = tensor ?? { dims: name === "value_ints" ? [integers.length] : [], type: INT64, integers };
  }
  checkUse({ operator, domain, inputs, integers: whole });
  const axis = whole.get("axis")?.[0] ?? 0;
  return { node: { operator, inputs, outputs, axis }, constant };
}

/** Of an attribute: one whole number. */
const INTEGER = 2n;

function scanAttribute(
  attribute: Uint8Array,
  operator: string,
): { name: string; integers: readonly number[]; tensor: ScannedTensor | undefined } {
  let name = "";
  let type = 0n;
  let tensor: ScannedTensor | undefined;
  const integers: bigint[] = [];
  for (const field of readFields(attribute)) {
    if (field.field === 1) name = textOf(field);
    else if (field.field === 20 && field.kind === "number") type = field.value;
    else if (field.field === 3 || field.field === 8)
      for (const value of packedNumbers(field)) integers.push(BigInt.asIntN(64, value));
    else if (field.field === 5 || field.field === 10) {
      tensor = scanTensor(bytesOf(field));
      if (tensor.external !== undefined) throw new Error("an attribute lies in another file");
    } else if (field.field === 6 || field.field === 11) throw new Error("it has graphs inside nodes");
    else if (field.field === 22 || field.field === 23) throw new Error("it has sparse weights");
  }
  const limit = NAMES_AXES.has(name) ? BigInt(MAX_AXES) : LIMIT;
  for (const value of integers)
    if (value > limit || value < -limit) throw new Error(`${printable(name)} of ${operator} is ${value}, beyond ±${limit}`);
  // What is not written is zero.
  if (type === INTEGER && integers.length === 0) integers.push(0n);
  return { name, integers: integers.map(Number), tensor };
}

/** Attributes that count axes. */
const NAMES_AXES = new Set(["axis", "axes", "perm", "batch_dims"]);

/** Operators that make a tensor as large as numbers in the file say, and which of their inputs says so. */
const MAKES_SHAPE: Readonly<Record<string, number>> = { ConstantOfShape: 0, Expand: 1, Tile: 1 };

/** A file of 200 bytes can ask for all memory: no honest one writes such a shape out. */
function checkShapes({ nodes, tensors }: ScannedGraph): void {
  for (const { operator, inputs } of nodes) {
    const which = MAKES_SHAPE[operator];
    const sizes = which === undefined ? undefined : tensors.get(inputs[which] ?? "")?.integers;
    const count = sizes?.reduce((product, size) => product * Math.max(1, Math.abs(size)), 1) ?? 0;
    if (count > MAX_MADE) throw new Error(`its ${operator} asks for ${count.toLocaleString("en")} numbers`);
  }
}

/** Numbers of the largest constant that a graph may make by itself: a mask of 4096 tokens squared. */
const MAX_MADE = 1 << 24;

/** ValueInfo → type → tensor → shape → sizes. */
function scanValue(value: Uint8Array): void {
  for (const type of children(value, 2))
    for (const tensor of children(type, 1))
      for (const shape of children(tensor, 2))
        for (const dimension of children(shape, 1))
          for (const field of readFields(dimension))
            if (field.field === 1) for (const size of packedNumbers(field)) checkSize(nameOf(value), size);
}

function* children(message: Uint8Array, number: number): Generator<Uint8Array> {
  for (const field of readFields(message)) if (field.field === number) yield bytesOf(field);
}
