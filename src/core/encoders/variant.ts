import { POOLINGS, poolingsOf, PRECISIONS, type CardPooling, type EncoderCard, type Pooling, type Precision } from "./card.ts";

/** What may be set about an encoder. What is omitted is the encoder's own. */
export interface EncoderSettings {
  readonly precision?: Precision;
  /** Hidden state to read: 0 = embeddings … `card.layers` = the last. */
  readonly layer?: number;
  readonly pooling?: Pooling;
  /** Put before each text, whatever its role: the name of one of the card's prompts, or the text itself; `none` puts nothing there. */
  readonly prompt?: string;
  /** Whether vectors are scaled to unit length. */
  readonly normalize?: boolean;
  /** Most tokens read, special tokens included; never more than the encoder's own limit. */
  readonly maxTokens?: number;
  /** Only the first so many numbers of a vector, for encoders trained that way (Matryoshka); normalised anew. */
  readonly dimensions?: number;
}

/** The prompt that puts nothing before a text. */
export const NO_PROMPT = "none";

/**
 * An encoder with settings of its own has an id like any other: `all-MiniLM-L6-v2+layer=3+pooling=cls`. Settings come in one
 * order, so that equal variants have equal ids; no character of it means anything to a shell.
 */
export function variantId(base: string, settings: EncoderSettings): string {
  const parts = NAMES.flatMap((name) => {
    const value = settings[name];
    return value === undefined ? [] : [`+${name}=${encodeURIComponent(String(value))}`];
  });
  return base + parts.join("");
}

/** Base and settings of an id. A value that cannot be one is left out of the settings and named in `wrong`. */
export function parseVariant(id: string): { readonly base: string; readonly settings: EncoderSettings; readonly wrong: readonly string[] } {
  const [base, ...parts] = id.split(BEFORE_SETTING);
  const settings: Record<string, unknown> = {};
  const wrong: string[] = [];
  for (const part of parts) {
    const at = part.indexOf("=");
    const name = part.slice(0, at) as keyof EncoderSettings;
    const value = valueOf(name, decoded(part.slice(at + 1)));
    if (value === undefined) wrong.push(part);
    else settings[name] = value;
  }
  return { base: base!, settings, wrong };
}

/** What a variant differs in, for people: `layer 3 of 6, cls pooling, prompt “query: ”`. Empty for the encoder as it is. */
export function settingsLabel(settings: EncoderSettings, card?: Pick<EncoderCard, "layers">): string {
  const { precision, layer, pooling, prompt, normalize, maxTokens, dimensions } = settings;
  const parts = [
    precision,
    layer === undefined ? undefined : `layer ${layer}${card === undefined ? "" : ` of ${card.layers}`}`,
    pooling === undefined ? undefined : `${POOLING_NAMES[pooling]} pooling`,
    prompt === undefined ? undefined : prompt === NO_PROMPT || prompt === "" ? "no prompt" : `prompt “${prompt}”`,
    normalize === undefined ? undefined : normalize ? "normalised" : "not normalised",
    maxTokens === undefined ? undefined : `at most ${maxTokens} tokens`,
    dimensions === undefined ? undefined : `first ${dimensions} dimensions`,
  ];
  return parts.filter((part) => part !== undefined).join(", ");
}

/** The name of a variant says exactly what differs. */
export function variantName(name: string, settings: EncoderSettings, card?: Pick<EncoderCard, "layers">): string {
  const label = settingsLabel(settings, card);
  return label === "" ? name : `${name} · ${label}`;
}

export const POOLING_NAMES: Readonly<Record<Pooling, string>> = {
  mean: "mean",
  cls: "cls",
  last: "last-token",
  max: "max",
  weightedmean: "weighted-mean",
  meansqrt: "root-mean",
  firstlast: "first-last",
};

/** What a publisher's pooling is called: `mean`, `cls + mean`. */
export const poolingName = (pooling: CardPooling): string =>
  pooling === "graph"
    ? "in-graph"
    : poolingsOf(pooling)
        .map((one) => POOLING_NAMES[one])
        .join(" + ");

const NAMES = ["precision", "layer", "pooling", "prompt", "normalize", "maxTokens", "dimensions"] as const satisfies readonly (keyof EncoderSettings)[];

const BEFORE_SETTING = new RegExp(`\\+(?=(?:${NAMES.join("|")})=)`);

function valueOf(name: keyof EncoderSettings, text: string): EncoderSettings[typeof name] | undefined {
  switch (name) {
    case "precision":
      return PRECISIONS.find((one) => one === text);
    case "pooling":
      return poolingOf(text);
    case "prompt":
      return text;
    case "normalize":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "layer":
      return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
    case "maxTokens":
    case "dimensions":
      return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined;
  }
}

/** A pooling by any usual spelling: `weighted-mean`, `first_last`. */
export const poolingOf = (text: string): Pooling | undefined => {
  const plain = text.toLowerCase().replace(/[-_ ]/g, "");
  return POOLINGS.find((one) => one === plain);
};

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
