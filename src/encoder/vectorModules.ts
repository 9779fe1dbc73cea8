import { norm } from "../core/encoders/pooling.ts";

/** What a publisher does with a vector after pooling. */
export type VectorModule =
  | { readonly kind: "normalize"; readonly place: string }
  | {
      readonly kind: "dense";
      readonly place: string;
      readonly from: number;
      readonly to: number;
      /** [to, from], as PyTorch keeps it. */
      readonly weight: Float32Array;
      readonly bias: Float32Array | undefined;
      readonly activation: Activation;
      /** What is added at the end: the input itself, or its image by a matrix [to, from]. */
      readonly residual: Float32Array | "input" | undefined;
    }
  | {
      readonly kind: "layerNorm";
      readonly place: string;
      readonly width: number;
      readonly weight: Float32Array;
      readonly bias: Float32Array;
    };

/** Functions by the names of PyTorch's classes, each with that class's defaults. */
export const ACTIVATIONS = {
  Identity: (x: number) => x,
  Tanh: Math.tanh,
  ReLU: (x: number) => Math.max(0, x),
  ReLU6: (x: number) => Math.min(6, Math.max(0, x)),
  GELU: (x: number) => (x / 2) * (1 + erf(x / Math.SQRT2)),
  SiLU: (x: number) => x / (1 + Math.exp(-x)),
  Sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  LeakyReLU: (x: number) => (x > 0 ? x : 0.01 * x),
  ELU: (x: number) => (x > 0 ? x : Math.expm1(x)),
  Softplus: (x: number) => (x > 20 ? x : Math.log1p(Math.exp(x))),
} as const;
export type Activation = keyof typeof ACTIVATIONS;

/** Length of the vector after a module that is given one of `width`; undefined where it takes another width. */
export function widthAfter(module: VectorModule, width: number): number | undefined {
  switch (module.kind) {
    case "normalize":
      return width;
    case "dense":
      return module.from === width ? module.to : undefined;
    case "layerNorm":
      return module.width === width ? width : undefined;
  }
}

/** Length of the vector that a module takes; undefined where it takes any. */
export function widthBefore(module: VectorModule): number | undefined {
  switch (module.kind) {
    case "normalize":
      return undefined;
    case "dense":
      return module.from;
    case "layerNorm":
      return module.width;
  }
}

/** The vector after a module: sums are in double precision, results in single. */
export function applyModule(module: VectorModule, vector: Float32Array): Float32Array {
  switch (module.kind) {
    case "normalize": {
      const length = Math.max(norm(vector), NORMALIZE_EPSILON);
      return vector.map((value) => value / length);
    }
    case "dense": {
      const { from, to, weight, bias, residual } = module;
      const activation = ACTIVATIONS[module.activation];
      const out = new Float32Array(to);
      for (let row = 0; row < to; row++) {
        let value = activation(product(weight, row * from, vector) + (bias?.[row] ?? 0));
        if (residual === "input") value += vector[row]!;
        else if (residual !== undefined) value += product(residual, row * from, vector);
        out[row] = value;
      }
      return out;
    }
    case "layerNorm": {
      const { width, weight, bias } = module;
      let sum = 0;
      for (const value of vector) sum += value;
      const mean = sum / width;
      let squares = 0;
      for (const value of vector) squares += (value - mean) ** 2;
      const deviation = Math.sqrt(squares / width + LAYER_NORM_EPSILON);
      return vector.map((value, at) => ((value - mean) / deviation) * weight[at]! + bias[at]!);
    }
  }
}

/** PyTorch's defaults; the library sets no others. */
const NORMALIZE_EPSILON = 1e-12;
const LAYER_NORM_EPSILON = 1e-5;

function product(matrix: Float32Array, from: number, vector: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < vector.length; at++) sum += matrix[from + at]! * vector[at]!;
  return sum;
}

/** From here on it is 1 in double precision. */
const ERF_IS_ONE = 6;

/** The error function, by the series whose terms are all positive: Abramowitz and Stegun 7.1.6. */
function erf(x: number): number {
  if (Math.abs(x) >= ERF_IS_ONE) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * Number.EPSILON; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
