import type { CancellationToken } from "../../core/base/cancellation.ts";
import type { EncoderCard, Precision } from "../../core/encoders/card.ts";
import { norm } from "../../core/encoders/pooling.ts";
import { parseVariant, type EncoderSettings } from "../../core/encoders/variant.ts";
import type { EncodeParams, EncodeResult, LoadedModel } from "../../protocol/encoder.ts";
import type { EncoderChoice } from "../../protocol/engine.ts";
import { openUse } from "../encoderUse.ts";
import type { EncoderPool } from "../pool.ts";
import type { Registry } from "../registry.ts";

/** What a proof needs of the engine. */
export interface ProofParts {
  readonly pool: EncoderPool;
  readonly registry: Registry;
}

type Settings = Omit<EncodeParams, "texts" | "model">;

/** An encoder under test. Its vectors come from the encoder processes each time: from a cache they would prove nothing. */
export interface Subject {
  readonly choice: EncoderChoice;
  readonly folder: string;
  /** The id of the encoder itself, without settings. */
  readonly base: string;
  readonly precision: Precision;
  readonly loaded: LoadedModel;
  readonly identity: string;
  /** Absent for a folder that is no encoder of this machine. */
  readonly card?: EncoderCard;
  /** It runs on a server, which tells nothing of tokens. */
  readonly remote: boolean;
  /** All that the choice sets, in its id or beside it. */
  readonly chosen: EncoderSettings;
  /** What of it the encoder processes are told, with the text of the prompt. */
  readonly settings: Settings;
  /** The encoder as it is chosen, or with other settings. */
  encode(texts: readonly string[], settings?: Settings): Promise<EncodeResult>;
  /** The same texts with several settings; what shares a pass is encoded once. */
  encodeAll(texts: readonly string[], all: readonly Settings[]): Promise<readonly EncodeResult[]>;
  tokenize(texts: readonly string[], settings?: Pick<Settings, "prefix" | "maxTokens">): Promise<readonly (readonly number[])[]>;
}

/** Opens an encoder. Rejects with what is wrong with it. */
export async function openSubject(
  { pool, registry }: ProofParts,
  choice: EncoderChoice,
  token: CancellationToken,
): Promise<Subject> {
  const { base, model, prefix, settings: told } = registry.resolve(choice);
  const { id, ...beside } = choice;
  const info = registry.info(base);
  const { key } = await openUse(pool, registry, choice);
  const loaded = await pool.load(model);
  const settings = { ...told, ...(prefix === "" ? {} : { prefix }) };
  return {
    choice,
    folder: model.folder,
    base,
    precision: model.precision,
    loaded,
    identity: key.identity,
    ...(info === undefined ? {} : { card: info.card }),
    remote: info?.remote !== undefined,
    chosen: { ...parseVariant(id).settings, ...beside },
    settings,
    encode: (texts, own = settings) => pool.encode({ model, texts, ...own }, "background", token),
    encodeAll: (texts, all) => pool.encodeAll({ texts, uses: all.map((own) => ({ model, ...own })) }, "background", token),
    tokenize: (texts, own = settings) => {
      const { prefix, maxTokens } = own;
      return pool.tokenize({
        model,
        texts,
        ...(prefix === undefined ? {} : { prefix }),
        ...(maxTokens === undefined ? {} : { maxTokens }),
      });
    },
  };
}

export const rowOf = ({ vectors, dimensions }: EncodeResult, row: number): Float32Array =>
  vectors.subarray(row * dimensions, (row + 1) * dimensions);

/** Largest difference of a component between two vectors, measured by the longer one; 0 for two without length. */
export function difference(a: Float32Array, b: Float32Array): number {
  const scale = Math.max(norm(a), norm(b));
  let largest = a.length === b.length ? 0 : Infinity;
  for (let d = 0; d < a.length; d++) largest = Math.max(largest, Math.abs(a[d]! - b[d]!));
  return scale === 0 ? largest : largest / scale;
}
