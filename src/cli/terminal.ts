import { condensedIndex } from "../core/similarity/condensed.ts";
import { distribution } from "../core/similarity/distribution.ts";
import { neighboursOf } from "../core/similarity/neighbours.ts";
import type { EncoderComparison } from "../protocol/engine.ts";
import type { Comparison } from "./compare.ts";
import { table } from "./table.ts";

/** Widest heatmap, in cells: more would not fit beside the labels. */
const MAX_CELLS = 40;
/** Segments whose neighbours are listed. */
const LISTED = 4;
const LISTED_NEIGHBOURS = 3;
const SHADES = " ░▒▓█";

/** Per encoder a heatmap in block characters and some neighbours; then the agreement. */
export function terminalReport({ documents, result }: Comparison): string {
  const n = result.segments.length;
  const order = [...result.clusteredOrder];
  const label = (index: number): string => result.segments[index]!.label;
  const parts = [
    `${n} segments of ${documents.length} ${documents.length === 1 ? "file" : "files"}, ${result.outcomes.length} encoders\n`,
  ];
  for (const outcome of result.outcomes) {
    if (!outcome.ok) {
      parts.push(`${bold(outcome.id)}\n${outcome.error.message} ${outcome.error.hint ?? ""}\n`);
      continue;
    }
    const { result: encoder } = outcome;
    const { min, max } = distribution(encoder.similarity, n, encoder.hasVector);
    parts.push(
      `${bold(outcome.id)}  ${encoder.dimensions} dimensions, cosines ${min.toFixed(2)} to ${max.toFixed(2)}, ${Math.round(encoder.ms)} ms`,
    );
    parts.push(heatmap(encoder, n, order, label));
    parts.push(neighbourLines(encoder, n, order, label));
  }
  parts.push(bold("Agreement"));
  const rows = result.agreement.map(({ a, b, debiasedCka, mutualKnn }) => [
    `${a} · ${b}`,
    debiasedCka === null ? "too few segments" : `${debiasedCka.value.toFixed(2)} (chance ≤ ${debiasedCka.chance.p95.toFixed(2)})`,
    mutualKnn === null
      ? "too few segments"
      : `${mutualKnn.value.toFixed(2)} @${mutualKnn.k} (chance ${mutualKnn.chance.mean.toFixed(2)})`,
  ]);
  parts.push(table(["encoders", "debiased CKA", "mutual neighbours"], rows));
  return parts.join("\n");
}

function heatmap(
  { similarity, hasVector }: EncoderComparison,
  n: number,
  order: readonly number[],
  label: (index: number) => string,
): string {
  const shown = order.slice(0, MAX_CELLS);
  const { percentile } = distribution(similarity, n, hasVector);
  const cell = (i: number, j: number): string => {
    if (i === j) return gray("··");
    if (hasVector[i] !== 1 || hasVector[j] !== 1) return gray("╱╱");
    return shade(percentile(similarity[condensedIndex(n, i, j)]!));
  };
  const lines = shown.map((i) => `${fit(label(i), 24).padStart(24)} ${shown.map((j) => cell(i, j)).join("")}`);
  if (n > MAX_CELLS) lines.push(`${" ".repeat(25)}… and ${n - MAX_CELLS} more`);
  return `${lines.join("\n")}\n`;
}

function neighbourLines(
  { similarity, hasVector }: EncoderComparison,
  n: number,
  order: readonly number[],
  label: (index: number) => string,
): string {
  const step = Math.max(1, Math.floor(n / LISTED));
  const lines = order
    .filter((_, at) => at % step === 0)
    .slice(0, LISTED)
    .map((i) => {
      const nearest = neighboursOf(similarity, n, i, LISTED_NEIGHBOURS, hasVector);
      const names = nearest.map(({ index, score }) => `${score.toFixed(2)} ${fit(label(index), 24)}`).join("   ");
      return `${fit(label(i), 24).padStart(24)} → ${names === "" ? "no vector: no known token" : names}`;
    });
  return `${lines.join("\n")}\n`;
}

const fit = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, width - 1)}…`);

const coloured = process.stdout.isTTY && (process.env["NO_COLOR"] ?? "") === "";
const bold = (text: string): string => (coloured ? `\u001b[1m${text}\u001b[0m` : text);
const gray = (text: string): string => (coloured ? `\u001b[90m${text}\u001b[0m` : text);

/** Two characters, about a square: a colour of the 256-colour cube, or a shade. */
function shade(percentile: number): string {
  if (!coloured) return SHADES[Math.min(SHADES.length - 1, Math.floor(percentile * SHADES.length))]!.repeat(2);
  const ramp = [17, 18, 24, 30, 36, 42, 78, 114, 150, 186, 192];
  return `\u001b[48;5;${ramp[Math.min(ramp.length - 1, Math.floor(percentile * ramp.length))]!}m  \u001b[0m`;
}
