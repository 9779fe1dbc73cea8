import type { CancellationToken } from "../../core/base/cancellation.ts";

/** A row that was found: the id it was added under, and its cosine. */
export interface Scored {
  readonly id: number;
  readonly score: number;
}

/** For every row its k nearest other rows: row-major [rows, k]; -1 and 0 where there are fewer. */
export interface NearestRows {
  readonly ids: Int32Array;
  readonly k: number;
  /** Ids, not row numbers. */
  readonly neighbours: Int32Array;
  readonly scores: Float32Array;
}

/** Vectors of one encoder in memory, [rows, dimensions], growing by blocks; search in it is exact. */
export interface VectorMatrix {
  readonly dimensions: number;
  /** Rows that can be found. */
  readonly rows: number;
  readonly bytes: number;
  has(id: number): boolean;
  /** Adds rows of unit length; a row of zeros is remembered (see has) and never found. Ids are whole numbers ≥ 0, each added once. */
  append(ids: Int32Array, vectors: Float32Array): void;
  /** So many rows will be appended soon: they get their room at once. */
  reserve(rows: number): void;
  /** Unit length; undefined for an unknown id and for a row of zeros. */
  vector(id: number): Float32Array | undefined;
  /** @param accept by id: 1 = may be found; without it all may. Ties by lower id. */
  topK(query: Float32Array, k: number, accept?: Uint8Array): Promise<readonly Scored[]>;
  /** Nearest rows of all rows that `accept` lets through, among these. Yields to other work; checks the token between blocks. */
  nearest(k: number, token: CancellationToken, accept?: Uint8Array): Promise<NearestRows>;
  /** Cosines of `pairs` random pairs of different accepted rows, the same for the same seed. */
  randomCosines(pairs: number, seed: number, accept?: Uint8Array): Float32Array;
}
