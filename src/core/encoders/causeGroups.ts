import { CAUSE_TITLES, CAUSES, isKnown, UNKNOWN, type Cause, type EncoderCard } from "./card.ts";

/** Encoders of which one cause is the same. */
export interface CauseGroup<T> {
  /** What they have in common, as the first of them says it; "unknown" where no source says. */
  readonly value: string;
  readonly members: readonly T[];
}

/**
 * Encoders put together by one cause of their cards. Groups come in the order of their first members, members in the order given;
 * those of whom it is unknown come last.
 */
export function groupByCause<T extends { readonly card: Pick<EncoderCard, "causes"> }>(
  encoders: readonly T[],
  cause: Cause,
): readonly CauseGroup<T>[] {
  const groups = new Map<string, { value: string; members: T[] }>();
  for (const encoder of encoders) {
    const value = kindOf(encoder.card, cause);
    const key = value.toLowerCase();
    const group = groups.get(key) ?? { value, members: [] };
    groups.set(key, group);
    group.members.push(encoder);
  }
  const unknown = groups.get(UNKNOWN.value);
  groups.delete(UNKNOWN.value);
  return unknown === undefined ? [...groups.values()] : [...groups.values(), unknown];
}

/** What a view is grouped by. */
export const GROUPINGS = ["none", ...CAUSES] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What can be grouped by, for people. */
export const GROUPING_TITLES: Readonly<Record<Grouping, string>> = { none: "nothing", ...CAUSE_TITLES };

/**
 * Where the kind ends and the details begin. Cards name the kind first: "BERT encoder, 6 layers", "contrastive (InfoNCE)",
 * "English text; some code". A comma does so in an architecture alone: elsewhere it parts the items of a list.
 */
const DETAILS: Readonly<Record<Cause, RegExp | undefined>> = {
  architecture: /[,;:] | \(/,
  trainingData: /[;:] | \(/,
  objective: /[;:] | \(/,
  pretrainedBase: undefined,
  hyperparameters: undefined,
  domain: /[;:] | \(/,
  layers: undefined,
  transfer: /[;:] | \(/,
};

/** What an encoder is put together by. */
function kindOf({ causes }: Pick<EncoderCard, "causes">, cause: Cause): string {
  const fact = causes[cause];
  if (!isKnown(fact)) return UNKNOWN.value;
  const whole = fact.value.trim().replace(/\s+/g, " ");
  const details = DETAILS[cause];
  return (details === undefined ? whole : whole.split(details, 1)[0]!) || whole;
}
