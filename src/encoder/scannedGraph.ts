/** What the scan of an ONNX file keeps of its graph: names, kinds and sizes, no weights. */
export interface ScannedGraph {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly ScannedNode[];
  /** Constants: initializers, and what nodes of the kind Constant give. */
  readonly tensors: ReadonlyMap<string, ScannedTensor>;
}

export interface ScannedNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly axis: number;
}

export interface ScannedTensor {
  readonly dims: readonly number[];
  /** Element type by the numbers of ONNX's TensorProto. */
  readonly type: number;
  /** Its values, if they are few and whole, and the last of more. */
  readonly integers?: readonly number[];
  readonly last?: number;
  /** Where its bytes lie, if they are in another file. */
  readonly external?: ExternalBytes;
}

/** The number that stands for int64 in ONNX files. */
export const INT64 = 7;

/** Bytes of a tensor in a file beside the model. */
export interface ExternalBytes {
  /** As the model names it, relative to its own folder. */
  readonly location: string;
  readonly offset: number;
  readonly bytes: number;
}

/** The nodes, each after all that it reads. Throws for what reads itself, reads nothing known, or gives what is given already. */
export function inOrder({ inputs, outputs, nodes, tensors }: ScannedGraph): ScannedNode[] {
  const fed = new Set(inputs);
  const producers = new Map<string, number>();
  for (const [at, node] of nodes.entries())
    for (const output of node.outputs) {
      if (output === "") continue;
      const twice = producers.has(output) || fed.has(output) || (node.operator !== "Constant" && tensors.has(output));
      if (twice) throw new Error(`its graph makes ${printable(output)} twice`);
      producers.set(output, at);
    }
  const isGiven = (name: string): boolean => tensors.has(name) || fed.has(name);
  const readers = nodes.map((): number[] => []);
  const missing = nodes.map(({ inputs: read }, at) => {
    let count = 0;
    for (const name of new Set(read)) {
      const producer = producers.get(name);
      if (producer !== undefined && nodes[producer]!.operator !== "Constant") {
        readers[producer]!.push(at);
        count++;
      } else if (producer === undefined && name !== "" && !isGiven(name))
        throw new Error(`its graph reads ${printable(name)}, which nothing makes`);
    }
    return count;
  });
  for (const name of outputs)
    if (!producers.has(name) && !isGiven(name)) throw new Error(`its graph gives ${printable(name)}, which nothing makes`);

  const ready = missing.flatMap((count, at) => (count === 0 ? [at] : []));
  // Grows while it is gone through.
  for (const at of ready)
    for (const reader of readers[at]!) {
      missing[reader]!--;
      if (missing[reader] === 0) ready.push(reader);
    }
  if (ready.length < nodes.length) throw new Error("its graph is cyclic");
  return ready.map((at) => nodes[at]!);
}

/** A name from a hostile file may hold anything. */
export const printable = (name: string): string => JSON.stringify(name.slice(0, 40));
