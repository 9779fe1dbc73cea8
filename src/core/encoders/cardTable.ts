import { CAUSE_TITLES, CAUSES, isKnown, UNKNOWN, type EncoderCard, type Fact, type Precision } from "./card.ts";
import { poolingName } from "./variant.ts";

/** What the rows of cards are made of. */
export interface CardOwner {
  readonly id: string;
  readonly name: string;
  readonly card: EncoderCard;
  readonly precisions?: readonly { readonly precision: Precision; readonly bytes: number }[];
}

/** One property of several encoders, side by side. */
export interface CardRow {
  readonly title: string;
  readonly kind: "cause" | "number" | "terms";
  /** One for each encoder, in their order. */
  readonly cells: readonly Fact[];
  /** Whether two of those that are known say something else. */
  readonly differs: boolean;
}

/** The eight causes, what can be counted, and the licence, of each encoder. */
export function cardRows(owners: readonly CardOwner[]): readonly CardRow[] {
  const row = (title: string, kind: CardRow["kind"], cells: readonly Fact[]): CardRow => {
    const known = cells.filter(isKnown).map(({ value }) => value);
    return { title, kind, cells, differs: known.some((value) => value !== known[0]) };
  };
  return [
    ...CAUSES.map((cause) =>
      row(
        CAUSE_TITLES[cause],
        "cause",
        owners.map(({ card }) => card.causes[cause]),
      ),
    ),
    ...NUMBERS.map(([title, fact]) => row(title, "number", owners.map(fact))),
    row(
      "Licence",
      "terms",
      owners.map(({ card }) => card.licence),
    ),
  ];
}

/** What is counted and set of one encoder. */
export const cardNumbers = (owner: CardOwner): readonly { readonly title: string; readonly fact: Fact }[] =>
  NUMBERS.map(([title, fact]) => ({ title, fact: fact(owner) }));

/** How a cell stands to the one it is held against. What is unknown cannot be told to differ. */
export function standing(cell: Fact, against: Fact): "same" | "differs" | "unknown" {
  if (!isKnown(cell) || !isKnown(against)) return "unknown";
  return cell.value === against.value ? "same" : "differs";
}

/**
 * A fact in its parts, each with whether the other fact lacks it, so that what differs is seen however long the two are. Nothing
 * is told apart where they have nothing in common. The texts joined are the fact.
 */
export function partsApart(value: string, other: string): readonly { readonly text: string; readonly differs: boolean }[] {
  // Every second one is what stands between two parts.
  const pieces = value.split(BETWEEN);
  const known = new Set(other.split(BETWEEN).filter((_, at) => at % 2 === 0));
  const parts = pieces.map((text, at) => ({ text, differs: at % 2 === 0 && !known.has(text) }));
  return parts.some(({ differs }, at) => at % 2 === 0 && !differs) ? parts : [{ text: value, differs: false }];
}

const BETWEEN = /([,;:] )/;

const ENGLISH = new Intl.NumberFormat("en");
const stated = (value: string): Fact => ({ value });

const NUMBERS: readonly (readonly [string, (owner: CardOwner) => Fact])[] = [
  ["Dimensions", ({ card }) => stated(ENGLISH.format(card.dimensions))],
  ["Reads at most", ({ card }) => limit(card)],
  ["Pooling", ({ card }) => (card.server === undefined ? pooling(card) : UNKNOWN)],
  ["Unit length", ({ card }) => stated(card.normalized ? "yes" : "no")],
  ["Layers to read", ({ card }) => stated(card.layers === 0 ? "none" : `0 … ${card.layers}`)],
  ["Prompts", ({ card }) => stated(promptWords(card))],
  ["Parameters", ({ card }) => (card.parameters === null ? UNKNOWN : stated(ENGLISH.format(card.parameters)))],
  ["Reads", ({ card }) => stated(card.input === "image" ? "images" : "text")],
  ["Runs", ({ card }) => stated(card.server === undefined ? "on this machine" : `at ${card.server}, which may exchange the model unseen`)],
  ["On this machine", ({ precisions = [] }) => stated(sizeWords(precisions))],
];

const pooling = (card: EncoderCard): Fact => stated(card.pooling === "graph" ? "by its own graph" : poolingName(card.pooling));

function limit({ maxTokens, server }: EncoderCard): Fact {
  if (maxTokens !== null) return stated(`${ENGLISH.format(maxTokens)} tokens`);
  return server === undefined ? stated("no limit") : UNKNOWN;
}

function promptWords({ prompts, defaultPrompt }: EncoderCard): string {
  const names = Object.keys(prompts);
  if (names.length === 0) return "none";
  return names.map((name) => `${name} “${prompts[name]}”${name === defaultPrompt ? " by itself" : ""}`).join(", ");
}

const sizeWords = (precisions: NonNullable<CardOwner["precisions"]>): string =>
  precisions.length === 0 ? "nothing" : precisions.map(({ precision, bytes }) => `${precision} ${megabytes(bytes)}`).join(", ");

/** 23 MB; two digits below ten. */
export function megabytes(bytes: number): string {
  const size = bytes / 1e6;
  return `${size < 0.1 ? "< 0.1" : size < 10 ? size.toFixed(1) : ENGLISH.format(Math.round(size))} MB`;
}
