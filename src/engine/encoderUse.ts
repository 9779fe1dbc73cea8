import { createHash } from "node:crypto";

import type { Role } from "../core/encoders/prompts.ts";
import type { EncodeParams } from "../protocol/encoder.ts";
import type { EncoderChoice } from "../protocol/engine.ts";
import { errorData } from "../protocol/errors.ts";
import type { EncoderPool } from "./pool.ts";
import type { Registry } from "./registry.ts";
import type { EncoderKey } from "./store/vectorStore.ts";

/** A choice made definite: what the encoder processes are told, and the identity of what comes back. */
export interface EncoderUse {
  readonly settings: Omit<EncodeParams, "texts">;
  readonly key: EncoderKey;
}

/**
 * Opens the encoder of a choice and says what its vectors are. With a role the card's prompt for it is put before each text,
 * without one the card's default. The encoder's state is told to the registry; rejects with its error.
 */
export async function openUse(pool: EncoderPool, registry: Registry, choice: EncoderChoice, role?: Role): Promise<EncoderUse> {
  const { model, prefix, settings } = registry.resolve(choice, role);
  try {
    registry.setState(choice.id, "loading");
    const { maxTokens, ...head } = settings;
    const loaded = await pool.load(model, head);
    registry.setState(choice.id, "loaded");
    const { layer = loaded.layers, pooling = loaded.pooling, normalize = loaded.normalized, dimensions } = head;
    const identity = createHash("sha256")
      .update(`${loaded.identity} ${layer} ${pooling} ${JSON.stringify(prefix)}`)
      // Added only where they differ, so that what was stored before there were such settings is still found.
      .update(normalize === loaded.normalized ? "" : ` normalize ${normalize}`)
      .update(maxTokens === undefined ? "" : ` tokens ${maxTokens}`)
      .update(dimensions === undefined ? "" : ` dimensions ${dimensions}`)
      .digest("hex");
    return {
      settings: { model, ...settings, ...(prefix === "" ? {} : { prefix }) },
      key: { id: choice.id, identity, dimensions: loaded.dimensions },
    };
  } catch (error) {
    tellFailure(registry, choice.id, error);
    throw error;
  }
}

/** What was asked in vain, or no longer wanted, says nothing about the encoder. */
export function tellFailure(registry: Registry, id: string, error: unknown): void {
  const data = errorData(error);
  if (data.code !== "cancelled" && data.code !== "badRequest" && data.code !== "badText") registry.setState(id, "failed", data);
}
