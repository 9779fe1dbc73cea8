import { condensedCosine } from "../similarity/cosine.ts";
import { condensedIndex } from "../similarity/condensed.ts";
import type { Rows } from "./cka.ts";

/** The k nearest items by cosine of each item, excluding itself by index, ties by lower index: [n, k]. */
export function nearest({ n, d, data }: Rows, k: number): Uint32Array {
  const step = condensedCosineExact(data, n, d);
  const out = new Uint32Array(n * k);
  for (let i = 0; i < n; i++) {
    const others = Array.from({ length: n }, (_, j) => j).filter((j) => j !== i);
    others.sort((a, b) => step(i, b) - step(i, a) || a - b);
    out.set(others.slice(0, k), i * k);
  }
  return out;
}

/** Mean share of the k nearest that two encoders have in common (Huh et al. 2024, mutual nearest neighbours). */
export function mutualKnn(x: Uint32Array, y: Uint32Array, n: number, k: number, order?: Uint32Array): number {
  const mark = new Int32Array(n).fill(-1);
  const place = order === undefined ? undefined : inverse(order);
  let shared = 0;
  for (let i = 0; i < n; i++) {
    for (let at = i * k; at < (i + 1) * k; at++) mark[x[at]!] = i;
    const row = order === undefined ? i : order[i]!;
    for (let at = row * k; at < (row + 1) * k; at++) if (mark[place === undefined ? y[at]! : place[y[at]!]!] === i) shared++;
  }
  return shared / (n * k);
}

/** What unrelated spaces share on average. */
export const mutualKnnChance = (n: number, k: number): number => k / (n - 1);

/** Cosines rounded to 12 digits, so that duplicates tie whatever the order of the sums. */
function condensedCosineExact(data: Float32Array, n: number, d: number): (i: number, j: number) => number {
  if (n > EXACT_ROWS) {
    const steps = condensedCosine(data, n, d, new Uint8Array(n).fill(1));
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    const { value } = step;
    return (i, j) => value[condensedIndex(n, i, j)]!;
  }
  const lengths = Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let c = 0; c < d; c++) sum += data[i * d + c]! ** 2;
    return Math.sqrt(sum);
  });
  const cosines = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      let sum = 0;
      for (let c = 0; c < d; c++) sum += data[i * d + c]! * data[j * d + c]!;
      const cosine = Math.round((sum / (lengths[i]! * lengths[j]!)) * 1e12) / 1e12;
      cosines[i * n + j] = cosine;
      cosines[j * n + i] = cosine;
    }
  return (i, j) => cosines[i * n + j]!;
}

/** Up to here cosines are summed in double precision; beyond, single precision is 4 times as fast and ties are rare. */
const EXACT_ROWS = 1000;

function inverse(order: Uint32Array): Uint32Array {
  const place = new Uint32Array(order.length);
  order.forEach((item, at) => (place[item] = at));
  return place;
}
