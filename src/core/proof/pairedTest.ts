import { seededRandom } from "../base/random.ts";
import { mean } from "./retrieval.ts";

/** Enough that the smallest p value stays far below 0.05 after it was multiplied by the number of settings. */
const ROUNDS = 10_000;
const SEED = 1;
/** Sums of the same numbers in another order are not the same to the last digit. */
const ROUNDING = 1e-12;

/**
 * Whether differences of pairs are above zero by more than chance: if it were all the same, each difference would be as likely with
 * the other sign. The share of such flips whose sum is at least the one seen, one-sided, the seen one counted in
 * (Fisher 1935; for retrieval: Smucker, Allan and Carterette 2007; counted in: Phipson and Smyth 2010).
 */
export function signFlipTest(differences: ArrayLike<number>, rounds = ROUNDS, seed = SEED): number {
  const moved = Array.from(differences).filter((difference) => difference !== 0);
  const seen = moved.reduce((sum, value) => sum + value, 0);
  const random = seededRandom(seed);
  let asFar = 0;
  for (let round = 0; round < rounds; round++) {
    let sum = 0;
    for (const difference of moved) sum += random() < 0.5 ? difference : -difference;
    if (sum >= seen - ROUNDING) asFar++;
  }
  return (1 + asFar) / (1 + rounds);
}

/** p values of several tests, raised so that below 0.05 a single false alarm among all has at most that chance (Holm 1979). */
export function holm(values: readonly number[]): readonly number[] {
  const order = values.map((_, at) => at).sort((a, b) => values[a]! - values[b]!);
  const out = new Array<number>(values.length);
  let least = 0;
  order.forEach((at, place) => {
    least = Math.max(least, Math.min(1, values[at]! * (values.length - place)));
    out[at] = least;
  });
  return out;
}

/** What lies between the two ends with 95 % confidence. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Of a mean of paired differences: percentiles of the means of samples drawn with replacement (Efron and Tibshirani 1993). */
export function bootstrapInterval(differences: ArrayLike<number>, rounds = ROUNDS, seed = SEED): Interval {
  const { length } = differences;
  const random = seededRandom(seed);
  const means = Float64Array.from({ length: rounds }, () => {
    let sum = 0;
    for (let draw = 0; draw < length; draw++) sum += differences[Math.floor(random() * length)]!;
    return sum / length;
  }).sort();
  const at = (share: number): number => means[Math.min(rounds - 1, Math.max(0, Math.round(share * (rounds - 1))))]!;
  return { low: at(0.025), high: at(0.975) };
}

export const differencesOf = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, at) => value - b[at]!);

/** Mean of a difference with its interval. */
export const changeOf = (differences: Float64Array): Interval & { readonly mean: number } => ({
  mean: mean(differences),
  ...bootstrapInterval(differences),
});
