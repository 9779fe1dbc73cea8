/** What a self-test looks at, in the order in which it is told. */
export const CHECKS = [
  "opens",
  "card",
  "width",
  "finite",
  "nonZero",
  "normalised",
  "distinct",
  "deterministic",
  "batch",
  "order",
  "truncation",
  "prompt",
  "oddTexts",
  "tokenIds",
  "publisher",
] as const;
export type CheckName = (typeof CHECKS)[number];

/** The checks for people. */
export const CHECK_TITLES: Readonly<Record<CheckName, string>> = {
  opens: "Opens and encodes",
  card: "Card agrees with files",
  width: "Right width",
  finite: "Finite numbers",
  nonZero: "No zero vectors",
  normalised: "Length as the card says",
  distinct: "Distinct texts differ",
  deterministic: "Same twice",
  batch: "Same alone and among others",
  order: "Same in any order",
  truncation: "Long texts are cut",
  prompt: "Prompt is applied",
  oddTexts: "Odd texts",
  tokenIds: "Publisher's token ids",
  publisher: "Publisher's vectors",
};

/** One thing that was looked at. A check with a bound passes when `measured` is on the right side of it. */
export interface Check {
  readonly name: CheckName;
  readonly outcome: "pass" | "fail" | "notApplicable";
  readonly measured?: number;
  readonly bound?: number;
  /** The side of the bound on which `measured` must be; equal passes. */
  readonly side?: "atMost" | "atLeast";
  /** What was measured, or why nothing was: one sentence. */
  readonly said: string;
  /** What to do about a failure. */
  readonly todo?: string;
}

interface Words {
  readonly said: string;
  /** Kept only where the check fails. */
  readonly todo: string;
}

/** Passes when `measured` is at most `bound`; what is no number fails. */
export const atMost = (name: CheckName, measured: number, bound: number, words: Words): Check =>
  judged(name, measured <= bound, words, { measured, bound, side: "atMost" });

/** Passes when `measured` is at least `bound`; what is no number fails. */
export const atLeast = (name: CheckName, measured: number, bound: number, words: Words): Check =>
  judged(name, measured >= bound, words, { measured, bound, side: "atLeast" });

export const passes = (name: CheckName, said: string): Check => ({ name, outcome: "pass", said });
export const fails = (name: CheckName, { said, todo }: Words): Check => ({ name, outcome: "fail", said, todo });
export const notApplicable = (name: CheckName, said: string): Check => ({ name, outcome: "notApplicable", said });

export const isPassed = (checks: readonly Check[]): boolean => checks.every(({ outcome }) => outcome !== "fail");

function judged(name: CheckName, good: boolean, { said, todo }: Words, numbers: Partial<Check>): Check {
  return good ? { name, outcome: "pass", ...numbers, said } : { name, outcome: "fail", ...numbers, said, todo };
}
