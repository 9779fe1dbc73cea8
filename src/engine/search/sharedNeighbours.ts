import type { CancellationToken } from "../../core/base/cancellation.ts";
import type { EncoderChoice, Progress } from "../../protocol/engine.ts";
import { cancelled, errorData } from "../../protocol/errors.ts";
import type {
  NeighboursOutcome,
  NeighboursParams,
  NeighboursResult,
  SharedServer,
  ShareResult,
} from "../../protocol/workspace.ts";
import { openMilvusStore } from "../store/milvusStore.ts";
import { shareTexts, type SharedRow } from "../store/share.ts";
import type { EncoderKey, VectorStore } from "../store/vectorStore.ts";
import { described, type Steps } from "./everything.ts";
import { resolveQuery, vectorOf, type ResolvedQuery } from "./query.ts";
import { scaleOf } from "./scoreScale.ts";
import type { SearchParts } from "./searchParts.ts";

/** A server and the name under which this workspace's texts are found there. */
export interface SharedPlace {
  readonly server: SharedServer;
  readonly repository: string;
}

/** The k nearest texts of a shared index by every encoder, each told as soon as it is known. BM25 has no part in it. */
export async function findSharedNeighbours(
  params: NeighboursParams,
  { server, repository }: SharedPlace,
  parts: SearchParts,
  report: (progress: Progress) => void,
  token: CancellationToken,
): Promise<NeighboursResult> {
  const { catalogue } = parts.index;
  const query = resolveQuery(params.query, catalogue);
  const store = openMilvusStore(server, { repository });
  const numbers = numbering(parts);
  try {
    const outcomes = await Promise.all(
      params.encoders.map(async (encoder) => {
        const outcome = await byEncoder(encoder, query, params, store, numbers, parts, token).catch(
          (error: unknown): NeighboursOutcome => {
            if (token.isCancellationRequested) throw cancelled();
            return { id: encoder.id, ok: false, error: errorData(error) };
          },
        );
        report({ kind: "neighbours", outcome });
        return outcome;
      }),
    );
    const total = Math.max(0, ...outcomes.map((outcome) => (outcome.ok ? outcome.coverage.total : 0)));
    return {
      query: { label: query.label, content: query.content, ...(query.place === undefined ? {} : { place: query.place }) },
      files: catalogue.fileCount,
      segments: total,
      outcomes,
    };
  } finally {
    store.dispose();
  }
}

async function byEncoder(
  encoder: EncoderChoice,
  query: ResolvedQuery,
  { k, filter }: NeighboursParams,
  store: VectorStore,
  numberOf: (hash: string) => number,
  parts: SearchParts,
  token: CancellationToken,
): Promise<NeighboursOutcome> {
  const started = performance.now();
  const { catalogue } = parts.index;
  const { key, matrix } = await parts.openEncoder(encoder);
  const vector = await vectorOf(parts, query, encoder, matrix, token);
  // The scale is this workspace's: a shared index is not asked for random pairs.
  const scale = scaleOf(matrix, catalogue.allowed({}));
  const options = {
    k,
    ...(filter === undefined ? {} : { filter }),
    ...(query.indexed === undefined ? {} : { exceptHash: catalogue.hashOf(query.indexed) }),
    ...(query.own === undefined ? {} : { queryFile: query.own.file }),
  };
  const found = vector === undefined ? [] : await store.search(key, vector, options, token);
  const count = await store.count(key);
  return {
    id: encoder.id,
    ok: true,
    hits: found.map(({ hash, score, described: { content, places } = { content: "", places: [] } }) => ({
      text: numberOf(hash),
      score,
      percentile: scale?.percentile(score) ?? null,
      places,
      content,
    })),
    scale: scale?.scale ?? null,
    coverage: { done: count, total: count },
    ms: performance.now() - started,
  };
}

/** Texts of other repositories have no number here: they get one below 0, the same in all lists of one search. */
function numbering({ index }: SearchParts): (hash: string) => number {
  const others = new Map<string, number>();
  return (hash) => {
    const own = index.catalogue.numberOf(hash);
    if (own !== undefined) return own;
    const known = others.get(hash) ?? -1 - others.size;
    others.set(hash, known);
    return known;
  };
}

/** Sends what a shared index does not have of this workspace, encoder by encoder. */
export async function share(
  encoders: readonly EncoderChoice[],
  { server, repository }: SharedPlace,
  parts: SearchParts,
  steps: Steps,
  token: CancellationToken,
): Promise<ShareResult> {
  const store = openMilvusStore(server, { repository });
  const sent: Record<string, number> = {};
  const already: Record<string, number> = {};
  const texts = parts.index.catalogue.textCount;
  try {
    for (const [at, encoder] of encoders.entries()) {
      const { key, matrix } = await parts.openEncoder(encoder);
      const rows = rowsOf(
        parts,
        key,
        (text) => matrix.has(text),
        (text) => matrix.vector(text),
      );
      const done = await shareTexts(store, key, rows, token, (so) => {
        steps(at * texts + so.sent + so.already, encoders.length * texts);
      });
      sent[encoder.id] = done.sent;
      already[encoder.id] = done.already;
    }
    return { sent, already };
  } finally {
    store.dispose();
  }
}

/** Present texts that this encoder has been through; without a vector they are sent as such, so that nobody encodes them again. */
async function* rowsOf(
  { index: { catalogue } }: SearchParts,
  { dimensions }: EncoderKey,
  has: (text: number) => boolean,
  vectorAt: (text: number) => Float32Array | undefined,
): AsyncGenerator<SharedRow> {
  for (const text of catalogue.presentTexts()) {
    if (!has(text)) continue;
    const vector = vectorAt(text) ?? new Float32Array(dimensions);
    yield await Promise.resolve({ hash: catalogue.hashOf(text), vector, described: described(catalogue, text) });
  }
}
