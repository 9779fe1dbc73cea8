import type { Precision } from "../encoders/card.ts";

/** Texts with what the publisher's own pipeline makes of them. */
export interface ReferenceFile {
  /** What made them, for people. */
  readonly source: string;
  /** Of the weights that made them. */
  readonly precision: Precision;
  /** Put before each text. */
  readonly prefix: string;
  readonly dimensions: number;
  /** Repositories of a model hub that hold the same weights. */
  readonly repositories?: readonly string[];
  /** sha256 of the publisher's own files of weights, by which a copy of them is known wherever it lies. */
  readonly weights?: readonly string[];
  /** Token ids, and vectors as base64 of little-endian float32. */
  readonly items: readonly { readonly text: string; readonly ids?: readonly number[] | undefined; readonly vector: string }[];
}
