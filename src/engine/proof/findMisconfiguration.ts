import type { CancellationToken } from "../../core/base/cancellation.ts";
import { POOLINGS, type CardPooling } from "../../core/encoders/card.ts";
import type { Rows } from "../../core/measures/cka.ts";
import { variantId, type EncoderSettings } from "../../core/encoders/variant.ts";
import {
  bestOf,
  promptChoices,
  TRIED_POOLINGS,
  verdicts,
  wayLabel,
  waysToTry,
  type Way,
} from "../../core/proof/misconfiguration.ts";
import { reciprocalRanks, retrieval } from "../../core/proof/retrieval.ts";
import type { EncodeParams, EncodeResult } from "../../protocol/encoder.ts";
import type { EncoderChoice } from "../../protocol/engine.ts";
import { cancelled, EmbedError, readsImages } from "../../protocol/errors.ts";
import type { MisconfigurationResult, TriedWay } from "../../protocol/proof.ts";
import { giveWay } from "../giveWay.ts";
import type { Pairs } from "./pairs.ts";
import { stampOf } from "./selfTest.ts";
import { openSubject, type ProofParts, type Subject } from "./subject.ts";

export interface DetectorOptions {
  readonly encoder: EncoderChoice;
  readonly pairs: Pairs;
  readonly onStep: (done: number, total: number) => void;
  readonly token: CancellationToken;
}

/** Texts of one message to an encoder process: short enough that cancelling is noticed. */
const TEXTS_PER_UNIT = 32;

/**
 * Tries {mean, cls, last} × prompts × {normalised, not}, with all else as it is chosen, on pairs of texts that belong together. Scores
 * are dot products, because only there it matters whether vectors are normalised. Throws what opening the encoder throws.
 */
export async function findMisconfiguration(parts: ProofParts, options: DetectorOptions): Promise<MisconfigurationResult> {
  const { encoder, pairs, onStep, token } = options;
  const started = performance.now();
  const { base } = parts.registry.resolve(encoder);
  if (parts.registry.info(base)?.card.input === "image") throw readsImages(base);
  const subject = await openSubject(parts, encoder, token);
  const settings = subject.chosen;
  const { pooling = subject.loaded.pooling, normalize = subject.loaded.normalized } = settings;
  const prompts = promptChoices(subject.card ?? promptsOf(subject), settings);
  const configured: Way = { pooling, normalize, prompts: prompts[0]! };
  const ways = waysToTry(configured, await poolingsOf(subject), prompts);

  const tried = new Map<Way, { readonly queries: Rows; readonly documents: Rows }>();
  const total = prompts.length * 2;
  for (const [done, choice] of prompts.entries()) {
    const own = ways.filter((way) => way.prompts.query === choice.query && way.prompts.document === choice.document);
    const sideOf = async (texts: readonly string[], prefix: string, half: number): Promise<readonly Rows[]> => {
      onStep(done * 2 + half, total);
      return sides(subject, texts, own, prefix, token);
    };
    const queries = await sideOf(pairs.queries, choice.query, 0);
    const documents = await sideOf(pairs.documents, choice.document, 1);
    own.forEach((way, at) => tried.set(way, { queries: queries[at]!, documents: documents[at]! }));
  }
  onStep(total, total);

  const ranks: Float64Array[] = [];
  for (const way of ways) {
    await giveWay(token);
    const { queries, documents } = tried.get(way)!;
    ranks.push(reciprocalRanks(queries, documents));
  }
  await giveWay(token);
  const judged = verdicts(ranks);
  const told = ways.map((way, at): TriedWay => {
    const { queries, documents } = tried.get(way)!;
    return {
      label: wayLabel(way),
      pooling: way.pooling,
      normalize: way.normalize,
      prompts: { query: way.prompts.query, document: way.prompts.document },
      ...retrieval(queries, documents),
      verdict: judged[at]!,
      variant: at === 0 ? encoder.id : variantOf(subject, settings, way),
    };
  });
  return {
    id: encoder.id,
    precision: subject.precision,
    identity: subject.identity,
    stamp: stampOf(parts.registry, encoder),
    source: pairs.source,
    ways: told,
    better: bestOf(judged) ?? null,
    ms: performance.now() - started,
  };
}

/** The poolings that this model has: a graph that pools need not give states. */
async function poolingsOf(subject: Subject): Promise<readonly CardPooling[]> {
  if (subject.remote) return [];
  try {
    await subject.encode(["a"], { ...subject.settings, pooling: TRIED_POOLINGS[0] });
    return TRIED_POOLINGS;
  } catch (error) {
    if (error instanceof EmbedError && error.data.code === "badRequest") return [];
    throw error;
  }
}

const promptsOf = ({ settings: { prefix = "" } }: Subject) =>
  prefix === "" ? { prompts: {} } : { prompts: { default: prefix }, defaultPrompt: "default" };

/** Vectors of texts in several ways that differ in what they read of a pass. */
async function sides(
  subject: Subject,
  texts: readonly string[],
  ways: readonly Way[],
  prefix: string,
  token: CancellationToken,
): Promise<readonly Rows[]> {
  const uses = ways.map(({ pooling, normalize }): Omit<EncodeParams, "texts" | "model"> => {
    const single = POOLINGS.find((one) => one === pooling);
    return { ...subject.settings, prefix, normalize, ...(single === undefined ? {} : { pooling: single }) };
  });
  const parts: (readonly EncodeResult[])[] = [];
  for (let first = 0; first < texts.length; first += TEXTS_PER_UNIT) {
    if (token.isCancellationRequested) throw cancelled();
    parts.push(await subject.encodeAll(texts.slice(first, first + TEXTS_PER_UNIT), uses));
  }
  return ways.map((_, at) => {
    const d = parts[0]?.[at]?.dimensions ?? 0;
    const data = new Float32Array(texts.length * d);
    parts.forEach((part, unit) => {
      data.set(part[at]!.vectors, unit * TEXTS_PER_UNIT * d);
    });
    return { n: texts.length, d, data };
  });
}

/** The id of the encoder in another way: only what is not its files' own is set. */
function variantOf({ base, loaded }: Subject, settings: EncoderSettings, way: Way): string | null {
  const { setting } = way.prompts;
  if (setting === null) return null;
  const { precision, layer, maxTokens, dimensions } = settings;
  const all: { readonly [Name in keyof EncoderSettings]: EncoderSettings[Name] | undefined } = {
    precision,
    layer,
    maxTokens,
    dimensions,
    pooling: way.pooling === loaded.pooling ? undefined : POOLINGS.find((one) => one === way.pooling),
    normalize: way.normalize === loaded.normalized ? undefined : way.normalize,
    prompt: setting,
  };
  return variantId(base, Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
}
