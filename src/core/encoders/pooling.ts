import type { Pooling } from "./card.ts";

/**
 * One vector of the hidden states of one text.
 * @param states row-major [tokens of the padded row, dimensions], starting at `offset`
 * @param tokens real tokens of this text; padding after them is never read
 * @param out where the `dimensions` numbers go
 * @param skipped tokens at the beginning that are passed over: those of a prompt that is read but not pooled. Where no token is
 * left, the vector is zero.
 */
export function pool(
  states: Float32Array,
  offset: number,
  tokens: number,
  dimensions: number,
  pooling: Exclude<Pooling, "firstlast">,
  out: Float32Array,
  skipped = 0,
): void {
  if (skipped >= tokens) {
    out.fill(0);
    return;
  }
  const first = offset + skipped * dimensions;
  switch (pooling) {
    case "cls":
      out.set(states.subarray(first, first + dimensions));
      return;
    case "last":
      out.set(states.subarray(offset + (tokens - 1) * dimensions, offset + tokens * dimensions));
      return;
    case "max":
      for (let d = 0; d < dimensions; d++) {
        let largest = -Infinity;
        for (let token = skipped, at = first + d; token < tokens; token++, at += dimensions)
          largest = Math.max(largest, states[at]!);
        out[d] = largest;
      }
      return;
    case "weightedmean": {
      // What is left keeps the weights of its places.
      const sums = new Float64Array(dimensions);
      let weights = 0;
      for (let token = skipped, at = first; token < tokens; token++) {
        weights += token + 1;
        for (let d = 0; d < dimensions; d++, at++) sums[d]! += (token + 1) * states[at]!;
      }
      for (let d = 0; d < dimensions; d++) out[d] = sums[d]! / weights;
      return;
    }
    case "mean":
    case "meansqrt": {
      const sums = new Float64Array(dimensions);
      for (let token = skipped, at = first; token < tokens; token++)
        for (let d = 0; d < dimensions; d++, at++) sums[d]! += states[at]!;
      const count = tokens - skipped;
      const divisor = pooling === "mean" ? count : Math.sqrt(count);
      for (let d = 0; d < dimensions; d++) out[d] = sums[d]! / divisor;
    }
  }
}

/** Euclidean length, summed in double precision. */
export function norm(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

/** Scales to unit length in place, and gives the length it had; a vector without direction stays as it is. */
export function normalise(vector: Float32Array): number {
  const length = norm(vector);
  if (length > 0) for (let d = 0; d < vector.length; d++) vector[d] = vector[d]! / length;
  return length;
}
