/**
 * Centred kernel alignment between two sets of vectors of the same n items.
 * Kornblith et al. 2019, "Similarity of Neural Network Representations Revisited"; debiased: Song et al. 2012, equation 5.
 */

/** Vectors of n items, row-major [n, d]. */
export interface Rows {
  readonly n: number;
  readonly d: number;
  readonly data: Float32Array;
}

/** ‖YᵀX‖² / (‖XᵀX‖ ‖YᵀY‖), columns centred. null when one set does not vary. Biased upwards at small n. */
export function linearCka(x: Rows, y: Rows): number | null {
  const [k, l] = [centredGram(x), centredGram(y)];
  return ratio(inner(k, l), inner(k, k), inner(l, l));
}

/** The same with unbiased estimates; may be negative. null for n < 4, or when an estimate of a set with itself is not positive. */
export function debiasedCka(x: Rows, y: Rows): number | null {
  if (x.n < 4) return null;
  const [k, l] = [gramWithoutDiagonal(x), gramWithoutDiagonal(y)];
  return ratio(unbiasedHsic(k, l), unbiasedHsic(k, k), unbiasedHsic(l, l));
}

/** A symmetric n × n matrix in full, with its row sums. */
export interface Gram {
  readonly n: number;
  readonly data: Float64Array;
  readonly rowSums: Float64Array;
}

/** Inner products of all rows after centring the columns, with a diagonal of zeros. Centring changes no estimate, only rounding. */
export function gramWithoutDiagonal(rows: Rows): Gram {
  const gram = centredGram(rows);
  const { n, data } = gram;
  for (let i = 0; i < n; i++) data[i * n + i] = 0;
  return { n, data, rowSums: rowSumsOf(data, n) };
}

/** HSIC₁ of two Gram matrices without diagonal; rows of `l` taken in the given order, which is how shuffles are made cheap. */
export function unbiasedHsic(k: Gram, l: Gram, order?: Uint32Array): number {
  const { n } = k;
  let trace = 0;
  let cross = 0;
  for (let i = 0; i < n; i++) {
    const oi = order === undefined ? i : order[i]!;
    cross += k.rowSums[i]! * l.rowSums[oi]!;
    let sum = 0;
    if (order === undefined) for (let j = 0; j < n; j++) sum += k.data[i * n + j]! * l.data[i * n + j]!;
    else for (let j = 0; j < n; j++) sum += k.data[i * n + j]! * l.data[oi * n + order[j]!]!;
    trace += sum;
  }
  const total = (gram: Gram): number => gram.rowSums.reduce((a, b) => a + b, 0);
  return (trace + (total(k) * total(l)) / ((n - 1) * (n - 2)) - (2 * cross) / (n - 2)) / (n * (n - 3));
}

/** value / √(xx · yy), or null where that is no number. */
export const ratio = (xy: number, xx: number, yy: number): number | null => (xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null);

function centredGram({ n, d, data }: Rows): Gram {
  const centred = new Float64Array(n * d);
  for (let column = 0; column < d; column++) {
    let mean = 0;
    for (let row = 0; row < n; row++) mean += data[row * d + column]!;
    mean /= n;
    for (let row = 0; row < n; row++) centred[row * d + column] = data[row * d + column]! - mean;
  }
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = i; j < n; j++) {
      let sum = 0;
      for (let column = 0; column < d; column++) sum += centred[i * d + column]! * centred[j * d + column]!;
      gram[i * n + j] = sum;
      gram[j * n + i] = sum;
    }
  return { n, data: gram, rowSums: rowSumsOf(gram, n) };
}

function rowSumsOf(data: Float64Array, n: number): Float64Array {
  const sums = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sums[i]! += data[i * n + j]!;
  return sums;
}

function inner(k: Gram, l: Gram): number {
  let sum = 0;
  for (let at = 0; at < k.data.length; at++) sum += k.data[at]! * l.data[at]!;
  return sum;
}
