import type { Precision } from "../encoders/card.ts";

/**
 * Largest difference of a component, of vectors scaled to unit length, between two ways to the same vector. Single precision
 * summed in another order stays a hundred times below; dynamic int8 in a shared batch is a thousand times above.
 */
export const SAME_VECTOR = 1e-5;

/** A length of 1 in single precision, and in what was rounded to half precision on the way. */
export const UNIT_LENGTH = 1e-3;

/** Texts with nothing in common must not be nearer than this: beyond, an encoder says nothing. */
export const DISTINCT_COSINE = 0.9999;

/** Largest difference of a component from the publisher's vector, where weights are of the publisher's precision. */
export const PUBLISHER_DIFFERENCE = 1e-4;

/**
 * Least cosine to the publisher's vectors in each precision. fp16, w8 and q4 as they were measured over 300 texts, with some room; int8
 * is what still tells neighbours apart.
 */
export const LEAST_COSINE: Readonly<Record<Precision, number>> = {
  fp32: 0.99999,
  fp16: 0.9999,
  w8: 0.998,
  int8: 0.9,
  q4: 0.85,
};
