import type { CancellationToken } from "../../core/base/cancellation.ts";
import { errorData, type EmbedErrorData } from "../../protocol/errors.ts";
import type { EncodeResult } from "../../protocol/encoder.ts";
import { chunks } from "../chunks.ts";
import type { EncoderUse } from "../encoderUse.ts";
import type { VectorMatrix } from "../kernels/vectorMatrix.ts";
import type { EncoderPool } from "../pool.ts";
import type { LocalIndex } from "../store/localIndex.ts";
import type { EncoderKey } from "../store/vectorStore.ts";
import { normalise } from "../../core/encoders/pooling.ts";
import { createBatchWriter } from "./batchWriter.ts";
import { createRate, type Rate } from "./rate.ts";

/** An encoder whose vectors are being brought up to date. */
export interface ActiveEncoder {
  readonly id: string;
  /** Which vectors are its own, and those in memory; undefined when it could not be opened. */
  readonly key: EncoderKey | undefined;
  readonly matrix: VectorMatrix | undefined;
  /** Costs next to nothing: a static table. */
  readonly light: boolean;
  /** Opens the encoder; asked only when there is something to encode. */
  readonly open: () => Promise<EncoderUse>;
  readonly rate: Rate;
  /** Texts embedded since this encoder became active. */
  embedded: number;
  /** Set when nothing more can be done with it. */
  error?: EmbedErrorData;
  /** Texts that it cannot encode: each alone made it fail. */
  readonly refused: Set<number>;
}

export const activeEncoder = (fixed: Pick<ActiveEncoder, "id" | "key" | "matrix" | "light" | "open">): ActiveEncoder => ({
  ...fixed,
  rate: createRate(),
  embedded: 0,
  refused: new Set(),
});

export interface EmbedQueueParts {
  readonly pool: EncoderPool;
  readonly index: LocalIndex;
  readonly encoders: readonly ActiveEncoder[];
  /** Resolves when the next unit may start: pausing and pace decide. */
  readonly mayStart: (token: CancellationToken) => Promise<void>;
  /** Awaited after a unit that took `ms`. */
  readonly rest: (ms: number) => Promise<void>;
  readonly onProgress: () => void;
}

/** Texts that wait for vectors. Each is encoded by all encoders that lack it, in one process, and tokenised once per tokenizer. */
export interface EmbedQueue {
  add(texts: Iterable<number>): void;
  /** Works until `filling` has settled, the queue is empty and everything is in the store. Ends early when cancelled; what is done stays. */
  drain(filling: Promise<unknown>, token: CancellationToken): Promise<void>;
}

/** Texts looked at together, longest first: texts of equal length meet in one run, and no unit is longer than it must be. */
const WINDOW_TEXTS = 2048;
/** Characters of one unit, for each transformer: a fifth of a second, so that interactive work never waits longer. */
const UNIT_CHARACTERS = 6000;
/** Static tables cost next to nothing; more would be a long message. */
const UNIT_CHARACTERS_STATIC = 100_000;
const UNIT_TEXTS = 64;
const UNIT_TEXTS_STATIC = 512;
/** Units under way for each process that works: one in hand, one waiting. */
const AHEAD = 2;

interface Entry {
  readonly text: number;
  readonly content: string;
}

export function createEmbedQueue(parts: EmbedQueueParts): EmbedQueue {
  const { pool, index, encoders } = parts;
  const waiting = new Set<number>();
  const batches = createBatchWriter(index.vectors);
  let wake = Promise.withResolvers<undefined>();

  const lacks = ({ error, matrix, refused }: ActiveEncoder, text: number): boolean =>
    error === undefined && matrix?.has(text) === false && !refused.has(text);
  const lacking = (text: number): ActiveEncoder[] => encoders.filter((encoder) => lacks(encoder, text));

  /** The next texts of the queue, in groups by the encoders that lack them. */
  const takeWindow = (): { uses: readonly ActiveEncoder[]; entries: Entry[] }[] => {
    const groups = new Map<string, { uses: readonly ActiveEncoder[]; entries: Entry[] }>();
    let taken = 0;
    for (const text of waiting) {
      if (taken++ >= WINDOW_TEXTS) break;
      waiting.delete(text);
      const uses = lacking(text);
      if (uses.length === 0) continue;
      const name = uses.map(({ id }) => id).join("\n");
      const group = groups.get(name) ?? { uses, entries: [] };
      group.entries.push({ text, content: index.catalogue.textOf(text).text });
      groups.set(name, group);
    }
    return [...groups.values()];
  };

  const keep = async (encoder: ActiveEncoder, { key }: EncoderUse, entries: readonly Entry[], result: EncodeResult) => {
    const rows = entries.map(({ text }, row) => {
      const vector = result.vectors.slice(row * key.dimensions, (row + 1) * key.dimensions);
      // The store promises unit length, whether or not the publisher normalises.
      normalise(vector);
      return { hash: index.catalogue.hashOf(text), vector };
    });
    await batches.add(key, rows);
    encoder.embedded += entries.length;
    encoder.rate.add(entries.length);
    parts.onProgress();
  };

  /** Encodes and stores one unit. What fails is tried in smaller parts, until the encoder or the text that is to blame is known. */
  const encode = async (uses: readonly ActiveEncoder[], entries: readonly Entry[], token: CancellationToken): Promise<void> => {
    const usable = uses.filter(({ error }) => error === undefined);
    if (usable.length === 0) return;
    try {
      const opened = await Promise.all(usable.map(({ open }) => open()));
      const texts = entries.map(({ content }) => content);
      const results = await pool.encodeAll({ uses: opened.map(({ settings }) => settings), texts }, "background", token);
      for (const [at, encoder] of usable.entries()) await keep(encoder, opened[at]!, entries, results[at]!);
    } catch (thrown) {
      if (token.isCancellationRequested) throw thrown;
      const error = errorData(thrown);
      if (usable.length > 1) for (const encoder of usable) await encode([encoder], entries, token);
      else if (!MAY_BE_THE_TEXT.has(error.code)) usable[0]!.error = error;
      else if (entries.length > 1) {
        const half = entries.length >> 1;
        await encode(usable, entries.slice(0, half), token);
        await encode(usable, entries.slice(half), token);
      } else usable[0]!.refused.add(entries[0]!.text);
      parts.onProgress();
    }
  };

  return {
    add: (texts) => {
      // Mostly nothing is lacking: all texts of an index are offered whenever it is looked through.
      for (const text of texts) if (encoders.some((encoder) => lacks(encoder, text))) waiting.add(text);
      wake.resolve(undefined);
    },
    drain: async (filling, token) => {
      const underway = new Set<Promise<void>>();
      const seen: { filled: boolean; failure?: Error } = { filled: false };
      const settle = (): void => {
        seen.filled = true;
        wake.resolve(undefined);
      };
      filling.then(settle, settle);
      const stopping = token.onCancellationRequested(() => {
        wake.resolve(undefined);
      });
      const goesOn = (): boolean => !token.isCancellationRequested && seen.failure === undefined;

      const start = (uses: readonly ActiveEncoder[], unit: readonly Entry[]): void => {
        const started = performance.now();
        const work = encode(uses, unit, token)
          .then(() => parts.rest(performance.now() - started))
          .catch((error: unknown) => {
            if (!token.isCancellationRequested) seen.failure ??= error as Error;
          })
          .finally(() => underway.delete(work));
        underway.add(work);
      };

      while (goesOn()) {
        if (waiting.size > 0) {
          for (const { uses, entries } of takeWindow())
            for (const unit of units(entries, uses)) {
              while (underway.size >= AHEAD * pool.backgroundWorkers) await Promise.race(underway);
              await parts.mayStart(token);
              if (!goesOn()) break;
              start(uses, unit);
            }
        } else if (!seen.filled) {
          wake = Promise.withResolvers();
          await wake.promise;
        } else if (underway.size > 0) await Promise.race(underway);
        else break;
      }
      await Promise.all(underway);
      stopping.dispose();
      await batches.flush();
      if (seen.failure !== undefined) throw seen.failure;
    },
  };
}

/** Failures for which one text may be to blame; all others are the encoder's own. */
const MAY_BE_THE_TEXT = new Set(["badText", "remoteText", "processEnded", "deadlineExceeded", "internal"]);

function units(entries: readonly Entry[], uses: readonly ActiveEncoder[]): Entry[][] {
  const heavy = uses.filter(({ light }) => !light).length;
  const characters = heavy === 0 ? UNIT_CHARACTERS_STATIC : UNIT_CHARACTERS / heavy;
  const items = heavy === 0 ? UNIT_TEXTS_STATIC : UNIT_TEXTS;
  const longestFirst = entries.toSorted((a, b) => b.content.length - a.content.length || a.text - b.text);
  return chunks(longestFirst, ({ content }) => content, { items, characters });
}
