import type { CancellationToken } from "../../core/base/cancellation.ts";
import type { Disposable } from "../../core/base/disposable.ts";
import type { Place, SearchFilter } from "../../protocol/workspace.ts";

/** What made a vector: vectors of different identities never meet. */
export interface EncoderKey {
  /** For people. */
  readonly id: string;
  /** Hash of everything that determines a vector: see protocol/engine's EmbedResult. */
  readonly identity: string;
  readonly dimensions: number;
}

/** A text's vector on its way into a store. */
export interface VectorRow {
  /** sha256 of the text as it was encoded, hex. */
  readonly hash: string;
  /** Unit length; all zeros for a text without a vector, which is remembered and never found. */
  readonly vector: Float32Array;
  /** What a shared store keeps beside it; the local one has a catalogue for that. */
  readonly described?: Described;
}

export interface Found {
  readonly hash: string;
  /** Cosine. */
  readonly score: number;
  /** From a shared store only. */
  readonly described?: Described;
}

export interface SearchOptions {
  readonly k: number;
  readonly filter?: SearchFilter;
  /** Never found: the query itself. */
  readonly exceptHash?: string;
  /** The file the query stands in, absolute; what `filter.otherFiles` leaves out. */
  readonly queryFile?: string;
}

/**
 * Where vectors are kept and searched: this machine's database with exact search, or an engine that many share.
 * Rejections are EmbedErrors that say what to do.
 */
export interface VectorStore extends Disposable {
  /** Those of the texts that have no vector of this encoder, in the order given. */
  missing(encoder: EncoderKey, hashes: readonly string[]): Promise<readonly string[]>;
  /** Adds vectors all or none. Adding one again changes nothing, so that what was interrupted may be sent again. */
  add(encoder: EncoderKey, rows: readonly VectorRow[]): Promise<void>;
  /** The k most similar texts, best first; ties by hash. */
  search(encoder: EncoderKey, query: Float32Array, options: SearchOptions, token: CancellationToken): Promise<readonly Found[]>;
  /** How many texts have a vector of this encoder. */
  count(encoder: EncoderKey): Promise<number>;
}

/** Text and places of what was found; a shared store carries them along, the local one reads its catalogue. */
export interface Described {
  readonly content: string;
  readonly places: readonly Place[];
}
