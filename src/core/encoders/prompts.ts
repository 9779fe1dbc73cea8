import type { EncoderCard } from "./card.ts";
import { NO_PROMPT, type EncoderSettings } from "./variant.ts";

/** What a text is to an encoder that was trained to tell the two apart. */
export type Role = "query" | "document";

/** How publishers name the prompts of each role. */
const NAMES: Readonly<Record<Role, readonly string[]>> = {
  query: ["query", "search_query", "retrieval.query"],
  document: ["document", "passage", "search_document", "retrieval.passage"],
};

/** The text an encoder wants before texts of a role; empty when its card names none. */
export function promptOf({ prompts }: Pick<EncoderCard, "prompts">, role: Role): string {
  const name = NAMES[role].find((candidate) => candidate in prompts);
  return name === undefined ? "" : prompts[name]!;
}

/**
 * The text put before each text. A prompt that was set goes before any; else, for a text with a role, the card's prompt for it;
 * else the card's default.
 */
export function prefixOf(
  card: Pick<EncoderCard, "prompts" | "defaultPrompt">,
  { prompt }: Pick<EncoderSettings, "prompt">,
  role: Role | undefined,
): string {
  const named = (name: string): string | undefined => (Object.hasOwn(card.prompts, name) ? card.prompts[name] : undefined);
  if (prompt !== undefined) return prompt === NO_PROMPT ? "" : (named(prompt) ?? prompt);
  if (role !== undefined) return promptOf(card, role);
  return card.defaultPrompt === undefined ? "" : (named(card.defaultPrompt) ?? "");
}
