import { distribution, type Distribution } from "../../src/core/similarity/distribution.ts";
import { disputedPairs, type DisputedPair } from "../../src/core/similarity/disputed.ts";
import { neighboursOf, type Neighbour } from "../../src/core/similarity/neighbours.ts";
import type { EncoderComparison } from "../../src/protocol/panel.ts";
import type { State } from "../state.ts";
import { pairValue } from "./heatmap.ts";

/** Neighbours listed under each heatmap. */
const LISTED = 7;
const DISPUTED = 6;
/** Above this the list of disputed pairs would cost more than a blink. */
const MAX_DISPUTED_SEGMENTS = 600;

const distributions = new WeakMap<EncoderComparison, Distribution>();

/** Worked out once per result. */
export function distributionOf(result: EncoderComparison, n: number): Distribution {
  let known = distributions.get(result);
  if (known === undefined) {
    known = distribution(result.similarity, n, result.hasVector);
    distributions.set(result, known);
  }
  return known;
}

/** The result of an encoder, once it is there. */
export function resultOf(state: State, id: string): EncoderComparison | undefined {
  const column = state.columns.get(id);
  return column?.kind === "done" ? column.result : undefined;
}

const hasPair = ({ hasVector }: EncoderComparison, i: number, j: number): boolean => hasVector[i] === 1 && hasVector[j] === 1;

/** Cosine and percentile (0 … 1) of a pair, undefined without vectors. */
export function scoreOf(state: State, id: string, i: number, j: number): { cosine: number; percentile: number } | undefined {
  const result = resultOf(state, id);
  if (result === undefined || i === j || !hasPair(result, i, j)) return undefined;
  const cosine = pairValue(result.similarity, state.segments.length, i, j);
  return { cosine, percentile: distributionOf(result, state.segments.length).percentile(cosine) };
}

/** What of a segment the encoder read, in whole per cent; undefined when it read all of it. */
export function partRead(state: State, id: string, segment: number): number | undefined {
  const read = resultOf(state, id)?.read[segment] ?? 1;
  return read < 1 ? Math.min(99, Math.max(1, Math.round(read * 100))) : undefined;
}

export interface RankedNeighbour extends Neighbour {
  readonly percentile: number;
  /** Ranks gained against the first encoder; null for the first encoder itself and where it does not list the segment at all. */
  readonly move: number | null;
  readonly onlyHere: boolean;
}

/** The nearest neighbours of the chosen segment, per encoder in the order of the columns. */
export function neighbourLists(state: State): Map<string, RankedNeighbour[]> {
  const n = state.segments.length;
  const all = new Map<string, Neighbour[]>();
  for (const id of state.columns.keys()) {
    const result = resultOf(state, id);
    if (result !== undefined) all.set(id, neighboursOf(result.similarity, n, state.segment, n, result.hasVector));
  }
  const [firstId, first] = [...all][0] ?? [undefined, []];
  const places = new Map(first.map(({ index }, rank) => [index, rank]));
  return new Map(
    [...all].map(([id, neighbours]) => [
      id,
      neighbours.slice(0, LISTED).map((neighbour, rank) => {
        const before = places.get(neighbour.index);
        const others = [...all].filter(([other]) => other !== id);
        return {
          ...neighbour,
          percentile: distributionOf(resultOf(state, id)!, n).percentile(neighbour.score),
          move: id === firstId || before === undefined ? null : before - rank,
          onlyHere:
            others.length > 0 &&
            others.every(([, list]) => !list.slice(0, LISTED).some(({ index }) => index === neighbour.index)),
        };
      }),
    ]),
  );
}

let disputedOf: { columns: State["columns"]; pairs: DisputedPair[] } | undefined;

export function disputed(state: State): DisputedPair[] {
  if (disputedOf?.columns === state.columns) return disputedOf.pairs;
  const n = state.segments.length;
  const ids = [...state.columns.keys()].filter((id) => resultOf(state, id) !== undefined);
  const percentiles = ids.map((id) => (i: number, j: number) => scoreOf(state, id, i, j)?.percentile);
  const pairs = n > MAX_DISPUTED_SEGMENTS ? [] : disputedPairs(percentiles, n, DISPUTED);
  disputedOf = { columns: state.columns, pairs };
  return pairs;
}
