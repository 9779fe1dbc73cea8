import type { CancellationToken } from "../../core/base/cancellation.ts";
import type { Precision } from "../../core/encoders/card.ts";
import type { Rows } from "../../core/measures/cka.ts";
import { prefixOf } from "../../core/encoders/prompts.ts";
import { closeness } from "../../core/proof/closeness.ts";
import { changeOf, differencesOf } from "../../core/proof/pairedTest.ts";
import { mean, reciprocalRanks } from "../../core/proof/retrieval.ts";
import type { EncodeResult } from "../../protocol/encoder.ts";
import type { EncoderChoice } from "../../protocol/engine.ts";
import { cancelled, readsImages } from "../../protocol/errors.ts";
import type { PrecisionReport, PrecisionsResult } from "../../protocol/proof.ts";
import type { Pairs } from "./pairs.ts";
import { stampOf } from "./selfTest.ts";
import { openSubject, type ProofParts, type Subject } from "./subject.ts";

export interface PrecisionsOptions {
  readonly encoder: EncoderChoice;
  readonly pairs: Pairs;
  readonly onStep: (done: number, total: number) => void;
  readonly token: CancellationToken;
}

/** The nearest to the publisher's numbers first. */
const MOST_EXACT: readonly Precision[] = ["fp32", "fp16", "w8", "q4", "int8"];

/** Rounds of the race, in each of which every precision encodes the same texts; the machine has other work too. */
const ROUNDS = 5;
/** Texts of one round: some tenths of a second for a small encoder. */
const TEXTS_PER_ROUND = 16;

/** Every precision on this machine against the most exact one: vectors, neighbours, retrieval, size, speed. */
export async function comparePrecisions(parts: ProofParts, options: PrecisionsOptions): Promise<PrecisionsResult> {
  const { encoder, pairs, onStep, token } = options;
  const started = performance.now();
  const { base: id } = parts.registry.resolve(encoder);
  const info = parts.registry.info(id);
  if (info?.card.input === "image") throw readsImages(id);
  const sizes = new Map(info?.precisions.map(({ precision, bytes }) => [precision, bytes]));
  const found = MOST_EXACT.filter((precision) => sizes.has(precision));
  const precisions = found.length > 0 ? found : [(await openSubject(parts, encoder, token)).precision];
  const total = precisions.length + ROUNDS;

  const all: { readonly subject: Subject; readonly made: Made }[] = [];
  for (const [done, precision] of precisions.entries()) {
    onStep(done, total);
    const subject = await openSubject(parts, { ...encoder, precision }, token);
    all.push({ subject, made: await vectorsOf(subject, pairs, token) });
  }
  const speeds =
    all.length < 2
      ? [1]
      : await race(all, pairs.documents.slice(0, TEXTS_PER_ROUND), (round) => {
          onStep(precisions.length + round, total);
        });
  onStep(total, total);

  const [base, ...others] = all;
  const ranks = all.map(({ made }) => reciprocalRanks(made.queries, made.documents));
  return {
    id: encoder.id,
    stamp: stampOf(parts.registry, encoder),
    source: pairs.source,
    base: { precision: base!.subject.precision, bytes: sizes.get(base!.subject.precision) ?? 0, mrr: mean(ranks[0]!) },
    others: others.map(({ subject, made }, at): PrecisionReport => {
      const own = ranks[at + 1]!;
      return {
        precision: subject.precision,
        bytes: sizes.get(subject.precision) ?? 0,
        ...closenessOf(made, base!.made),
        mrr: mean(own),
        change: changeOf(differencesOf(own, ranks[0]!)),
        speed: speeds[at + 1]!,
      };
    }),
    ms: performance.now() - started,
  };
}

/** Vectors of both sides, of unit length. */
interface Made {
  readonly queries: Rows;
  readonly documents: Rows;
  /** 1 where a text of either side, questions first, has a vector. */
  readonly hasVector: readonly number[];
}

async function vectorsOf(subject: Subject, { queries, documents }: Pairs, token: CancellationToken): Promise<Made> {
  const side = async (texts: readonly string[], role: "query" | "document"): Promise<EncodeResult> => {
    if (token.isCancellationRequested) throw cancelled();
    const prefix = subject.card === undefined ? (subject.settings.prefix ?? "") : prefixOf(subject.card, subject.chosen, role);
    return subject.encode(texts, { ...subject.settings, prefix, normalize: true });
  };
  const [a, b] = [await side(queries, "query"), await side(documents, "document")];
  const sideOf = ({ vectors, dimensions }: EncodeResult, n: number): Rows => ({ n, d: dimensions, data: vectors });
  return {
    queries: sideOf(a, queries.length),
    documents: sideOf(b, documents.length),
    hasVector: [...a.hasVector, ...b.hasVector],
  };
}

/** Over the texts for which both have a vector. */
function closenessOf(made: Made, expected: Made): Pick<PrecisionReport, "meanCosine" | "leastCosine" | "overlap"> {
  const rows = made.hasVector.flatMap((has, row) => (has === 1 && expected.hasVector[row] === 1 ? [row] : []));
  const rowsOf = ({ queries, documents }: Made): Float32Array[] =>
    rows.map((row) => {
      const { n, d, data } = queries;
      return row < n ? data.subarray(row * d, (row + 1) * d) : documents.data.subarray((row - n) * d, (row - n + 1) * d);
    });
  return closeness(rowsOf(made), rowsOf(expected));
}

/** How many times as fast as the first each is: medians over rounds in which they take turns. */
async function race(
  all: readonly { readonly subject: Subject }[],
  texts: readonly string[],
  onRound: (round: number) => void,
): Promise<readonly number[]> {
  const ratios: number[][] = all.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    onRound(round);
    const times: number[] = [];
    for (const { subject } of all) times.push((await subject.encode(texts)).ms.total);
    times.forEach((ms, at) => ratios[at]!.push(times[0]! / ms));
  }
  return ratios.map((own) => own.toSorted((a, b) => a - b)[Math.floor(own.length / 2)]!);
}
