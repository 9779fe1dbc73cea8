import { listEncoders, type EncoderChoice, type EncoderInfo } from "../protocol/engine.ts";
import type { EngineClient } from "../process/engineClient.ts";

/** Ids named by `--models`; else the bundled encoders of text, or all of text in an installation that bundles none. */
export function idsOf(models: string | undefined, known: readonly EncoderInfo[]): readonly string[] {
  if (models !== undefined) return models.split(",");
  const ofText = known.filter(({ card }) => card.input !== "image");
  const bundled = ofText.filter((encoder) => encoder.bundled);
  return (bundled.length === 0 ? ofText : bundled).map(({ id }) => id);
}

export const chosenEncoders = async (engine: EngineClient, models: string | undefined): Promise<EncoderChoice[]> =>
  idsOf(models, await engine.request(listEncoders, null)).map((id) => ({ id }));
