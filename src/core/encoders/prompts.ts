import type { EncoderCard } from "./card.ts";

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
