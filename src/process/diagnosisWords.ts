/** What was found out about encoders, in words for people: the same on the command line and in the editor. */
import type { Check } from "../core/proof/check.ts";
import type {
  MisconfigurationResult,
  PairSource,
  PrecisionReport,
  PrecisionsResult,
  SelfTestResult,
  TriedWay,
} from "../protocol/proof.ts";

/** `12 checks passed`, `2 of 13 checks failed`. */
export function selfTestWords({ checks }: Pick<SelfTestResult, "checks">): string {
  const done = checks.filter(({ outcome }) => outcome !== "notApplicable").length;
  const failed = checks.filter(({ outcome }) => outcome === "fail").length;
  const of = `${done} ${done === 1 ? "check" : "checks"}`;
  return failed === 0 ? `${of} passed` : `${failed} of ${of} failed`;
}

/** `✓ 3e-7 ≤ 1e-5`; the mark alone where nothing was measured. */
export function checkWords(check: Check): string {
  const mark = MARKS[check.outcome];
  return check.measured === undefined ? mark : `${mark} ${short(check.measured)}${boundWords(check)}`;
}

const MARKS: Readonly<Record<Check["outcome"], string>> = { pass: "✓", fail: "✗", notApplicable: "–" };

/** ` ≤ 1e-5`; empty for a check without a bound, and for a count of what is wrong. */
export const boundWords = ({ bound, side }: Check): string =>
  bound === undefined || bound === 0 ? "" : ` ${side === "atLeast" ? "≥" : "≤"} ${short(bound)}`;

/** Counts as they are, cosines near 1 with what they lack, all else with two digits. */
function short(value: number): string {
  if (Number.isInteger(value)) return String(value);
  if (Math.abs(value - 1) < NEAR_ONE) return String(Number(value.toFixed(5)));
  return Math.abs(value) < SMALL ? value.toExponential(1).replace(".0e", "e") : String(Number(value.toPrecision(2)));
}
const NEAR_ONE = 0.02;
const SMALL = 0.001;

/** The way that is clearly better than the configured one, if there is one. */
export const betterOf = ({ ways, better }: MisconfigurationResult): TriedWay | undefined =>
  better === null ? undefined : ways[better];

/** What the detector found, in a few sentences. */
export interface SettingsWords {
  readonly configured: string;
  readonly found: string;
  /** What to do about it; absent where nothing is better. */
  readonly todo?: string;
}

export function settingsWords(result: MisconfigurationResult): SettingsWords {
  const { source, ways } = result;
  const [own, ...others] = ways;
  const way = betterOf(result);
  const configured = `On ${sourceWords(source)}, ranked by dot product, the configured ${own!.label} gives MRR ${own!.mrr.toFixed(3)}.`;
  if (way === undefined) return { configured, found: `None of ${others.length} other settings is clearly better.` };
  return {
    configured,
    found: `Clearly better is ${way.label}: MRR ${way.mrr.toFixed(3)} (${gainWords(way)}, corrected for ${others.length} settings).`,
    todo:
      way.variant === null
        ? "No variant says these prompts: put them into config_sentence_transformers.json and add the encoder again."
        : `Use it as a variant: ${way.variant}`,
  };
}

/** `+0.271, 95 % from 0.203 to 0.339, p 0.0011`; empty for the configured way. */
export const gainWords = ({ verdict }: Pick<TriedWay, "verdict">): string =>
  verdict === null ? "" : `${changeWords(verdict.change)}, p ${verdict.p.toFixed(4)}`;

/** A change of the mean reciprocal rank with its interval. */
export const changeWords = ({ mean, low, high }: PrecisionReport["change"]): string =>
  `${signed(mean)}, 95 % from ${signed(low)} to ${signed(high)}`;

/**
 * Precisions in a table, the one that the others are compared with first: name, size, cosines, neighbours in common, mean
 * reciprocal rank, its change, speed. Sizes and changes in the words that the table has room for.
 */
export const precisionRows = (
  { base, others }: PrecisionsResult,
  size: (bytes: number) => string,
  change: (of: PrecisionReport["change"]) => string,
): readonly (readonly string[])[] => [
  [base.precision, size(base.bytes), "1", "1", base.mrr.toFixed(3), "", "1×"],
  ...others.map((other) => [
    other.precision,
    size(other.bytes),
    `${other.meanCosine.toFixed(5)} / ${other.leastCosine.toFixed(5)}`,
    other.overlap.toFixed(3),
    other.mrr.toFixed(3),
    change(other.change),
    `${other.speed.toFixed(2)}×`,
  ]),
];

export const signed = (value: number): string => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;

export const sourceWords = ({ kind, pairs }: PairSource): string =>
  kind === "builtIn" ? `${pairs} pairs of our own` : `${pairs} pairs of this workspace`;
