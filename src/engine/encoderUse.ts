import { createHash } from "node:crypto";

import type { EncodeParams } from "../protocol/encoder.ts";
import type { EncoderChoice } from "../protocol/engine.ts";
import { errorData } from "../protocol/errors.ts";
import type { EncoderPool } from "./pool.ts";
import type { Registry } from "./registry.ts";
import type { EncoderKey } from "./store/vectorStore.ts";
import type { Role } from "../core/encoders/prompts.ts";

/** A choice made definite: what the encoder processes are told, and the identity of what comes back. */
export interface EncoderUse {
  readonly settings: Omit<EncodeParams, "texts">;
  readonly key: EncoderKey;
}

/**
 * Opens the encoder of a choice and says what its vectors are. With a role the card's prompt for it is put before each text.
 * The encoder's state is told to the registry; rejects with its error.
 */
export async function openUse(pool: EncoderPool, registry: Registry, choice: EncoderChoice, role?: Role): Promise<EncoderUse> {
  const model = registry.modelOf(choice);
  try {
    registry.setState(choice.id, "loading");
    const loaded = await pool.load(model);
    registry.setState(choice.id, "loaded");
    const layer = choice.layer ?? loaded.layers;
    const pooling = choice.pooling ?? loaded.pooling;
    const prefix = role === undefined ? "" : registry.promptOf(choice, role);
    const identity = createHash("sha256")
      .update(`${loaded.identity} ${layer} ${pooling} ${JSON.stringify(prefix)}`)
      .digest("hex");
    return {
      settings: {
        model,
        ...(choice.layer === undefined ? {} : { layer: choice.layer }),
        ...(choice.pooling === undefined ? {} : { pooling: choice.pooling }),
        ...(prefix === "" ? {} : { prefix }),
      },
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
  if (data.code !== "cancelled" && data.code !== "badRequest") registry.setState(id, "failed", data);
}
