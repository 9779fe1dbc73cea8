/** A stated fact with where it was read. `value` is "unknown" when no source says; it is never guessed. */
export interface Fact {
  readonly value: string;
  readonly source?: string;
}

/** The eight causes for which embeddings of different networks differ. */
export const CAUSES = [
  "architecture",
  "trainingData",
  "objective",
  "pretrainedBase",
  "hyperparameters",
  "domain",
  "layers",
  "transfer",
] as const;
export type Cause = (typeof CAUSES)[number];

/** What an encoder is and how it came to be. */
export interface EncoderCard {
  readonly causes: Readonly<Record<Cause, Fact>>;
  /** Length of a vector. */
  readonly dimensions: number;
  /** Most tokens read, special tokens included; null when there is no limit. */
  readonly maxTokens: number | null;
  readonly pooling: Pooling;
  /** Whether the publisher scales vectors to unit length. */
  readonly normalized: boolean;
  /** Named texts put before the input; empty when the encoder uses none. */
  readonly prompts: Readonly<Record<string, string>>;
  readonly parameters: number;
  /** Hidden states that can be read besides the last, embeddings first; 0 for a static table. */
  readonly layers: number;
  readonly licence: Fact;
  readonly homepage?: string;
}

export const POOLINGS = ["mean", "cls", "last", "max"] as const;
export type Pooling = (typeof POOLINGS)[number];

/**
 * `fp32`: the publisher's numbers. `w8`: int8 weights with one scale per 32 inputs, widened once at load, fp32 arithmetic.
 * `int8`: dynamic int8 arithmetic, run one text at a time so that it is reproducible.
 */
export const PRECISIONS = ["fp32", "w8", "int8"] as const;
export type Precision = (typeof PRECISIONS)[number];
