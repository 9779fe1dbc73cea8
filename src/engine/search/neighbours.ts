import { setImmediate as nextTurn } from "node:timers/promises";

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
import { covered } from "../workspace/indexReport.ts";
import { overlaps, resolveQuery, vectorOf, type ResolvedQuery } from "./query.ts";
import { scaleOf } from "./scoreScale.ts";
import type { SearchParts } from "./searchParts.ts";

/** Found beyond k, since some of what is found may be the query itself. */
const SPARE = 8;

/** The k nearest indexed texts by every encoder and by BM25, each told as soon as it is known. One failure hides no other. */
export async function findNeighbours(
  params: NeighboursParams,
  parts: SearchParts,
  report: (progress: Progress) => void,
  token: CancellationToken,
): Promise<NeighboursResult> {
  const { catalogue } = parts.index;
  const query = resolveQuery(params.query, catalogue);
  const accept = catalogue.allowed(params.filter ?? {}, query.own?.file);
  const tell = (outcome: NeighboursOutcome): NeighboursOutcome => {
    report({ kind: "neighbours", outcome });
    return outcome;
  };
  const search = { query, accept, k: params.k, parts };

  const outcomes = await Promise.all(
    params.encoders.map((encoder) =>
      byEncoder(encoder, search, token).then(tell, (error: unknown) => {
        if (token.isCancellationRequested) throw cancelled();
        return tell({ id: encoder.id, ok: false, error: errorData(error) });
      }),
    ),
  );
  await nextTurn();
  if (token.isCancellationRequested) throw cancelled();
  outcomes.push(tell(byWords(search)));
  return {
    query: { label: query.label, content: query.content, ...(query.place === undefined ? {} : { place: query.place }) },
    files: catalogue.fileCount,
    segments: catalogue.segmentCount,
    outcomes,
  };
}

interface Search {
  readonly query: ResolvedQuery;
  readonly accept: Uint8Array;
  readonly k: number;
  readonly parts: SearchParts;
}

async function byEncoder(encoder: EncoderChoice, search: Search, token: CancellationToken): Promise<NeighboursOutcome> {
  const started = performance.now();
  const { query, accept, k, parts } = search;
  const { catalogue } = parts.index;
  const { matrix } = await parts.openEncoder(encoder);
  const vector = matrix.rows === 0 ? undefined : await vectorOf(parts, query, encoder, matrix, token);
  const scale = scaleOf(matrix, catalogue.allowed({}));
  const found = vector === undefined ? [] : await matrix.topK(vector, k + SPARE, accept);
  const scored = found.map(({ id, score }) => ({ text: id, score, percentile: scale?.percentile(score) ?? null }));
  return {
    id: encoder.id,
    ok: true,
    hits: hitsOf(scored, search),
    scale: scale?.scale ?? null,
    coverage: { done: covered(catalogue, matrix), total: catalogue.textCount },
    ms: performance.now() - started,
  };
}

function byWords(search: Search): NeighboursOutcome {
  const started = performance.now();
  const { catalogue } = search.parts.index;
  try {
    const found = catalogue.lexical(search.query.content, search.k + SPARE, search.accept);
    return {
      id: BM25,
      ok: true,
      hits: hitsOf(
        found.map(({ text, score }) => ({ text, score, percentile: null })),
        search,
      ),
      scale: null,
      coverage: { done: catalogue.textCount, total: catalogue.textCount },
      ms: performance.now() - started,
    };
  } catch (error) {
    return { id: BM25, ok: false, error: errorData(error) };
  }
}

/** The k best that are not the query itself; a copy of it elsewhere is a neighbour like any other. */
function hitsOf(found: readonly Pick<Hit, "text" | "score" | "percentile">[], { query, k, parts }: Search): Hit[] {
  const { catalogue } = parts.index;
  const hits: Hit[] = [];
  for (const scored of found) {
    if (hits.length === k) break;
    const places = catalogue.placesOf(scored.text).filter((place) => !overlaps(place, query.own));
    if (places.length === 0) continue;
    const { text, headerLength } = catalogue.textOf(scored.text);
    hits.push({ ...scored, places, content: text.slice(headerLength) });
  }
  return hits;
}
