import { CAUSES, UNKNOWN, type EncoderCard, type Fact } from "./card.ts";

/** What of a card is words, and so may be put in other words. */
export const CARD_FIELDS = [...CAUSES, "licence"] as const;
export type CardField = (typeof CARD_FIELDS)[number];

/** Facts that somebody put in place of the publisher's. */
export type CardEdits = Readonly<Partial<Record<CardField, string>>>;

/** The source of such a fact. */
export const EDITED = "edited by you";

/** Longest fact that is kept, in UTF-16 code units: a card is read at a glance. */
export const MAX_FACT = 2000;

export const factOf = (card: Pick<EncoderCard, "causes" | "licence">, field: CardField): Fact =>
  field === "licence" ? card.licence : card.causes[field];

/** A card with the user's facts over the publisher's. */
export function editedCard(card: EncoderCard, edits: CardEdits): EncoderCard {
  const { licence, ...causes } = Object.fromEntries(
    Object.entries(edits).map(([field, value]) => [field, { value, source: EDITED }]),
  ) as Partial<Record<CardField, Fact>>;
  return { ...card, causes: { ...card.causes, ...causes }, ...(licence === undefined ? {} : { licence }) };
}

/** One line without control characters; nothing written means that nothing is known. */
export const cleanFact = (written: string): string =>
  written.replace(/\p{Cc}+/gu, " ").replace(/\s+/g, " ").trim() || UNKNOWN.value;
