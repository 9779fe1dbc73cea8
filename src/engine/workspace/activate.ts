import type { EncoderChoice } from "../../protocol/engine.ts";
import type { EmbedErrorData } from "../../protocol/errors.ts";
import { openUse, type EncoderUse } from "../encoderUse.ts";
import type { EncoderPool } from "../pool.ts";
import type { Registry } from "../registry.ts";
import type { LocalIndex } from "../store/localIndex.ts";
import type { EncoderKey } from "../store/vectorStore.ts";
import { activeEncoder, type ActiveEncoder } from "./embedQueue.ts";

export interface EncoderParts {
  readonly index: LocalIndex;
  readonly pool: EncoderPool;
  readonly registry: Registry;
}

/**
 * Which vectors of the index are a choice's. An encoder whose files are as they were is known without being opened; else it
 * is opened, and rejects with its error.
 */
export async function keyOf({ index, pool, registry }: EncoderParts, choice: EncoderChoice): Promise<EncoderKey> {
  const stamp = registry.stampOf(choice, "document");
  const known = index.recallEncoder(stamp);
  if (known !== undefined) return known;
  const { key } = await openUse(pool, registry, choice, "document");
  index.rememberEncoder(stamp, key);
  return key;
}

/** An encoder ready to be kept up to date; it is opened when there is something to encode. */
export async function activate(parts: EncoderParts, choice: EncoderChoice): Promise<ActiveEncoder> {
  const key = await keyOf(parts, choice);
  const matrix = await parts.index.matrix(key);
  let opened: Promise<EncoderUse> | undefined;
  return activeEncoder({
    id: choice.id,
    key,
    matrix,
    light: parts.registry.isStatic(choice),
    open: () => {
      opened ??= openUse(parts.pool, parts.registry, choice, "document");
      opened.catch(() => (opened = undefined));
      return opened;
    },
  });
}

/** Stands for an encoder that could not be opened, so that its error is seen beside the others' progress. */
export const failedEncoder = (id: string, error: EmbedErrorData): ActiveEncoder => ({
  ...activeEncoder({ id, key: undefined, matrix: undefined, light: true, open: () => Promise.reject(new Error(error.message)) }),
  error,
});
