import { createHash } from "node:crypto";

import type { CancellationToken } from "../core/base/cancellation.ts";
import type { EmbedResult, EncoderChoice } from "../protocol/engine.ts";
import type { Role } from "../core/encoders/prompts.ts";
import { openUse, tellFailure } from "./encoderUse.ts";
import type { EncoderPool, Priority } from "./pool.ts";
import type { Registry } from "./registry.ts";
import type { CachedVector, VectorCache } from "./vectorCache.ts";

export interface EmbedOptions {
  readonly encoder: EncoderChoice;
  readonly texts: readonly string[];
  /** Puts the encoder's prompt for this role before each text. */
  readonly role?: Role;
  readonly priority: Priority;
  /** Called at the start and after every unit; the receiver goes by the clock. */
  readonly onProgress: (phase: "loading" | "embedding", done: number, total: number) => void;
  readonly token: CancellationToken;
}

/** Texts of one unit, and their characters: short enough that others get their turn, long enough to be worth a message. */
const UNIT_TEXTS = 64;
const UNIT_CHARACTERS = 20_000;

/** Vectors of texts: from the cache where it has them, else from the pool, equal texts once. */
export async function embedTexts(
  pool: EncoderPool,
  registry: Registry,
  cache: VectorCache,
  options: EmbedOptions,
): Promise<EmbedResult> {
  const { encoder, texts, role, priority, onProgress, token } = options;
  const started = performance.now();
  onProgress("loading", 0, texts.length);
  const {
    settings,
    key: { identity, dimensions },
  } = await openUse(pool, registry, encoder, role);
  try {
    const keys = texts.map((text) => createHash("sha256").update(text).digest("base64"));
    const found = new Map<string, CachedVector>();
    const missing = new Map<string, string>();
    keys.forEach((key, index) => {
      const cached = cache.get(identity, key);
      if (cached !== undefined) found.set(key, cached);
      else missing.set(key, texts[index]!);
    });

    const total = missing.size;
    let done = 0;
    onProgress("embedding", done, total);
    await Promise.all(
      units([...missing]).map(async (unit) => {
        const result = await pool.encode({ ...settings, texts: unit.map(([, text]) => text) }, priority, token);
        unit.forEach(([key], row) => {
          const vector = {
            vector: result.vectors.slice(row * result.dimensions, (row + 1) * result.dimensions),
            tokens: result.tokens[row]!,
            read: result.read[row]!,
            hasVector: result.hasVector[row]!,
          };
          found.set(key, vector);
          cache.set(identity, key, vector);
        });
        done += unit.length;
        onProgress("embedding", done, total);
      }),
    );

    const rows = keys.map((key) => found.get(key)!);
    const vectors = new Float32Array(texts.length * dimensions);
    rows.forEach(({ vector }, row) => {
      vectors.set(vector, row * dimensions);
    });
    return {
      dimensions,
      vectors,
      tokens: Uint32Array.from(rows, ({ tokens }) => tokens),
      read: Float32Array.from(rows, ({ read }) => read),
      hasVector: Uint8Array.from(rows, ({ hasVector }) => hasVector),
      identity,
      ms: performance.now() - started,
    };
  } catch (error) {
    tellFailure(registry, encoder.id, error);
    throw error;
  }
}

/** Longest first, so that no long text is left for the end; equal lengths meet in one unit. */
function units(entries: (readonly [key: string, text: string])[]): (readonly [key: string, text: string])[][] {
  const sorted = entries.toSorted(([, a], [, b]) => b.length - a.length);
  const out: (readonly [string, string])[][] = [];
  let characters = Infinity;
  for (const entry of sorted) {
    const last = out.at(-1);
    if (last === undefined || last.length >= UNIT_TEXTS || characters + entry[1].length > UNIT_CHARACTERS) {
      out.push([entry]);
      characters = entry[1].length;
    } else {
      last.push(entry);
      characters += entry[1].length;
    }
  }
  return out;
}
