import { seededRandom, shuffled } from "../base/random.ts";
import { debiasedCka, gramWithoutDiagonal, ratio, unbiasedHsic, type Rows } from "./cka.ts";
import { mutualKnn, mutualKnnChance, nearest } from "./mutualKnn.ts";

export interface WithChance {
  readonly value: number;
  /** What unrelated spaces give at this n: the mean, and the 95th percentile over shuffles of one set's rows. */
  readonly chance: { readonly mean: number; readonly p95: number };
}

/** Work that shuffling may cost, in products: about a second. */
const SHUFFLE_BUDGET = 4e8;
const MAX_SHUFFLES = 200;
/** Fewer say nothing about a 95th percentile. */
const MIN_SHUFFLES = 20;
const SEED = 1;

/** How alike two encoders' spaces are over the same items, each measure with its chance level. null where undefined. */
export function agreement(x: Rows, y: Rows, k: number): { debiasedCka: WithChance | null; mutualKnn: WithChance } {
  const { n } = x;
  const random = seededRandom(SEED);
  const shuffles = Math.max(MIN_SHUFFLES, Math.min(MAX_SHUFFLES, Math.floor(SHUFFLE_BUDGET / (n * n))));
  const orders = Array.from({ length: shuffles }, () => shuffled(n, random));
  const value = debiasedCka(x, y);
  let cka: WithChance | null = null;
  if (value !== null) {
    const [gx, gy] = [gramWithoutDiagonal(x), gramWithoutDiagonal(y)];
    const [xx, yy] = [unbiasedHsic(gx, gx), unbiasedHsic(gy, gy)];
    const chances = orders.map((order) => ratio(unbiasedHsic(gx, gy, order), xx, yy) ?? 0);
    cka = { value, chance: { mean: 0, p95: percentile95(chances) } };
  }
  const [nx, ny] = [nearest(x, k), nearest(y, k)];
  const chances = orders.map((order) => mutualKnn(nx, ny, n, k, order));
  return {
    debiasedCka: cka,
    mutualKnn: { value: mutualKnn(nx, ny, n, k), chance: { mean: mutualKnnChance(n, k), p95: percentile95(chances) } },
  };
}

function percentile95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(0.95 * sorted.length))]!;
}
