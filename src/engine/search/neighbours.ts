import type { CancellationToken } from "../../core/base/cancellation.ts";
import type { EncoderChoice, Progress } from "../../protocol/engine.ts";
import { cancelled, errorData } from "../../protocol/errors.ts";
import {
  BM25,
  type Hit,
  type NeighboursOutcome,
  type NeighboursParams,
  type NeighboursResult,
} from "../../protocol/workspace.ts";
import { giveWay } from "../giveWay.ts";
import { described } from "./everything.ts";
import { overlaps, resolveQuery, vectorOf, type ResolvedQuery } from "./query.ts";
import { scaleOf } from "./scoreScale.ts";
import type { SearchParts } from "./searchParts.ts";
import { ownSource, sharedSource, type SearchSource } from "./searchSource.ts";

/** Found beyond k, since some of what is found may be the query itself. */
const SPARE = 8;

/**
 * The k nearest texts of this workspace's index, or of a shared one, by every encoder and by BM25, each told as soon as it is
 * known. One failure hides no other. BM25 needs the words, which a shared index does not give.
 */
export async function findNeighbours(
  params: NeighboursParams,
  parts: SearchParts,
  report: (progress: Progress) => void,
  token: CancellationToken,
): Promise<NeighboursResult> {
  const { catalogue } = parts.index;
  const { shared } = params;
  const source = shared === undefined ? ownSource(parts) : sharedSource(parts, shared);
  const tell = (outcome: NeighboursOutcome): NeighboursOutcome => {
    report({ kind: "neighbours", outcome });
    return outcome;
  };
  try {
    const query = resolveQuery(params.query, catalogue);
    const search = { query, source, params, parts };
    const outcomes = await Promise.all(
      params.encoders.map((encoder) =>
        byEncoder(encoder, search, token).then(tell, (error: unknown) => {
          if (token.isCancellationRequested) throw cancelled();
          return tell({ id: encoder.id, ok: false, error: errorData(error) });
        }),
      ),
    );
    await giveWay(token);
    if (source.hasWords) outcomes.push(tell(byWords(search)));
    return {
      query: { label: query.label, content: query.content, ...(query.place === undefined ? {} : { place: query.place }) },
      files: catalogue.fileCount,
      segments:
        shared === undefined
          ? catalogue.segmentCount
          : Math.max(0, ...outcomes.map((outcome) => (outcome.ok ? outcome.coverage.total : 0))),
      outcomes,
    };
  } finally {
    source.dispose();
  }
}

interface Search {
  readonly query: ResolvedQuery;
  readonly source: SearchSource;
  readonly params: NeighboursParams;
  readonly parts: SearchParts;
}

async function byEncoder(encoder: EncoderChoice, search: Search, token: CancellationToken): Promise<NeighboursOutcome> {
  const started = performance.now();
  const { query, source, params, parts } = search;
  const { key, matrix } = await parts.openEncoder(encoder);
  const coverage = await source.coverage(key, matrix);
  const vector = coverage.done === 0 ? undefined : await vectorOf(parts, query, encoder, matrix, token);
  // Of a shared index too the scale is this workspace's: it is not asked for random pairs.
  const scale = scaleOf(matrix, parts.index.catalogue.allowed({}));
  const options = {
    k: params.k + SPARE,
    ...(params.filter === undefined ? {} : { filter: params.filter }),
    ...(query.own === undefined ? {} : { queryFile: query.own.file }),
  };
  const found = vector === undefined ? [] : await source.store.search(key, vector, options, token);
  const hits = found.map((one) => ({
    ...source.describe(one),
    text: source.numberOf(one.hash),
    score: one.score,
    percentile: scale?.percentile(one.score) ?? null,
  }));
  return {
    id: encoder.id,
    ok: true,
    hits: withoutItself(hits, search),
    scale: scale?.scale ?? null,
    coverage,
    ms: performance.now() - started,
  };
}

function byWords(search: Search): NeighboursOutcome {
  const started = performance.now();
  const { catalogue } = search.parts.index;
  try {
    const accept = catalogue.allowed(search.params.filter ?? {}, search.query.own?.file);
    const found = catalogue.lexical(search.query.content, search.params.k + SPARE, accept);
    const hits = found.map(({ text, score }) => ({ ...described(catalogue, text), score, percentile: null }));
    return {
      id: BM25,
      ok: true,
      hits: withoutItself(hits, search),
      scale: null,
      coverage: { done: catalogue.textCount, total: catalogue.textCount },
      ms: performance.now() - started,
    };
  } catch (error) {
    return { id: BM25, ok: false, error: errorData(error) };
  }
}

/** The k best that are not the query itself; a copy of it elsewhere is a neighbour like any other. */
const withoutItself = (hits: readonly Hit[], { query, params }: Search): Hit[] =>
  hits
    .map((hit) => ({ ...hit, places: hit.places.filter((place) => !overlaps(place, query.own)) }))
    .filter(({ places }) => places.length > 0)
    .slice(0, params.k);
