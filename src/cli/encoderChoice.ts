import path from "node:path";

import { parseVariant, variantId } from "../core/encoders/variant.ts";
import { listEncoders, type EncoderChoice, type EncoderInfo } from "../protocol/engine.ts";
import type { EngineClient } from "../process/engineClient.ts";

/** Ids named by `--models`; else the bundled encoders of text, or all of text in an installation that bundles none. */
export function idsOf(models: string | undefined, known: readonly EncoderInfo[]): readonly string[] {
  if (models !== undefined) return models.split(",");
  const ofText = known.filter(({ card }) => card.input !== "image");
  const bundled = ofText.filter((encoder) => encoder.bundled);
  return (bundled.length === 0 ? ofText : bundled).map(({ id }) => id);
}

/** An id as it is, with settings or without; anything else is a folder. */
export async function encoderNamed(engine: EngineClient, model: string): Promise<EncoderChoice> {
  const known = await engine.request(listEncoders, null);
  const { base, settings } = parseVariant(model);
  const isFolder = !known.some(({ id }) => id === base) && /[/\\]|^\.+$/.test(base);
  return { id: isFolder ? variantId(path.resolve(base), settings) : model };
}

export const chosenEncoders = async (engine: EngineClient, models: string | undefined): Promise<EncoderChoice[]> =>
  idsOf(models, await engine.request(listEncoders, null)).map((id) => ({ id }));
