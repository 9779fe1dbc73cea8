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

/** The causes for people. */
export const CAUSE_TITLES: Readonly<Record<Cause, string>> = {
  architecture: "Architecture",
  trainingData: "Training data",
  objective: "Objective",
  pretrainedBase: "Pretrained base",
  hyperparameters: "Hyperparameters",
  domain: "Domain",
  layers: "Layer",
  transfer: "Transfer",
};

/** What no source says. */
export const UNKNOWN: Fact = { value: "unknown" };

export const isKnown = ({ value }: Fact): boolean => value.trim().toLowerCase() !== UNKNOWN.value;

/** What an encoder is and how it came to be. */
export interface EncoderCard {
  readonly causes: Readonly<Record<Cause, Fact>>;
  /** Length of a vector. */
  readonly dimensions: number;
  /** Most tokens read, special tokens included; null when there is no limit, or when a server does not say. */
  readonly maxTokens: number | null;
  readonly pooling: CardPooling;
  /** Whether the publisher scales vectors to unit length. */
  readonly normalized: boolean;
  /** Named texts put before the input; empty when the encoder uses none. */
  readonly prompts: Readonly<Record<string, string>>;
  /** The prompt that is put before a text when none is chosen, by its name in `prompts`. Absent: nothing is put there. */
  readonly defaultPrompt?: string;
  /** What it reads; absent: text. */
  readonly input?: "text" | "image";
  /** null where no source says. */
  readonly parameters: number | null;
  /** Hidden states that can be read besides the last, embeddings first; 0 for a static table. */
  readonly layers: number;
  readonly licence: Fact;
  readonly homepage?: string;
  /** Where it runs, as scheme://host:port; absent: on this machine. Whoever runs a server may exchange its model unseen. */
  readonly server?: string;
}

/**
 * How the hidden states of a text become one vector. `weightedmean`: later tokens weigh more, token i counts i times
 * (Muennighoff 2022); `meansqrt`: the sum over tokens divided by the root of their count; `firstlast`: the mean over tokens of
 * the first layer's and the last layer's states (Li et al. 2020), the first layer being the one after the embeddings.
 */
export const POOLINGS = ["mean", "cls", "last", "max", "weightedmean", "meansqrt", "firstlast"] as const;
export type Pooling = (typeof POOLINGS)[number];

/**
 * What a publisher does: one of the above, several joined by `+` whose vectors are laid end to end, or `graph`: the model's own
 * graph gives one vector for each text.
 */
export type CardPooling = Pooling | "graph" | `${Pooling}+${string}`;

export const isCardPooling = (text: string): text is CardPooling => text === "graph" || text.split("+").every(isPooling);

/** The parts of a vector that is made by several poolings; one where it is made by one. */
export const poolingsOf = (pooling: Exclude<CardPooling, "graph">): readonly Pooling[] => pooling.split("+").filter(isPooling);

const isPooling = (text: string): text is Pooling => POOLINGS.some((one) => one === text);

/**
 * `fp32`: the publisher's numbers. `fp16`: half-precision weights, widened once at load, fp32 arithmetic. `w8`: int8 weights
 * with one scale per 32 inputs, widened likewise. `int8`: dynamic int8 arithmetic, run one text at a time so that it is
 * reproducible. `q4`: 4-bit weights as their publisher made them, fp32 arithmetic.
 */
export const PRECISIONS = ["fp32", "fp16", "w8", "int8", "q4"] as const;
export type Precision = (typeof PRECISIONS)[number];

/** Which precision is taken when none is asked for: w8 where there is one, else the smallest that is nearly the publisher's. */
const PREFERRED: readonly Precision[] = ["w8", "fp16", "q4", "fp32", "int8"];

/** The precision an encoder runs in by itself, of those it has; w8 if it has none, so that an error names a file to fetch. */
export const defaultPrecision = (available: readonly Precision[]): Precision =>
  PREFERRED.find((precision) => available.includes(precision)) ?? "w8";
