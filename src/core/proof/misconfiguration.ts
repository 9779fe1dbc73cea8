import type { CardPooling, EncoderCard } from "../encoders/card.ts";
import { prefixOf } from "../encoders/prompts.ts";
import { NO_PROMPT, poolingName, type EncoderSettings } from "../encoders/variant.ts";
import { changeOf, differencesOf, holm, signFlipTest, type Interval } from "./pairedTest.ts";

/** Poolings that are tried: what models are most often taken for by mistake. */
export const TRIED_POOLINGS = ["mean", "cls", "last"] as const;

/** The prompts of one way to use an encoder. */
export interface PromptChoice {
  readonly query: string;
  readonly document: string;
  /** For people. */
  readonly label: string;
  /** What to set to have them; null where no setting says it: undefined, nothing needs to be set. */
  readonly setting: string | null | undefined;
}

/**
 * The prompts that are tried, those that are configured first: none, those of the card, and where it names none, those without which
 * E5 models (Wang et al. 2022) lose most, because their name is often all that is left of such a model.
 */
export function promptChoices(
  card: Pick<EncoderCard, "prompts" | "defaultPrompt">,
  settings: Pick<EncoderSettings, "prompt">,
): readonly PromptChoice[] {
  const by = (label: string, own: Pick<EncoderSettings, "prompt">, setting: string | undefined): PromptChoice => ({
    query: prefixOf(card, own, "query"),
    document: prefixOf(card, own, "document"),
    label,
    setting,
  });
  const { defaultPrompt } = card;
  const all: PromptChoice[] = [
    by("as configured", settings, settings.prompt),
    by("the card's prompts", {}, undefined),
    by("no prompt", { prompt: NO_PROMPT }, NO_PROMPT),
    ...(defaultPrompt === undefined ? [] : [by("the default prompt", { prompt: defaultPrompt }, defaultPrompt)]),
    ...(Object.keys(card.prompts).length > 0
      ? []
      : [{ query: "query: ", document: "passage: ", label: "“query: ” and “passage: ”", setting: null }]),
  ];
  const seen = new Set<string>();
  return all
    .filter(({ query, document }) => {
      const key = JSON.stringify([query, document]);
      return !seen.has(key) && seen.add(key);
    })
    .map((choice, at) => (at > 0 ? choice : { ...choice, label: labelOf(choice) }));
}

const labelOf = ({ query, document }: PromptChoice): string =>
  query === "" && document === "" ? "no prompt" : query === document ? `“${query}”` : `“${query}” and “${document}”`;

/** A way to make vectors of texts, and how it does. */
export interface Way {
  readonly pooling: CardPooling;
  readonly normalize: boolean;
  readonly prompts: PromptChoice;
}

/** All ways to be tried, the configured one first. `poolings` are those that the model has. */
export function waysToTry(configured: Way, poolings: readonly CardPooling[], prompts: readonly PromptChoice[]): readonly Way[] {
  const ways = prompts.flatMap((choice) =>
    [...new Set([configured.pooling, ...poolings])].flatMap((pooling) =>
      [configured.normalize, !configured.normalize].map((normalize) => ({ pooling, normalize, prompts: choice })),
    ),
  );
  const rest = ways.filter(
    ({ pooling, normalize, prompts: { query, document } }) =>
      pooling !== configured.pooling ||
      normalize !== configured.normalize ||
      query !== configured.prompts.query ||
      document !== configured.prompts.document,
  );
  return [configured, ...rest];
}

/** For people: `mean pooling, no prompt, normalised`. */
export const wayLabel = ({ pooling, normalize, prompts }: Way): string =>
  [
    pooling === "graph" ? "pooling in the graph" : `${poolingName(pooling)} pooling`,
    prompts.label,
    normalize ? "normalised" : "not normalised",
  ].join(", ");

/** What the configured way lacks against another. */
export interface Verdict {
  /** Of the mean reciprocal rank, with 95 % confidence. */
  readonly change: Interval & { readonly mean: number };
  /** Chance of such a gain by luck, one-sided, raised for the number of ways that were tried. */
  readonly p: number;
  readonly better: boolean;
}

/** A gain below this is nobody's reason to change a setting, however certain. */
export const MIN_GAIN = 0.02;
export const MAX_P = 0.05;

/**
 * Each other way against the configured one, by the reciprocal ranks of the same pairs: the paired test of pairedTest.ts, corrected
 * after Holm. `ranks[0]` is the configured way; its own verdict is null.
 */
export function verdicts(ranks: readonly Float64Array[]): readonly (Verdict | null)[] {
  const differences = ranks.slice(1).map((other) => differencesOf(other, ranks[0]!));
  const corrected = holm(differences.map((one) => signFlipTest(one)));
  return [
    null,
    ...differences.map((one, at): Verdict => {
      const change = changeOf(one);
      const p = corrected[at]!;
      return { change, p, better: p < MAX_P && change.mean >= MIN_GAIN };
    }),
  ];
}

/** Number of the way that is clearly better and gains most; undefined where none is. */
export function bestOf(all: readonly (Verdict | null)[]): number | undefined {
  let best: number | undefined;
  all.forEach((verdict, at) => {
    if (verdict?.better === true && (best === undefined || verdict.change.mean > all[best]!.change.mean)) best = at;
  });
  return best;
}
