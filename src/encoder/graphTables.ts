import { INT64, type ScannedGraph, type ScannedNode } from "./scannedGraph.ts";

/** What a graph looks up by token and by place, as far as its nodes tell. */
export interface GraphTables {
  /** Rows of the smallest table that token ids are looked up in; undefined where none is seen. */
  readonly words: number | undefined;
  /** Most tokens its tables of positions have rows for; undefined where positions are computed, or not seen. */
  readonly positions: number | undefined;
}

/** @param nodes of the graph, each after those it reads */
export function tablesOf(graph: ScannedGraph, nodes: readonly ScannedNode[]): GraphTables {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const sources: Sources = { ...graph, producers, seen: 0 };
  const ids = new Set([IDS]);
  const words: number[] = [];
  const positions: number[] = [];
  for (const node of nodes) {
    const { operator, inputs, outputs } = node;
    if (KEEPS_VALUES.has(operator) && inputs.some((name) => ids.has(name))) for (const output of outputs) ids.add(output);
    const { table, axis, at, places } = lookUpOf(node);
    if (table === undefined || at === undefined) continue;
    sources.seen = 0;
    const rows = rowsOf(table, axis, sources);
    if (rows !== undefined && ids.has(at)) words.push(rows);
    // A table of whole numbers is of positions themselves, not of what they mean.
    else if (rows !== undefined && graph.tensors.get(table)?.type !== INT64) {
      const last = lastPosition(at, sources);
      if (last !== undefined) positions.push(Math.min(rows - 1 - last.beyond, last.most));
    }
    if (places !== undefined) positions.push(rowsOf(places, 0, sources) ?? Infinity);
  }
  const least = Math.min(...positions);
  return {
    words: words.length === 0 ? undefined : Math.min(...words),
    positions: Number.isFinite(least) ? Math.max(0, least) : undefined,
  };
}

const IDS = "input_ids";
/** Fed by us, from the first position on. */
const POSITIONS = "position_ids";

/** Operators after which ids are still ids, or bounded by them. */
const KEEPS_VALUES = new Set(
  "Cast Identity Reshape Squeeze Unsqueeze Flatten Transpose Slice Expand Where Clip Max Min".split(" "),
);

/** Which table a node reads at which places; `places`: its table of positions, where it counts them itself. */
interface LookUp {
  readonly table?: string | undefined;
  readonly axis: number;
  readonly at?: string | undefined;
  readonly places?: string | undefined;
}

function lookUpOf({ operator, inputs, axis }: ScannedNode): LookUp {
  if (operator === "Gather") return { table: inputs[0], axis, at: inputs[1] };
  if (operator === "GatherBlockQuantized") return { table: inputs[0], axis: 0, at: inputs[1] };
  if (operator === "EmbedLayerNormalization") return { table: inputs[2], axis: 0, at: inputs[0], places: inputs[3] };
  return { axis: 0 };
}

interface Sources extends ScannedGraph {
  readonly producers: ReadonlyMap<string, ScannedNode>;
  /** Nodes looked at for one table: exporters put a handful between it and where it is read. */
  seen: number;
}

const MOST_SEEN = 64;

function producerOf(name: string, sources: Sources): ScannedNode | undefined {
  return ++sources.seen > MOST_SEEN ? undefined : sources.producers.get(name);
}

/** Size along an axis of a constant, or of what widens one. */
function rowsOf(name: string, axis: number, sources: Sources): number | undefined {
  const tensor = sources.tensors.get(name);
  if (tensor !== undefined) return tensor.dims.at(axis);
  const node = producerOf(name, sources);
  if (node === undefined) return undefined;
  const [first = "", second = ""] = node.inputs;
  switch (node.operator) {
    case "Cast":
    case "Identity":
    case "DequantizeLinear":
      return rowsOf(first, axis, sources);
    case "Reshape": {
      const size = sources.tensors.get(second)?.integers?.at(axis);
      return size !== undefined && size > 0 ? size : undefined;
    }
    case "Mul":
    case "Add":
    case "Sub": {
      const sizes = [first, second].map((input) => rowsOf(input, axis, sources)).filter((size) => size !== undefined);
      return sizes.length === 0 ? undefined : Math.max(...sizes);
    }
    default:
      return undefined;
  }
}

/**
 * The greatest position of n tokens, as n + beyond; there are at most `most` of them. undefined for what counts by other
 * means, such as the distances of relative positions.
 */
function lastPosition(name: string, sources: Sources): { readonly beyond: number; readonly most: number } | undefined {
  if (name === POSITIONS) return { beyond: -1, most: Infinity };
  const node = producerOf(name, sources);
  if (node === undefined) return undefined;
  const [first = "", second = ""] = node.inputs;
  const constant = (input: string): number | undefined => {
    const numbers = sources.tensors.get(input)?.integers;
    return numbers?.length === 1 ? numbers[0] : undefined;
  };
  switch (node.operator) {
    case "Range":
      return { beyond: (constant(first) ?? 0) - 1, most: Infinity };
    case "CumSum":
      return { beyond: 0, most: Infinity };
    case "Add": {
      const [added, counted] = constant(first) === undefined ? [constant(second), first] : [constant(first), second];
      const before = added === undefined ? undefined : lastPosition(counted, sources);
      return before === undefined || added === undefined ? undefined : { ...before, beyond: before.beyond + added };
    }
    case "Mul":
      // Counted tokens times the mask that they were counted from.
      return lastPosition(first, sources) ?? lastPosition(second, sources);
    case "Cast":
    case "Identity":
    case "Unsqueeze":
    case "Squeeze":
    case "Reshape":
    case "Expand":
      return lastPosition(first, sources);
    case "Slice":
    case "Gather": {
      const kept = sources.tensors.get(first);
      if (kept === undefined) return lastPosition(first, sources);
      // Exporters keep 0, 1, 2, … as a constant of which the first n are taken, and the kinds of tokens as zeros.
      const size = kept.dims.at(-1) ?? 0;
      return kept.last === size - 1 ? { beyond: -1, most: size } : undefined;
    }
    default:
      return undefined;
  }
}
