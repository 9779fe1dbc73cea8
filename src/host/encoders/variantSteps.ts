import { defaultPrecision, POOLINGS } from "../../core/encoders/card.ts";
import type { Described } from "../../core/encoders/describeVariant.ts";
import { NO_PROMPT, POOLING_NAMES, poolingName, type EncoderSettings } from "../../core/encoders/variant.ts";
import { hasLayers, type WantedValues } from "../../core/encoders/variantChoices.ts";

/** What can be varied of an encoder. Plain data, so that it can be tested without an editor. */
export interface VariantStep {
  readonly setting: keyof EncoderSettings;
  readonly label: string;
  /** The encoder's own value. */
  readonly own: string;
  /** How values are given: chosen from a list, or written, several parted by commas; one text is one prompt. */
  readonly values: readonly VariantValue[] | Written;
}

export interface VariantValue {
  readonly label: string;
  readonly detail?: string;
  readonly value: NonNullable<EncoderSettings[keyof EncoderSettings]>;
}

export interface Written {
  readonly kind: "numbers";
  readonly least: number;
  readonly most: number;
  readonly prompt: string;
  readonly example: string;
}

/** Fewer tokens leave no room for a text beside the special ones. */
const LEAST_TOKENS = 3;

/** The settings that mean something for an encoder, with the values they may have. */
export function variantSteps({ card, precisions = [] }: Described): readonly VariantStep[] {
  const { layers, pooling, prompts, defaultPrompt, normalized, maxTokens, dimensions } = card;
  const graph = pooling === "graph";
  const standard = defaultPrecision(precisions.map(({ precision }) => precision));
  const steps: (VariantStep | undefined)[] = [
    hasLayers(card)
      ? {
          setting: "layer",
          label: "Layer",
          own: `the last, ${String(layers)}`,
          values: Array.from({ length: layers + 1 }, (_, layer) => ({
            label: `Layer ${String(layer)}`,
            ...(layer === 0 ? { detail: "The embeddings, before any layer" } : {}),
            ...(layer === layers ? { detail: "The last: the encoder as it is, unless something else is set" } : {}),
            value: layer,
          })),
        }
      : undefined,
    graph
      ? undefined
      : {
          setting: "pooling",
          label: "Pooling",
          own: poolingName(pooling),
          values: POOLINGS.filter((one) => one !== "firstlast" || layers > 0).map((one) => ({
            label: POOLING_NAMES[one],
            detail: POOLING_DETAILS[one],
            value: one,
          })),
        },
    {
      setting: "prompt",
      label: "Prompt",
      own: defaultPrompt ?? (Object.keys(prompts).length === 0 ? "none" : "by what a text is: query or document"),
      values: [
        ...Object.entries(prompts).map(([name, text]) => ({ label: name, detail: `“${text}” before each text`, value: name })),
        { label: "No prompt", detail: "Texts as they are, also where the encoder has a prompt for them", value: NO_PROMPT },
      ],
    },
    graph
      ? undefined
      : {
          setting: "normalize",
          label: "Normalise",
          own: normalized ? "unit length" : "not normalised",
          values: [
            { label: "Unit length", value: true },
            { label: "Not normalised", detail: "Cosines stay as they are; lengths show where vectors are exported", value: false },
          ],
        },
    {
      setting: "maxTokens",
      label: "Max tokens",
      own: maxTokens === null ? "no limit" : String(maxTokens),
      values: {
        kind: "numbers",
        least: LEAST_TOKENS,
        most: maxTokens ?? MOST_TOKENS,
        prompt: "Most tokens read of a text, special tokens included",
        example: "64, 32",
      },
    },
    {
      setting: "dimensions",
      label: "Dimensions",
      own: String(dimensions),
      values: {
        kind: "numbers",
        least: 1,
        most: dimensions,
        prompt: "Only the first so many numbers of a vector; made for encoders trained that way (Matryoshka)",
        example: `${String(Math.ceil(dimensions / 2))}, ${String(Math.ceil(dimensions / 4))}`,
      },
    },
    precisions.length < 2
      ? undefined
      : {
          setting: "precision",
          label: "Precision",
          own: standard,
          values: precisions.map(({ precision, bytes }) => ({
            label: precision,
            detail: `${(bytes / 1e6).toFixed(0)} MB on this machine`,
            value: precision,
          })),
        },
  ];
  return steps.filter((step) => step !== undefined);
}

/** The numbers of a written list; a string says what is wrong with it. */
export function parseNumbers(text: string, { least, most }: Written): readonly number[] | string {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== "");
  const numbers = parts.map(Number);
  const wrong = numbers.findIndex((number) => !Number.isInteger(number) || number < least || number > most);
  if (parts.length === 0) return `Write one number, or several: ${String(least)} to ${String(most)}.`;
  if (wrong >= 0) return `${parts[wrong]!} is no whole number from ${String(least)} to ${String(most)}.`;
  return [...new Set(numbers)];
}

/** Values that are wanted of a setting, in one line; undefined while none is. */
export function wantedWords({ setting, values }: VariantStep, wanted: WantedValues): string | undefined {
  const chosen = wanted[setting];
  if (chosen === undefined || chosen.length === 0) return undefined;
  const word = (value: unknown): string =>
    (Array.isArray(values) ? (values as readonly VariantValue[]) : []).find((one) => one.value === value)?.label ?? String(value);
  return chosen.map((value) => (setting === "layer" ? String(value) : setting === "prompt" ? `“${word(value)}”` : word(value))).join(", ");
}

/** No encoder of ours without a limit reads farther in one text. */
const MOST_TOKENS = 100_000;

const POOLING_DETAILS = {
  mean: "The mean over all tokens",
  cls: "The first token alone",
  last: "The last token alone",
  max: "The greatest of each number over all tokens",
  weightedmean: "A mean in which later tokens weigh more",
  meansqrt: "The sum over all tokens, divided by the root of their count",
  firstlast: "The mean over the first and the last layer",
} as const;
