import { badModel } from "../protocol/errors.ts";
import { packedNumbers, readFields, type Field } from "./onnx/protobuf.ts";

/**
 * Looks at a model before ONNX Runtime does. Files exist that kill or hang it (measured on 1.30: out-of-range attributes and
 * sizes, rare operators, endless loops), so whatever text encoders have no use for is refused. Throws `badModel`.
 */
export function prescan(name: string, file: Uint8Array): void {
  try {
    scanModel(file);
  } catch (error) {
    throw badModel(name, error instanceof Error ? error.message : String(error));
  }
}

/** Attributes and sizes of real encoders are far below; 2^20 also bounds what one tensor can ask for. */
const LIMIT = 1n << 20n;
const MAX_NODES = 100_000;

/** Operators of text encoders. Loop, Scan and If are not among them: they need not end. */
const OPERATORS = new Set(
  (
    "Abs Add And Cast Clip Concat Constant ConstantOfShape Cos CumSum DequantizeLinear Div DynamicQuantizeLinear Equal Erf Exp " +
    "Expand Flatten Floor Gather GatherElements Gelu Gemm Greater GreaterOrEqual Identity IsNaN LayerNormalization Less " +
    "LessOrEqual Log LpNormalization MatMul MatMulInteger Max Min Mod Mul Neg Not Or Pad Pow QuantizeLinear Range Reciprocal " +
    "ReduceL2 ReduceMax ReduceMean ReduceMin ReduceSum Relu Reshape Shape Sigmoid Sin Slice Softmax Split Sqrt Squeeze Sub " +
    "Tanh Tile Transpose Trilu Unsqueeze Where MatMulNBits SkipLayerNormalization SimplifiedLayerNormalization " +
    "EmbedLayerNormalization FastGelu BiasGelu Attention MultiHeadAttention RotaryEmbedding"
  ).split(" "),
);
/** What encoders of images use besides, in graphs that read pixels and nowhere else. */
const IMAGE_OPERATORS = new Set(["Conv", "GlobalAveragePool"]);
const PIXELS = "pixel_values";
/** A convolution divides by its strides and groups and walks its window: attributes that are not here are refused. */
const CONVOLUTION_LIMITS: Readonly<Record<string, readonly [least: bigint, most: bigint]>> = {
  kernel_shape: [1n, 64n],
  strides: [1n, 64n],
  dilations: [1n, 64n],
  pads: [0n, 64n],
  group: [1n, 4096n],
};
const DOMAINS = new Set(["", "ai.onnx", "com.microsoft"]);

function scanModel(model: Uint8Array): void {
  let graphs = 0;
  for (const field of readFields(model)) {
    if (field.field === 7) {
      graphs++;
      scanGraph(bytesOf(field));
    } else if (field.field === 25) throw new Error("it defines functions of its own");
  }
  if (graphs !== 1) throw new Error("it holds no graph");
}

function scanGraph(graph: Uint8Array): void {
  const readsPixels = [...children(graph, 11)].some((input) =>
    [...readFields(input)].some((field) => field.field === 1 && text(field) === PIXELS),
  );
  let nodes = 0;
  for (const field of readFields(graph)) {
    if (field.field === 1) {
      if (++nodes > MAX_NODES) throw new Error(`it has more than ${MAX_NODES} nodes`);
      scanNode(bytesOf(field), readsPixels);
    } else if (field.field === 5) scanTensor(bytesOf(field));
    else if (field.field === 11 || field.field === 12 || field.field === 13) scanValue(bytesOf(field));
    else if (field.field === 15) throw new Error("it has sparse weights");
  }
  if (nodes === 0) throw new Error("its graph is empty");
}

function scanNode(node: Uint8Array, readsPixels: boolean): void {
  let operator = "";
  let domain = "";
  for (const field of readFields(node)) {
    if (field.field === 4) operator = text(field);
    else if (field.field === 7) domain = text(field);
    else if (field.field === 5) scanAttribute(bytesOf(field));
  }
  const ofImages = readsPixels && IMAGE_OPERATORS.has(operator) && domain === "";
  if (!(OPERATORS.has(operator) || ofImages) || !DOMAINS.has(domain))
    throw new Error(`the operator ${printable(operator)} is not one that encoders use`);
  if (ofImages) for (const attribute of children(node, 5)) scanConvolutionAttribute(attribute);
}

function scanConvolutionAttribute(attribute: Uint8Array): void {
  let name = "";
  const values: bigint[] = [];
  for (const field of readFields(attribute)) {
    if (field.field === 1) name = text(field);
    else if (field.field === 3 || field.field === 8) values.push(...packedNumbers(field));
  }
  const limits = CONVOLUTION_LIMITS[name];
  if (limits === undefined || values.length === 0) throw new Error(`a convolution has the attribute ${printable(name)}`);
  for (const value of values)
    if (value < limits[0] || value > limits[1]) throw new Error(`${name} of a convolution is ${BigInt.asIntN(64, value)}`);
}

function scanAttribute(attribute: Uint8Array): void {
  for (const field of readFields(attribute)) {
    if (field.field === 3 || field.field === 8)
      for (const value of packedNumbers(field)) {
        const signed = BigInt.asIntN(64, value);
        if (signed > LIMIT || signed < -LIMIT) throw new Error(`an attribute is ${signed}`);
      }
    else if (field.field === 5 || field.field === 10) scanTensor(bytesOf(field));
    else if (field.field === 6 || field.field === 11) throw new Error("it has graphs inside nodes");
    else if (field.field === 22 || field.field === 23) throw new Error("it has sparse weights");
  }
}

function scanTensor(tensor: Uint8Array): void {
  for (const field of readFields(tensor)) {
    if (field.field === 1) for (const size of packedNumbers(field)) checkSize(size);
    // Encoders with weights beside the file come with another issue's import; none of the bundled ones does.
    else if (field.field === 13 || (field.field === 14 && field.kind === "number" && field.value !== 0n))
      throw new Error("its weights lie in other files");
  }
}

/** ValueInfo → type → tensor → shape → sizes. */
function scanValue(value: Uint8Array): void {
  for (const type of children(value, 2))
    for (const tensor of children(type, 1))
      for (const shape of children(tensor, 2))
        for (const dimension of children(shape, 1))
          for (const field of readFields(dimension))
            if (field.field === 1) for (const size of packedNumbers(field)) checkSize(size);
}

function checkSize(size: bigint): void {
  const signed = BigInt.asIntN(64, size);
  if (signed < 0n || signed > LIMIT) throw new Error(`a size is ${signed}`);
}

function* children(message: Uint8Array, number: number): Generator<Uint8Array> {
  for (const field of readFields(message)) if (field.field === number) yield bytesOf(field);
}

function bytesOf(field: Field): Uint8Array {
  if (field.kind !== "bytes") throw new Error("a part of it is of the wrong kind");
  return field.bytes;
}

const text = (field: Field): string => new TextDecoder().decode(bytesOf(field));

/** A name from a hostile file may hold anything. */
const printable = (name: string): string => JSON.stringify(name.slice(0, 40));
