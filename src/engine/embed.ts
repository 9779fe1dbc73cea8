import { createHash } from "node:crypto";

import type { CancellationToken } from "../core/base/cancellation.ts";
import type { Role } from "../core/encoders/prompts.ts";
import type { EmbedResult, EncoderChoice } from "../protocol/engine.ts";
import { chunks } from "./chunks.ts";
import { openUse, tellFailure, type EncoderUse } from "./encoderUse.ts";
import type { EncoderPool, Priority } from "./pool.ts";
import type { Registry } from "./registry.ts";
import type { CachedVector, VectorCache } from "./vectorCache.ts";

type Phase = "loading" | "embedding";

interface CommonOptions {
  readonly texts: readonly string[];
  /** Puts the encoder's prompt for this role before each text. */
  readonly role?: Role;
  readonly priority: Priority;
  readonly token: CancellationToken;
}

export interface EmbedOptions extends CommonOptions {
  readonly encoder: EncoderChoice;
  /** Called at the start and after every unit; the receiver goes by the clock. */
  readonly onProgress: (phase: Phase, done: number, total: number) => void;
}

export interface EmbedAllOptions extends CommonOptions {
  readonly encoders: readonly EncoderChoice[];
  readonly onProgress: (encoder: EncoderChoice, phase: Phase, done: number, total: number) => void;
}

/** The engine's encoders as one thing that turns texts into vectors. */
export interface Embedder {
  /** Vectors of texts: from the cache where it has them, else from the pool, equal texts once. */
  readonly embed: (options: EmbedOptions) => Promise<EmbedResult>;
  /** One promise per encoder. Encoders that are one model read in several ways share the passes. */
  readonly embedAll: (options: EmbedAllOptions) => Promise<EmbedResult>[];
}

/** Texts of one unit, and their characters: short enough that others get their turn, long enough to be worth a message. */
const UNIT_TEXTS = 64;
const UNIT_CHARACTERS = 20_000;

export function createEmbedder(pool: EncoderPool, registry: Registry, cache: VectorCache): Embedder {
  const embed = async ({ encoder, onProgress, ...common }: EmbedOptions): Promise<EmbedResult> => {
    const told = (_: EncoderChoice, phase: Phase, done: number, total: number): void => {
      onProgress(phase, done, total);
    };
    return (await embedTogether({ ...common, encoders: [encoder], onProgress: told }))[0]!;
  };

  /** Choices that read one model after one prompt. */
  const embedTogether = async (options: EmbedAllOptions): Promise<EmbedResult[]> => {
    const { encoders, texts, role, priority, token } = options;
    const started = performance.now();
    const tell = (phase: Phase, done: number, total: number): void => {
      for (const encoder of encoders) options.onProgress(encoder, phase, done, total);
    };
    tell("loading", 0, texts.length);
    try {
      const uses = await Promise.all(encoders.map((encoder) => openUse(pool, registry, encoder, role)));
      const keys = texts.map((text) => createHash("sha256").update(text).digest("base64"));
      const found = uses.map(({ key }) => cachedOf(cache, key.identity, keys));
      const missing = new Map<string, string>();
      keys.forEach((key, index) => {
        if (found.some((vectors) => !vectors.has(key))) missing.set(key, texts[index]!);
      });
      const lacking = uses.filter((_, at) => keys.some((key) => !found[at]!.has(key)));

      let done = 0;
      tell("embedding", done, missing.size);
      await Promise.all(
        units([...missing]).map(async (unit) => {
          const work = { uses: lacking.map(({ settings }) => settings), texts: unit.map(([, text]) => text) };
          const results = await pool.encodeAll(work, priority, token);
          for (const [at, use] of lacking.entries()) {
            const { vectors, dimensions, tokens, read, hasVector } = results[at]!;
            unit.forEach(([key], row) => {
              const vector = {
                vector: vectors.slice(row * dimensions, (row + 1) * dimensions),
                tokens: tokens[row]!,
                read: read[row]!,
                hasVector: hasVector[row]!,
              };
              found[uses.indexOf(use)]!.set(key, vector);
              cache.set(use.key.identity, key, vector);
            });
          }
          done += unit.length;
          tell("embedding", done, missing.size);
        }),
      );
      return uses.map((use, at) =>
        resultOf(
          use,
          keys.map((key) => found[at]!.get(key)!),
          performance.now() - started,
        ),
      );
    } catch (error) {
      for (const { id } of encoders.length === 1 ? encoders : []) tellFailure(registry, id, error);
      throw error;
    }
  };

  return {
    embed,
    embedAll: ({ encoders, onProgress, ...common }) => {
      const alone = (encoder: EncoderChoice): Promise<EmbedResult> =>
        embed({
          ...common,
          encoder,
          onProgress: (phase, done, total) => {
            onProgress(encoder, phase, done, total);
          },
        });
      const passes = Map.groupBy(encoders, (encoder) => passOf(registry, encoder, common.role));
      const results = new Map<EncoderChoice, Promise<EmbedResult>>();
      for (const group of passes.values()) {
        const together = group.length === 1 ? undefined : embedTogether({ ...common, encoders: group, onProgress });
        group.forEach((encoder, at) => {
          // What fails together may be the fault of one, and must not be the end of all.
          const own = together?.then(
            (all) => all[at]!,
            (error: unknown) => {
              if (common.token.isCancellationRequested) throw error;
              return alone(encoder);
            },
          );
          results.set(encoder, own ?? alone(encoder));
        });
      }
      return encoders.map((encoder) => results.get(encoder)!);
    },
  };
}

/** Equal for choices whose vectors come of the same passes; a choice that means nothing is alone and fails alone. */
function passOf(registry: Registry, choice: EncoderChoice, role: Role | undefined): unknown {
  try {
    const { model, prefix, settings } = registry.resolve(choice, role);
    return JSON.stringify([model, prefix, settings.maxTokens]);
  } catch {
    return choice;
  }
}

function cachedOf(cache: VectorCache, identity: string, keys: readonly string[]): Map<string, CachedVector> {
  const found = new Map<string, CachedVector>();
  for (const key of keys) {
    const cached = cache.get(identity, key);
    if (cached !== undefined) found.set(key, cached);
  }
  return found;
}

function resultOf({ key }: EncoderUse, rows: readonly CachedVector[], ms: number): EmbedResult {
  const dimensions = rows[0]?.vector.length ?? key.dimensions;
  const vectors = new Float32Array(rows.length * dimensions);
  rows.forEach(({ vector }, row) => {
    vectors.set(vector, row * dimensions);
  });
  return {
    dimensions,
    vectors,
    tokens: Uint32Array.from(rows, ({ tokens }) => tokens),
    read: Float32Array.from(rows, ({ read }) => read),
    hasVector: Uint8Array.from(rows, ({ hasVector }) => hasVector),
    identity: key.identity,
    ms,
  };
}

/** Longest first, so that no long text is left for the end; equal lengths meet in one unit. */
const units = (entries: readonly (readonly [key: string, text: string])[]) =>
  chunks(
    entries.toSorted(([, a], [, b]) => b.length - a.length),
    ([, text]) => text,
    { items: UNIT_TEXTS, characters: UNIT_CHARACTERS },
  );
