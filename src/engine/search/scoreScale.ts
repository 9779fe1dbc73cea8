import { percentileIn } from "../../core/similarity/distribution.ts";
import type { ScoreScale } from "../../protocol/workspace.ts";
import type { VectorMatrix } from "../kernels/vectorMatrix.ts";

/** How an encoder's cosines of this workspace are spread, from pairs drawn at random. */
export interface MeasuredScale {
  readonly scale: ScoreScale;
  /** Share (0 … 1) of random pairs that are less similar; pairs just as similar count half. */
  readonly percentile: (cosine: number) => number;
  /** (cosine − m) / (1 − m), m the median cosine of random pairs: 0 = unrelated, 1 = the same. */
  readonly closeness: (cosine: number) => number;
}

/** Enough that a percentile is known within 1 %. */
const PAIRS = 4096;
const BINS = 32;
/** Fewer vectors have too few pairs to speak of a spread. */
const MIN_ROWS = 8;
/** Measured again when the vectors have grown by this share. */
const GROWTH = 1.1;

const measured = new WeakMap<VectorMatrix, { readonly rows: number; readonly scale: MeasuredScale }>();

/** undefined when there are too few vectors. The same as long as the vectors hardly change, so that shown numbers keep still. */
export function scaleOf(matrix: VectorMatrix, present: Uint8Array): MeasuredScale | undefined {
  if (matrix.rows < MIN_ROWS) return undefined;
  const known = measured.get(matrix);
  if (known !== undefined && matrix.rows <= known.rows * GROWTH) return known.scale;
  const scale = measure(matrix.randomCosines(PAIRS, 1, present).toSorted());
  if (scale !== undefined) measured.set(matrix, { rows: matrix.rows, scale });
  return scale;
}

function measure(sorted: Float32Array): MeasuredScale | undefined {
  if (sorted.length === 0) return undefined;
  const quantile = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  const [low, high] = [sorted[0]!, sorted.at(-1)!];
  const width = (high - low) / BINS;
  const histogram = Array.from({ length: BINS }, () => 0);
  for (const cosine of sorted) histogram[width > 0 ? Math.min(BINS - 1, Math.floor((cosine - low) / width)) : 0]!++;
  const median = quantile(0.5);
  return {
    scale: { p5: quantile(0.05), median, p95: quantile(0.95), low, high, histogram },
    percentile: (cosine) => percentileIn(sorted, cosine),
    closeness: (cosine) => (median >= 1 ? 0 : (cosine - median) / (1 - median)),
  };
}
