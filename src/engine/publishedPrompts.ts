import * as v from "valibot";

import type { EncoderCard } from "../core/encoders/card.ts";
import { parsed } from "./hub/statedSettings.ts";

/** What is read of config_sentence_transformers.json: a prompt of null is an empty one. */
const PROMPTS = v.object({
  prompts: v.nullish(v.record(v.string(), v.nullable(v.string()))),
  default_prompt_name: v.nullish(v.string()),
});

/**
 * The prompts that a publisher names, and which of them stands before a text when none is chosen. Where all are empty there is
 * none: the library writes empty ones for encoders that use no prompts; and none in what is no such file.
 */
export function publishedPrompts(json: string | undefined): Pick<EncoderCard, "prompts" | "defaultPrompt"> {
  const { prompts, default_prompt_name: named } = parsed(PROMPTS, json) ?? {};
  const texts = Object.entries(prompts ?? {}).map(([name, text]) => [name, text ?? ""] as const);
  if (texts.every(([, text]) => text === "")) return { prompts: {} };
  const isNamed = typeof named === "string" && texts.some(([name]) => name === named);
  return { prompts: Object.fromEntries(texts), ...(isNamed ? { defaultPrompt: named } : {}) };
}
