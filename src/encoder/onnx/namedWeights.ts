import type { Tensor } from "../formats/safetensors.ts";
import type { Graph } from "./graph.ts";
import type { FourBitMatrix, Matrix } from "./matrix.ts";

/** The weights of a network by the publisher's names: numbers, or blocks of four bits where the publisher quantised them. */
export type NamedTensors = ReadonlyMap<string, Tensor | FourBitMatrix>;

/** The parts of a graph that carry weights, each by the name its weights have in the publisher's file. */
export interface NamedWeights {
  readonly vector: (name: string) => Float32Array;
  /** A table or matrix; throws if there is none of the name. */
  readonly matrix: (name: string) => Matrix | FourBitMatrix;
  /** x · Wᵀ + b, from `<name>.weight` and, where there is one, `<name>.bias`; whoever gives the tensors sees to their number. */
  readonly linear: (x: string, name: string) => string;
  readonly norm: (x: string, name: string, output?: string) => string;
}

export function namedWeights(graph: Graph, tensors: NamedTensors, epsilon: number): NamedWeights {
  const tensor = (name: string): Tensor | FourBitMatrix => {
    const found = tensors.get(name);
    if (found === undefined) throw new Error(`no tensor ${name}`);
    return found;
  };
  const vector = (name: string): Float32Array => {
    const found = tensor(name);
    if ("nibbles" in found) throw new Error(`${name} is not in single precision`);
    return found.data;
  };
  const matrix = (name: string): Matrix | FourBitMatrix => {
    const found = tensor(name);
    if ("nibbles" in found) return found;
    const [rows, columns] = found.shape;
    if (rows === undefined || columns === undefined) throw new Error(`${name} is no matrix`);
    // Read when it is written, not before.
    return {
      rows,
      columns,
      get data() {
        return found.data;
      },
      pieces: found.pieces,
    };
  };
  const bias = (name: string): Float32Array | undefined => (tensors.has(`${name}.bias`) ? vector(`${name}.bias`) : undefined);
  return {
    vector,
    matrix,
    linear: (x, name) => graph.linear(x, name, matrix(`${name}.weight`), bias(name)),
    norm: (x, name, output) => graph.layerNorm(x, name, { scale: vector(`${name}.weight`), bias: bias(name) }, epsilon, output),
  };
}
