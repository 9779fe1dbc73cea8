import type { Tensor } from "../formats/safetensors.ts";
import { packedNumbers, readFields, textOf, type Field } from "./protobuf.ts";
import { transpose } from "./quantise.ts";

/** The float32 weights of a BERT encoder inside an ONNX file, by their names in Hugging Face's BertModel. */
export function bertWeightsOfOnnx(file: Uint8Array, prefix: string): Map<string, Tensor> {
  const graph = child(file, 7);
  const tensors = new Map<string, Tensor>();
  const producers = new Map<string, Node>();
  const additions: Node[] = [];
  for (const field of readFields(graph)) {
    if (field.kind !== "bytes") continue;
    if (field.field === 5) {
      const tensor = readTensor(field.bytes);
      if (tensor !== undefined) tensors.set(tensor.name, tensor);
    } else if (field.field === 1) {
      const node = readNode(field.bytes);
      for (const output of node.outputs) producers.set(output, node);
      if (node.kind === "Add") additions.push(node);
    }
  }
  const weights = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) if (name.startsWith(prefix)) weights.set(name.slice(prefix.length), tensor);
  // Exporters give transposed weights new names; the bias that is added tells whose they are.
  for (const { inputs } of additions) {
    const bias = inputs.find((name) => name.startsWith(prefix) && name.endsWith(".bias"));
    const product = inputs.map((name) => producers.get(name)).find((node) => node?.kind === "MatMul");
    const weight = product === undefined ? undefined : tensors.get(product.inputs[1] ?? "");
    if (bias === undefined || weight === undefined) continue;
    weights.set(bias.slice(prefix.length).replace(/bias$/, "weight"), transposed(weight));
  }
  return weights;
}

interface Node {
  readonly kind: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

function child(message: Uint8Array, number: number): Uint8Array {
  for (const field of readFields(message)) if (field.field === number && field.kind === "bytes") return field.bytes;
  throw new Error(`no field ${number}`);
}

function readNode(message: Uint8Array): Node {
  const strings = (number: number): string[] =>
    [...readFields(message)].flatMap((field) => (field.field === number ? [textOf(field)] : []));
  return { inputs: strings(1), outputs: strings(2), kind: strings(4)[0] ?? "" };
}

function readTensor(message: Uint8Array): (Tensor & { name: string }) | undefined {
  const shape: number[] = [];
  let type = 0;
  let name = "";
  let raw: Uint8Array | undefined;
  for (const field of readFields(message)) {
    if (field.field === 1) shape.push(...numbers(field));
    else if (field.field === 2 && field.kind === "number") type = Number(field.value);
    else if (field.field === 8) name = textOf(field);
    else if (field.field === 9 && field.kind === "bytes") raw = field.bytes;
  }
  // Only float32 in raw form is a weight here; shapes and axes are other types.
  if (type !== 1 || raw === undefined) return undefined;
  return { name, shape, data: new Float32Array(raw.slice().buffer) };
}

const numbers = (field: Field): number[] => [...packedNumbers(field)].map(Number);

function transposed({ shape, data }: Tensor): Tensor {
  const turned = transpose({ rows: shape[0]!, columns: shape[1]!, data });
  return { shape: [turned.rows, turned.columns], data: turned.data };
}
