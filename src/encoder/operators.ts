import { printable } from "./scannedGraph.ts";

/** A node of a graph as far as rules go. */
export interface OperatorUse {
  readonly operator: string;
  readonly domain: string;
  /** Names; an empty one stands for an input that is left out. */
  readonly inputs: readonly string[];
  /** Whole numbers among the attributes. */
  readonly integers: ReadonlyMap<string, readonly number[]>;
}

/** Throws with the reason for an operator that encoders have no use for. */
export function checkKnown(operator: string, domain: string, readsPixels: boolean): void {
  const known = OPERATORS.has(operator) || (readsPixels && IMAGE_OPERATORS.has(operator) && domain === "");
  if (!known || !DOMAINS.has(domain)) throw new Error(`the operator ${printable(operator)} is not one that encoders use`);
}

/** Throws with the reason for a use of a known operator that is known to end the runtime's process, or never to end. */
export function checkUse({ operator, domain, inputs, integers }: OperatorUse): void {
  if (IMAGE_OPERATORS.has(operator)) checkConvolution(integers);
  for (const [name, values] of integers)
    if (LEAST_ONE[operator]?.includes(name) === true && !values.every((value) => value >= 1))
      throw new Error(`${printable(name)} of ${operator} is less than 1`);
  const needed = NEEDS[domain === CONTRIBUTED ? `${domain}.${operator}` : operator] ?? 0;
  if (inputs.length < needed || inputs.slice(0, needed).includes(""))
    throw new Error(`its ${operator} lacks one of ${needed} inputs`);
  if (LEAVES_NONE_OUT.has(operator) && inputs.includes("")) throw new Error(`its ${operator} leaves an input out`);
}

/** Operators of text encoders. Loop, Scan and If are not among them: they need not end. */
const OPERATORS = new Set(
  (
    "Abs Add And Cast Ceil Clip Concat Constant ConstantOfShape Cos CumSum DequantizeLinear Div DynamicQuantizeLinear Equal Erf Exp " +
    "Expand Flatten Floor Gather GatherElements GatherND Gelu Gemm Greater GreaterOrEqual Identity IsNaN LayerNormalization Less " +
    "LessOrEqual Log LpNormalization MatMul MatMulInteger Max Min Mod Mul Neg Not Or Pad Pow QuantizeLinear Range Reciprocal " +
    "ReduceL2 ReduceMax ReduceMean ReduceMin ReduceSum Relu Reshape Shape Sigmoid Sign Sin Slice Softmax Split Sqrt Squeeze Sub " +
    "Tanh Tile Transpose Trilu Unsqueeze Where MatMulNBits SkipLayerNormalization SimplifiedLayerNormalization " +
    "EmbedLayerNormalization FastGelu BiasGelu QuickGelu Attention MultiHeadAttention RotaryEmbedding MatMulBnb4 " +
    "GatherBlockQuantized FusedMatMul DynamicQuantizeMatMul MatMulIntegerToFloat QAttention"
  ).split(" "),
);
/** What encoders of images use besides, in graphs that read pixels and nowhere else. */
const IMAGE_OPERATORS = new Set(["Conv", "GlobalAveragePool"]);
const CONTRIBUTED = "com.microsoft";
const DOMAINS = new Set(["", "ai.onnx", CONTRIBUTED]);

/** What the runtime divides by: on 1.30 a zero ends the process. Not 0 everywhere: for RotaryEmbedding that means "by the shape". */
const LEAST_ONE: Readonly<Record<string, readonly string[]>> = {
  MatMulNBits: ["K", "N", "bits", "block_size"],
  MatMulBnb4: ["K", "N", "block_size"],
  GatherBlockQuantized: ["bits", "block_size"],
  Attention: ["num_heads", "q_num_heads", "kv_num_heads"],
  MultiHeadAttention: ["num_heads"],
  QAttention: ["num_heads"],
};

/** Inputs without which 1.30 reads where nothing is, though the operator's description calls them optional. */
const NEEDS: Readonly<Record<string, number>> = { "com.microsoft.Attention": 3 };
const LEAVES_NONE_OUT = new Set(["LayerNormalization"]);

/** A convolution divides by its strides and groups and walks its window: attributes that are not here are refused. */
const CONVOLUTION_LIMITS: ReadonlyMap<string, readonly [least: number, most: number]> = new Map([
  ["kernel_shape", [1, 64]],
  ["strides", [1, 64]],
  ["dilations", [1, 64]],
  ["pads", [0, 64]],
  ["group", [1, 4096]],
]);

function checkConvolution(integers: OperatorUse["integers"]): void {
  for (const [name, values] of integers) {
    const limits = CONVOLUTION_LIMITS.get(name);
    if (limits === undefined || values.length === 0) throw new Error(`a convolution has the attribute ${printable(name)}`);
    for (const value of values)
      if (value < limits[0] || value > limits[1]) throw new Error(`${name} of a convolution is ${value}`);
  }
}
