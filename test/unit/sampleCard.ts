import { CAUSES, UNKNOWN, type Cause, type EncoderCard } from "../../src/core/encoders/card.ts";

/** A card that says of the causes what is given. */
export const card = (causes: Partial<Record<Cause, string>> = {}, rest: Partial<EncoderCard> = {}): EncoderCard => ({
  causes: Object.fromEntries(
    CAUSES.map((cause) => [cause, causes[cause] === undefined ? UNKNOWN : { value: causes[cause], source: "README.md" }]),
  ) as unknown as EncoderCard["causes"],
  dimensions: 384,
  maxTokens: 256,
  pooling: "mean",
  normalized: true,
  prompts: { query: "query: ", passage: "passage: " },
  parameters: 1000,
  layers: 6,
  licence: { value: "MIT", source: "README.md" },
  ...rest,
});
