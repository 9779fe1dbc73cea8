import type { EncoderChoice } from "../../protocol/engine.ts";
import type { EncoderParts } from "./activate.ts";

/** Texts of the index that a choice has no vector for. An encoder that this index never met is not opened for it: it has none. */
export async function missingTexts({ index, registry }: EncoderParts, choice: EncoderChoice): Promise<readonly string[]> {
  const known = index.recallEncoder(registry.stampOf(choice, "document"));
  const matrix = known === undefined ? undefined : await index.matrix(known);
  const missing = Array.from(index.catalogue.presentTexts()).filter((text) => matrix?.has(text) !== true);
  return missing.map((text) => index.catalogue.textOf(text).text);
}
