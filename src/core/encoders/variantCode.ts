import type { Pooling } from "./card.ts";
import { NO_PROMPT, type EncoderSettings } from "./variant.ts";

/** What a variant differs in, in as few letters as a mark has room for: `L3 cls`. The words are `settingsLabel`. */
export function variantCode({ precision, layer, pooling, prompt, normalize, maxTokens, dimensions }: EncoderSettings): string {
  const parts = [
    precision,
    layer === undefined ? undefined : `L${layer}`,
    pooling === undefined ? undefined : POOLING_CODES[pooling],
    prompt === undefined ? undefined : prompt === NO_PROMPT || prompt === "" ? "no prompt" : `“${prompt.trim()}”`,
    normalize === undefined ? undefined : normalize ? "unit" : "raw",
    maxTokens === undefined ? undefined : `${maxTokens}t`,
    dimensions === undefined ? undefined : `${dimensions}d`,
  ];
  return parts.filter((part) => part !== undefined).join(" ");
}

const POOLING_CODES: Readonly<Record<Pooling, string>> = {
  mean: "mean",
  cls: "cls",
  last: "last",
  max: "max",
  weightedmean: "w-mean",
  meansqrt: "sqrt-mean",
  firstlast: "f-l",
};
