/** What a language model is answered: compact Markdown, every raw cosine with its encoder's own scale. */
import { condensedIndex } from "../../core/similarity/condensed.ts";
import { distribution } from "../../core/similarity/distribution.ts";
import type { CompareResult, EncoderComparison } from "../../protocol/engine.ts";
import type { Hit, NeighboursOutcome, NeighboursResult } from "../../protocol/workspace.ts";
import { percent } from "../index/words.ts";

/** Pairs that are named per encoder. */
const MAX_PAIRS = 5;
/** Characters of a hit's text. */
const MAX_EXCERPT = 160;

export function neighboursText({ query, files, segments, outcomes }: NeighboursResult): string {
  const heading = `Nearest neighbours of ${code(query.label)} among ${String(segments)} segments of ${String(files)} files.`;
  return [heading, ...outcomes.map(outcomeText)].join("\n\n");
}

function outcomeText(outcome: NeighboursOutcome): string {
  if (!outcome.ok) return `### ${outcome.id}\nfailed: ${outcome.error.message}`;
  const { id, hits, scale, coverage } = outcome;
  const notes = [
    ...(scale === null ? [] : [`random pairs: median ${scale.median.toFixed(2)}, 95 % below ${scale.p95.toFixed(2)}`]),
    ...(coverage.done < coverage.total ? [`only ${String(percent(coverage.done, coverage.total))} % indexed so far`] : []),
  ];
  const lines = hits.map((hit, at) => `${String(at + 1)}. ${hitText(hit)}`);
  return [
    `### ${id}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}`,
    ...(lines.length === 0 ? ["nothing found"] : lines),
  ].join("\n");
}

function hitText({ score, percentile, places, content }: Hit): string {
  const [place] = places;
  const where = place === undefined ? "" : `${place.path}:${String(place.range.start.line + 1)} ${code(place.label)}`;
  const more = places.length > 1 ? ` (and ${String(places.length - 1)} more places)` : "";
  const rank = percentile === null ? "" : `, above ${(100 * percentile).toFixed(0)} % of random pairs`;
  return `${score.toFixed(3)}${rank} ${where}${more}: ${excerpt(content)}`;
}

export function compareText({ segments, outcomes, agreement }: CompareResult, pathOf: (document: number) => string): string {
  const n = segments.length;
  const name = (index: number): string => {
    const segment = segments[index]!;
    return `${pathOf(segment.document)}:${String(segment.range.start.line + 1)} ${code(segment.label)}`;
  };
  return [
    `${String(n)} segments compared.`,
    ...outcomes.map((outcome) =>
      outcome.ok
        ? `### ${outcome.id}\n${pairsText(outcome.result, n, name)}`
        : `### ${outcome.id}\nfailed: ${outcome.error.message}`,
    ),
    ...(agreement.length === 0 ? [] : [`### Agreement between encoders\n${agreement.map(agreementText).join("\n")}`]),
  ].join("\n\n");
}

function pairsText({ similarity, hasVector }: EncoderComparison, n: number, name: (index: number) => string): string {
  const { sorted, percentile } = distribution(similarity, n, hasVector);
  const pairs: { readonly i: number; readonly j: number; readonly cosine: number }[] = [];
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++)
      if (hasVector[i] === 1 && hasVector[j] === 1) pairs.push({ i, j, cosine: similarity[condensedIndex(n, i, j)]! });
  const nearest = pairs.sort((a, b) => b.cosine - a.cosine).slice(0, MAX_PAIRS);
  const median = sorted[sorted.length >> 1];
  return [
    ...(median === undefined ? ["no pair has vectors"] : [`median cosine of all pairs: ${median.toFixed(2)}`]),
    ...nearest.map(
      ({ i, j, cosine }) =>
        `- ${cosine.toFixed(3)} (percentile ${(100 * percentile(cosine)).toFixed(0)}) ${name(i)} ↔ ${name(j)}`,
    ),
  ].join("\n");
}

function agreementText({ a, b, n, debiasedCka, mutualKnn }: CompareResult["agreement"][number]): string {
  const measures = [
    ...(debiasedCka === null
      ? []
      : [`debiased CKA ${debiasedCka.value.toFixed(2)} (chance ${debiasedCka.chance.mean.toFixed(2)})`]),
    ...(mutualKnn === null
      ? []
      : [`neighbours@${String(mutualKnn.k)} ${mutualKnn.value.toFixed(2)} (chance ${mutualKnn.chance.mean.toFixed(2)})`]),
  ];
  return `- ${a} ~ ${b}: ${measures.length === 0 ? `too few segments (${String(n)}) to tell` : measures.join(", ")}`;
}

/** A label or text as code: it is data, and must not read as words of ours. */
const code = (text: string): string => `\`${text.replaceAll("`", "'").replaceAll(/\s+/g, " ")}\``;

function excerpt(content: string): string {
  const flat = content.trim().replaceAll(/\s+/g, " ");
  return code(flat.length > MAX_EXCERPT ? `${flat.slice(0, MAX_EXCERPT - 1)}…` : flat);
}
