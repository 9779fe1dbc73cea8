import { POOLINGS, PRECISIONS, type Pooling } from "../core/encoders/card.ts";
import { poolingOf, type EncoderSettings } from "../core/encoders/variant.ts";
import type { CommandArguments } from "./main.ts";
import { oneOf, UsageError, wholeNumber } from "./usage.ts";

/** The settings of an encoder that are given by flags of their own; flags win over settings in the encoder's id. */
export function settingsOf(values: CommandArguments["values"]): EncoderSettings {
  const settings = {
    precision: oneOf("precision", values.precision, PRECISIONS),
    layer: wholeNumber("layer", values.layer, 0),
    pooling: values.pooling === undefined ? undefined : poolingNamed(values.pooling),
    prompt: values.prompt,
    normalize: yesOrNo("normalize", values.normalize),
    maxTokens: wholeNumber("max-tokens", values["max-tokens"], 1),
    dimensions: wholeNumber("dimensions", values.dimensions, 1),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function poolingNamed(text: string): Pooling {
  const pooling = poolingOf(text);
  if (pooling === undefined) throw new UsageError(`--pooling is one of ${POOLINGS.join(", ")}.`);
  return pooling;
}

function yesOrNo(name: string, text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (!["true", "false"].includes(text)) throw new UsageError(`--${name} is true or false.`);
  return text === "true";
}
