import type { CardOwner } from "./cardTable.ts";
import { parseVariant, settingsLabel, variantId, variantName, type EncoderSettings } from "./variant.ts";
import { variantCard } from "./variantCard.ts";

/** What is said of an encoder, wherever it is said. */
export interface Described extends CardOwner {
  /** Present for a variant. */
  readonly variant?: Variation;
}

/** What makes an encoder a variant of another. */
export interface Variation {
  /** Id and name of the encoder as it is. */
  readonly of: string;
  readonly name: string;
  readonly settings: EncoderSettings;
  /** What it differs in, for people. */
  readonly differs: string;
}

/** A variant as an encoder of its own: name and card say what is set, all else is the encoder's. */
export function describeVariant<E extends Described>(base: E, settings: EncoderSettings): E {
  const { card, precisions } = base;
  return {
    ...base,
    id: variantId(base.id, settings),
    name: variantName(base.name, settings, card),
    card: variantCard(card, settings),
    ...(precisions === undefined || settings.precision === undefined
      ? {}
      : { precisions: precisions.filter(({ precision }) => precision === settings.precision) }),
    variant: { of: base.id, name: base.name, settings, differs: settingsLabel(settings, card) },
  };
}

/** Each encoder followed by those of its variants that `ids` names, in one order whatever theirs is. */
export function withVariants<E extends Described>(bases: readonly E[], ids: Iterable<string>): readonly E[] {
  const known = new Set(bases.map(({ id }) => id));
  const parsed = [...new Set(ids)].filter((id) => !known.has(id)).map(parseVariant);
  return bases.flatMap((base) => {
    const own = parsed.filter((one) => one.base === base.id && one.wrong.length === 0 && Object.keys(one.settings).length > 0);
    const variants = own.map(({ settings }) => describeVariant(base, settings));
    // Two spellings of one prompt or pooling are one variant.
    const byId = new Map(variants.map((variant) => [variant.id, variant]));
    return [base, ...[...byId.values()].toSorted((a, b) => compareSettings(a.variant!.settings, b.variant!.settings))];
  });
}

/** What each id names, in that order and by these ids; what is neither an encoder nor a variant of one is left out. */
export const describeAll = <E extends Described>(bases: readonly E[], ids: readonly string[]): readonly E[] =>
  ids.flatMap((id) => {
    const known = bases.find((base) => base.id === id);
    if (known !== undefined) return [known];
    const { base, settings } = parseVariant(id);
    return bases.filter((one) => one.id === base).map((one) => ({ ...describeVariant(one, settings), id }));
  });

const ORDER = ["precision", "prompt", "maxTokens", "dimensions", "normalize", "pooling", "layer"] as const;

/** Layers beside each other, first by what else is set. */
function compareSettings(a: EncoderSettings, b: EncoderSettings): number {
  for (const name of ORDER) {
    const [x, y] = [a[name], b[name]];
    if (x === y) continue;
    if (x === undefined) return -1;
    if (y === undefined) return 1;
    return x < y ? -1 : 1;
  }
  return 0;
}
