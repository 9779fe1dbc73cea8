import type { Graph } from "./graph.ts";
import { plainPositions } from "./transformerBlocks.ts";

/** Cosines and sines of the angles by which a head's vectors are turned at each position: [1, 1, sequence, head size] each. */
export interface Rotation {
  readonly cos: string;
  readonly sin: string;
}

/**
 * Position p turns the pair (i, i + size/2) of a head's numbers by p / theta^(2i/size). Source:
 * https://arxiv.org/abs/2104.09864, section 3.2, with the pairs as GPT-NeoX lays them. Single precision at each step, as
 * the published code has it: angles grow large, and what rounding takes with them.
 */
export function rotation(graph: Graph, theta: number, headSize: number): Rotation {
  const turns = Float32Array.from({ length: headSize / 2 }, (_, i) => 1 / Math.fround(theta ** Math.fround((2 * i) / headSize)));
  const places = graph.op("Cast", [graph.op("Unsqueeze", [plainPositions(graph), graph.ints([1, 3])])], { to: 1 });
  const angles = graph.op("Mul", [places, graph.vector("rotary.turns", turns)]);
  const both = graph.op("Concat", [angles, angles], { axis: 3 });
  return { cos: graph.op("Cos", [both]), sin: graph.op("Sin", [both]) };
}

export interface HeadSizes {
  readonly heads: number;
  readonly headSize: number;
}

/**
 * Attention from the queries, keys and values of one product, [batch, sequence, 3 · heads · head size] in this order;
 * queries and keys are turned by their positions. `bias` is added to the scores [batch, heads, sequence, sequence].
 * Gives [batch, sequence, heads · head size].
 */
export function rotaryAttention(
  graph: Graph,
  fused: string,
  { heads, headSize }: HeadSizes,
  bias: string,
  turn: Rotation,
): string {
  const width = heads * headSize;
  const perHead = graph.ints([0, 0, heads, headSize]);
  const [query, key, value] = graph
    .split(fused, 2, [width, width, width])
    .map((part) => graph.op("Transpose", [graph.op("Reshape", [part, perHead])], { perm: [0, 2, 1, 3] }));
  const turned = graph.op("Transpose", [rotate(graph, key!, turn, headSize)], { perm: [0, 1, 3, 2] });
  const products = graph.op("MatMul", [rotate(graph, query!, turn, headSize), turned]);
  const scores = graph.op("Mul", [products, graph.scalar(headSize ** -0.5)]);
  const attention = graph.op("Softmax", [graph.op("Add", [scores, bias])], { axis: -1 });
  const context = graph.op("Transpose", [graph.op("MatMul", [attention, value!])], { perm: [0, 2, 1, 3] });
  return graph.op("Reshape", [context, graph.ints([0, 0, width])]);
}

function rotate(graph: Graph, x: string, { cos, sin }: Rotation, headSize: number): string {
  const [first, second] = graph.split(x, 3, [headSize / 2, headSize / 2]);
  const across = graph.op("Concat", [graph.op("Neg", [second!]), first!], { axis: 3 });
  return graph.op("Add", [graph.op("Mul", [x, cos]), graph.op("Mul", [across, sin])]);
}
