import type { Graph } from "./graph.ts";

/** Activation functions by the names that config.json files give them. */
export const ACTIVATIONS = [
  "gelu",
  "gelu_python",
  "gelu_new",
  "gelu_fast",
  "gelu_pytorch_tanh",
  "relu",
  "silu",
  "swish",
] as const;
export type Activation = (typeof ACTIVATIONS)[number];

export function activate(graph: Graph, name: Activation, x: string): string {
  switch (name) {
    case "gelu":
    case "gelu_python":
      return gelu(graph, x);
    case "gelu_new":
    case "gelu_fast":
    case "gelu_pytorch_tanh":
      return geluByTanh(graph, x);
    case "relu":
      return graph.op("Relu", [x]);
    case "silu":
    case "swish":
      return graph.op("Mul", [x, graph.op("Sigmoid", [x])]);
  }
}

/** x/2 · (1 + erf(x/√2)), in the order of operations that ONNX Runtime recognises and fuses. */
function gelu(graph: Graph, x: string): string {
  const erf = graph.op("Erf", [graph.op("Div", [x, graph.scalar(Math.SQRT2)])]);
  return graph.op("Mul", [graph.op("Mul", [x, graph.op("Add", [erf, graph.scalar(1)])]), graph.scalar(0.5)]);
}

/** The approximation by tanh. Source: https://arxiv.org/abs/1606.08415, section 2. */
function geluByTanh(graph: Graph, x: string): string {
  const cube = graph.op("Mul", [graph.op("Mul", [x, x]), x]);
  const inner = graph.op("Add", [x, graph.op("Mul", [cube, graph.scalar(0.044715)])]);
  const tanh = graph.op("Tanh", [graph.op("Mul", [inner, graph.scalar(Math.sqrt(2 / Math.PI))])]);
  return graph.op("Mul", [graph.op("Mul", [x, graph.scalar(0.5)]), graph.op("Add", [tanh, graph.scalar(1)])]);
}
