import fs from "node:fs";

import { describeAll, type Variation } from "../core/encoders/describeVariant.ts";
import { condensedIndex } from "../core/similarity/condensed.ts";
import { neighboursOf } from "../core/similarity/neighbours.ts";
import { SPLIT_MODES, type SplitMode } from "../core/text/segment.ts";
import {
  compare,
  listEncoders,
  type CompareResult,
  type EncoderInfo,
  type EncoderOutcome,
  type SourceDocument,
} from "../protocol/engine.ts";
import { idsOf } from "./encoderChoice.ts";
import { withEngine } from "./engine.ts";
import { htmlPage } from "./html.ts";
import type { CommandArguments } from "./main.ts";
import { remoteAccess } from "./remoteAccess.ts";
import { sayDocuments } from "./sending.ts";
import { readSources } from "./sources.ts";
import { terminalReport } from "./terminal.ts";
import { errorLine, oneOf, UsageError, wholeNumber } from "./usage.ts";

/** Neighbours shown, and counted by mutual neighbours. */
const NEIGHBOURS = 10;

/** An encoder, or a variant of one. */
type ComparedEncoder = EncoderInfo & { readonly variant?: Variation };

/** What was compared, with what came of it. */
export interface Comparison {
  readonly documents: readonly SourceDocument[];
  readonly split: SplitMode;
  readonly encoders: readonly ComparedEncoder[];
  readonly result: CompareResult;
  readonly k: number;
}

export async function compareCommand({ values, paths }: CommandArguments): Promise<void> {
  if (paths.length === 0) throw new UsageError("compare needs files or folders.");
  const split = oneOf("split", values.split, SPLIT_MODES) ?? "auto";
  const k = wholeNumber("k", values.k, 1) ?? NEIGHBOURS;
  const documents = readSources(paths);
  const comparison = await withEngine(async (engine, token): Promise<Comparison> => {
    const known = await engine.request(listEncoders, null);
    const ids = idsOf(values.models, known);
    const params = { documents, split, encoders: ids.map((id) => ({ id })), k };
    await sayDocuments(engine, params.encoders, documents, split);
    const result = await engine.request(compare, params, { token });
    return { documents, split, encoders: describeAll<ComparedEncoder>(known, ids), result, k };
  }, remoteAccess(values));
  if (values.html !== undefined) {
    fs.writeFileSync(values.html, htmlPage(comparison));
    console.error(`Wrote ${values.html}`);
  }
  if (values.json === true) console.log(JSON.stringify(jsonOf(comparison)));
  else if (values.html === undefined || values.terminal === true) console.log(terminalReport(comparison));
  const failed = comparison.result.outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome]));
  for (const { id, error } of failed) errorLine(`${id}: ${error.message}`);
  if (failed.length === comparison.result.outcomes.length) process.exitCode = 1;
}

/** Lines and columns from 1, cosines with six digits, null where a segment has no vector. */
function jsonOf({ documents, result, k }: Comparison): object {
  const n = result.segments.length;
  return {
    segments: result.segments.map(({ document, label, kind, range: { start, end } }) => ({
      path: documents[document]!.path,
      start: { line: start.line + 1, column: start.character + 1 },
      end: { line: end.line + 1, column: end.character + 1 },
      label,
      kind,
    })),
    models: Object.fromEntries(result.outcomes.map((outcome) => [outcome.id, modelOf(outcome, n, k)])),
    agreement: result.agreement.map(({ a, b, n: common, debiasedCka, mutualKnn }) => ({
      a,
      b,
      n: common,
      debiasedCka: debiasedCka && { value: debiasedCka.value, chance: debiasedCka.chance.mean, chance95: debiasedCka.chance.p95 },
      mutualKnn: mutualKnn && {
        value: mutualKnn.value,
        chance: mutualKnn.chance.mean,
        chance95: mutualKnn.chance.p95,
        k: mutualKnn.k,
      },
    })),
  };
}

function modelOf(outcome: EncoderOutcome, n: number, k: number): object {
  if (!outcome.ok) return { error: outcome.error };
  const { similarity, hasVector, dimensions, tokens, read, ms } = outcome.result;
  const indices = Array.from({ length: n }, (_, index) => index);
  const cell = (i: number, j: number): number | null =>
    hasVector[i] !== 1 || hasVector[j] !== 1 ? null : i === j ? 1 : Number(similarity[condensedIndex(n, i, j)]!.toFixed(6));
  return {
    dimensions,
    matrix: indices.map((i) => indices.map((j) => cell(i, j))),
    neighbours: indices.map((i) =>
      neighboursOf(similarity, n, i, k, hasVector).map(({ index, score }) => ({ index, score: Number(score.toFixed(6)) })),
    ),
    tokens: [...tokens],
    truncated: indices.filter((index) => read[index]! < 1),
    ms: Math.round(ms),
  };
}
