import type { CancellationToken } from "../../core/base/cancellation.ts";
import { dot } from "../../core/similarity/cosine.ts";
import type { EncoderChoice } from "../../protocol/engine.ts";
import { cancelled, errorData } from "../../protocol/errors.ts";
import type { DuplicatePair, DuplicatesResult } from "../../protocol/workspace.ts";
import type { VectorMatrix } from "../kernels/vectorMatrix.ts";
import { described, sampleOf, type Steps } from "./everything.ts";
import { scaleOf, type MeasuredScale } from "./scoreScale.ts";
import type { SearchParts } from "./searchParts.ts";

export interface DuplicatesParams {
  readonly encoders: readonly EncoderChoice[];
  readonly atLeast: number;
  readonly closeness?: number;
  readonly limit: number;
}

/** From here on two segments are nearly the same to an encoder. */
const CLOSENESS = 0.9;
/** Neighbours of each text that may be its duplicates. */
const K = 5;

interface Judge {
  readonly id: string;
  readonly matrix: VectorMatrix;
  readonly scale: MeasuredScale;
}

/** Pairs that at least so many encoders find nearly the same, and texts that stand in several places; closest first. */
export async function findDuplicates(
  { encoders, atLeast, closeness = CLOSENESS, limit }: DuplicatesParams,
  parts: SearchParts,
  steps: Steps,
  token: CancellationToken,
): Promise<DuplicatesResult> {
  const { catalogue } = parts.index;
  const sample = sampleOf(catalogue);
  const present = catalogue.allowed({});
  const failed: DuplicatesResult["failed"][number][] = [];
  const judges: Judge[] = [];
  const candidates = new Map<string, readonly [a: number, b: number]>();
  for (const [done, { id, ...choice }] of encoders.entries()) {
    steps(done, encoders.length);
    try {
      const { matrix } = await parts.openEncoder({ id, ...choice });
      const scale = scaleOf(matrix, present);
      if (scale === undefined) continue;
      judges.push({ id, matrix, scale });
      const { ids, neighbours, scores, k } = await matrix.nearest(K, token, sample.accept);
      scores.forEach((score, at) => {
        const [a, b] = [ids[Math.floor(at / k)]!, neighbours[at]!].sort((x, y) => x - y) as [number, number];
        if (a >= 0 && scale.closeness(score) >= closeness) candidates.set(`${a} ${b}`, [a, b]);
      });
    } catch (error) {
      if (token.isCancellationRequested) throw cancelled();
      failed.push({ id, error: errorData(error) });
    }
  }

  const found: { readonly pair: readonly [number, number?]; readonly closeness: Readonly<Record<string, number>> }[] = [];
  for (const text of catalogue.presentTexts()) {
    if (sample.accept[text] !== 1 || catalogue.placesOf(text).length < 2) continue;
    const same = judges.filter(({ matrix }) => matrix.vector(text) !== undefined).map(({ id }) => [id, 1]);
    found.push({ pair: [text], closeness: Object.fromEntries(same) as Record<string, number> });
  }
  for (const [a, b] of candidates.values()) {
    const agreed = judges.flatMap(({ id, matrix, scale }) => {
      const cosine = cosineOf(matrix, a, b);
      const close = cosine === undefined ? 0 : scale.closeness(cosine);
      return close >= closeness ? [[id, close]] : [];
    });
    if (agreed.length >= atLeast) found.push({ pair: [a, b], closeness: Object.fromEntries(agreed) as Record<string, number> });
  }
  const pairs = found
    .toSorted((x, y) => sumOf(y.closeness) - sumOf(x.closeness))
    .slice(0, limit)
    .map(({ pair: [a, b], closeness: by }): DuplicatePair => {
      return { a: described(catalogue, a), ...(b === undefined ? {} : { b: described(catalogue, b) }), closeness: by };
    });
  return { texts: sample.size, atLeast, pairs, failed };
}

function cosineOf(matrix: VectorMatrix, a: number, b: number): number | undefined {
  const [x, y] = [matrix.vector(a), matrix.vector(b)];
  return x === undefined || y === undefined ? undefined : dot(x, y);
}

const sumOf = (closeness: Readonly<Record<string, number>>): number =>
  Object.values(closeness).reduce((sum, value) => sum + value, 0);
