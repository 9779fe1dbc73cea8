import type { CancellationToken } from "../core/base/cancellation.ts";
import { clusteredOrder } from "../core/cluster/clusteredOrder.ts";
import { agreement } from "../core/measures/agreement.ts";
import { condensedLength } from "../core/similarity/condensed.ts";
import { distribution } from "../core/similarity/distribution.ts";
import {
  MAX_SEGMENTS,
  MIN_AGREEMENT_SEGMENTS,
  PREVIEW_CHARACTERS,
  type Agreement,
  type CompareParams,
  type CompareResult,
  type EmbedResult,
  type EncoderChoice,
  type EncoderComparison,
  type EncoderOutcome,
  type Progress,
  type SegmentInfo,
} from "../protocol/engine.ts";
import { badRequest, cancelled, errorData, nothingToCompare, tooManySegments } from "../protocol/errors.ts";
import { byTheClock } from "./byTheClock.ts";
import type { EmbedAllOptions, Embedder } from "./embed.ts";
import { giveWay } from "./giveWay.ts";
import { cosines } from "./kernels/cosines.ts";
import type { Kernels } from "./kernels/kernels.ts";
import type { Splitter } from "./split/splitter.ts";

export interface CompareParts {
  readonly kernels: Kernels;
  readonly splitter: Splitter;
  readonly embedAll: Embedder["embedAll"];
  readonly report: (progress: Progress) => void;
}

/** Documents → segments → vectors per encoder → cosines, a shared order, agreement. One failing encoder hides no other. */
export async function compareDocuments(
  params: CompareParams,
  parts: CompareParts,
  token: CancellationToken,
): Promise<CompareResult> {
  const { report } = parts;
  if (params.encoders.length === 0) throw badRequest("No encoder is chosen.");
  report({ kind: "phase", phase: "splitting" });
  const { segments, texts } = await split(params, parts.splitter, token);
  report({ kind: "segments", segments });

  const embedding = parts.embedAll(embedOptions(params.encoders, texts, report, token));
  const embedded = await Promise.all(
    params.encoders.map(async (choice, at) => {
      try {
        const vectors = await embedding[at]!;
        const result = await comparisonOf(vectors, texts.length, parts.kernels, token);
        const outcome: EncoderOutcome = { id: choice.id, ok: true, result };
        report({ kind: "outcome", outcome });
        return { outcome, vectors };
      } catch (error) {
        if (token.isCancellationRequested) throw cancelled();
        const outcome: EncoderOutcome = { id: choice.id, ok: false, error: errorData(error) };
        report({ kind: "outcome", outcome });
        return { outcome, vectors: undefined };
      }
    }),
  );

  report({ kind: "phase", phase: "agreement" });
  const pairs: Agreement[] = [];
  for (const [at, a] of embedded.entries())
    for (const b of embedded.slice(at + 1)) {
      if (a.vectors === undefined || b.vectors === undefined) continue;
      await giveWay(token);
      pairs.push(agreementOf(a.outcome.id, a.vectors, b.outcome.id, b.vectors, params.k));
    }
  await giveWay(token);
  const outcomes = embedded.map(({ outcome }) => outcome);
  return { segments, outcomes, agreement: pairs, clusteredOrder: sharedOrder(outcomes, texts.length) };
}

async function split({ documents, split: mode }: CompareParams, splitter: Splitter, token: CancellationToken) {
  const segments: SegmentInfo[] = [];
  const texts: string[] = [];
  for (const [document, source] of documents.entries()) {
    await giveWay(token);
    for (const { label, kind, range, text } of await splitter.split(source, mode)) {
      segments.push({ document, label, kind, range, preview: text.slice(0, PREVIEW_CHARACTERS) });
      texts.push(text);
    }
  }
  if (segments.length > MAX_SEGMENTS) throw tooManySegments(segments.length, MAX_SEGMENTS);
  if (segments.length < 2) throw nothingToCompare(segments.length);
  return { segments, texts };
}

function embedOptions(
  encoders: readonly EncoderChoice[],
  texts: readonly string[],
  report: CompareParts["report"],
  token: CancellationToken,
): EmbedAllOptions {
  const tell = byTheClock(report);
  return {
    encoders,
    texts,
    priority: "interactive",
    token,
    onProgress: ({ id }, phase, done, total) => {
      tell({ kind: "encoder", id, phase, done, total });
    },
  };
}

async function comparisonOf(
  { vectors, dimensions, tokens, read, hasVector, ms }: EmbedResult,
  n: number,
  kernels: Kernels,
  token: CancellationToken,
): Promise<EncoderComparison> {
  const similarity = await cosines(kernels, vectors, n, dimensions, hasVector, token);
  return { dimensions, similarity, tokens, read, hasVector, ms };
}

function agreementOf(a: string, x: EmbedResult, b: string, y: EmbedResult, wanted: number): Agreement {
  const both = Array.from(x.hasVector.keys()).filter((row) => x.hasVector[row] === 1 && y.hasVector[row] === 1);
  const n = both.length;
  if (n < MIN_AGREEMENT_SEGMENTS) return { a, b, n, debiasedCka: null, mutualKnn: null };
  // More neighbours than a third of all would agree by chance alone.
  const k = Math.max(1, Math.min(wanted, Math.floor((n - 1) / 3)));
  const rows = ({ vectors, dimensions: d }: EmbedResult) => {
    const data = new Float32Array(n * d);
    both.forEach((row, at) => {
      data.set(vectors.subarray(row * d, (row + 1) * d), at * d);
    });
    return { n, d, data };
  };
  const { debiasedCka, mutualKnn } = agreement(rows(x), rows(y), k);
  return { a, b, n, debiasedCka, mutualKnn: { ...mutualKnn, k } };
}

/** Clustered by the mean percentile over encoders, so that no encoder's narrow cosines drown another's wide ones. */
function sharedOrder(outcomes: readonly EncoderOutcome[], n: number): Uint32Array {
  const distance = new Float32Array(condensedLength(n)).fill(1);
  const usable = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.result] : []));
  for (const { similarity, hasVector } of usable) {
    const { percentile } = distribution(similarity, n, hasVector);
    for (let at = 0; at < distance.length; at++) distance[at]! -= percentile(similarity[at]!) / usable.length;
  }
  return clusteredOrder(distance, n);
}
