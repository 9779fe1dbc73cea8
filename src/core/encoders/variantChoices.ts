import { defaultPrecision, type EncoderCard } from "./card.ts";
import type { Described } from "./describeVariant.ts";
import { NO_PROMPT, variantId, type EncoderSettings } from "./variant.ts";

/** For each setting the values that are wanted; what is absent stays as it is. */
export type WantedValues = { readonly [Name in keyof EncoderSettings]?: readonly NonNullable<EncoderSettings[Name]>[] };

/** The variants that have one of the wanted values in each setting, without those that would be the encoder as it is. */
export function variantsWith(base: Described, wanted: WantedValues): readonly string[] {
  const all = Object.entries(wanted).reduce<readonly EncoderSettings[]>(
    (made, [name, values]) => (values.length === 0 ? made : made.flatMap((one) => values.map((value) => ({ ...one, [name]: value })))),
    [{}],
  );
  const ids = all.map((settings) => variantId(base.id, otherThanOwn(base, settings)));
  return [...new Set(ids)].filter((id) => id !== base.id);
}

/** An encoder, with settings if wanted, at all of its layers: as it is, which is the last, then embeddings to last but one. */
export function atAllLayers(base: Described, settings: EncoderSettings = {}): readonly string[] {
  const { layers } = base.card;
  const at = (layer: number): string => variantId(base.id, otherThanOwn(base, { ...settings, layer }));
  return [at(layers), ...Array.from({ length: layers }, (_, layer) => at(layer))];
}

/** Whether there are layers to choose from. A graph that pools by itself gives no states. */
export const hasLayers = ({ layers, pooling }: Pick<EncoderCard, "layers" | "pooling">): boolean => layers > 0 && pooling !== "graph";

/** The settings without those that are the encoder's own. */
function otherThanOwn({ card, precisions = [] }: Described, settings: EncoderSettings): EncoderSettings {
  const own: { readonly [Name in keyof EncoderSettings]: unknown } = {
    precision: precisions.length === 0 ? undefined : defaultPrecision(precisions.map(({ precision }) => precision)),
    layer: card.layers,
    pooling: card.pooling,
    // A default prompt gives way to that of a text's role, so setting it is something else.
    prompt: Object.keys(card.prompts).length === 0 ? NO_PROMPT : undefined,
    normalize: card.normalized,
    maxTokens: card.maxTokens,
    dimensions: card.dimensions,
  };
  return Object.fromEntries(
    Object.entries(settings).filter(([name, value]) => value !== undefined && value !== own[name as keyof EncoderSettings]),
  );
}
