import { CAUSES, isKnown, type Cause, type EncoderCard, type Fact } from "./card.ts";
import { NO_PROMPT, POOLING_NAMES, poolingName, settingsLabel, type EncoderSettings } from "./variant.ts";

/** Where a fact comes from that somebody set. */
export const SET_HERE = "set for this variant";

/** The card of a variant: its base's, but for what the settings change. Precision is no cause: it is told beside the card. */
export function variantCard(card: EncoderCard, settings: EncoderSettings): EncoderCard {
  const { layer, pooling, prompt, normalize, maxTokens, dimensions } = settings;
  const causes: Record<Cause, Fact> = { ...card.causes };
  if (layer !== undefined) causes.layers = { value: layerWords(layer, card.layers), source: SET_HERE };
  if (pooling !== undefined && pooling !== card.pooling) causes.architecture = withPooling(card, POOLING_NAMES[pooling]);
  const label = settingsLabel(without(settings, "precision", "layer", "pooling"));
  if (label !== "") causes.hyperparameters = withSettings(card.causes.hyperparameters, label);
  return {
    ...withPrompt(card, prompt),
    causes,
    dimensions: dimensions === undefined ? card.dimensions : Math.min(dimensions, card.dimensions),
    maxTokens: maxTokens === undefined ? card.maxTokens : Math.min(maxTokens, card.maxTokens ?? maxTokens),
    pooling: pooling ?? card.pooling,
    normalized: normalize ?? card.normalized,
  };
}

/** The causes in which two cards say something else. */
export const causesApart = (a: Pick<EncoderCard, "causes">, b: Pick<EncoderCard, "causes">): readonly Cause[] =>
  CAUSES.filter((cause) => a.causes[cause].value !== b.causes[cause].value);

const layerWords = (layer: number, layers: number): string =>
  layer === 0 ? `read from the embeddings, before the first of ${layers}` : `read from layer ${layer} of ${layers}`;

/** Cards say the pooling with the architecture; a card that does not is left as it is. */
function withPooling({ causes: { architecture }, pooling }: EncoderCard, name: string): Fact {
  return { ...architecture, value: architecture.value.replace(`${poolingName(pooling)} pooling`, `${name} pooling (${SET_HERE})`) };
}

/** The source stays that of the base's part; what was set here says so itself. */
const withSettings = (fact: Fact, label: string): Fact =>
  isKnown(fact)
    ? { ...fact, value: `${fact.value}; ${label} (${SET_HERE})` }
    : { value: `${label}; otherwise unknown`, source: SET_HERE };

/** A prompt that was set goes before every text, so that it is the only one. */
function withPrompt(card: EncoderCard, prompt: string | undefined): EncoderCard {
  if (prompt === undefined) return card;
  if (prompt === NO_PROMPT || prompt === "") return { ...without(card, "defaultPrompt"), prompts: {} };
  const named = Object.hasOwn(card.prompts, prompt);
  const name = named ? prompt : "own";
  return { ...card, prompts: { [name]: named ? card.prompts[prompt]! : prompt }, defaultPrompt: name };
}

const without = <T extends object, K extends keyof T>(whole: T, ...names: readonly K[]): Omit<T, K> =>
  Object.fromEntries(Object.entries(whole).filter(([name]) => !names.includes(name as K))) as Omit<T, K>;
