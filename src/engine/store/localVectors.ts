import type { CancellationToken } from "../../core/base/cancellation.ts";
import { cancelled } from "../../protocol/errors.ts";
import type { VectorMatrix } from "../kernels/vectorMatrix.ts";
import type { Catalogue } from "./catalogue.ts";
import type { BlockRow } from "./change.ts";
import { createRowPlaces, type RowPlaces } from "./rowPlaces.ts";
import type { Storage } from "./storage.ts";
import type { EncoderKey, Found, SearchOptions, VectorRow, VectorStore } from "./vectorStore.ts";

/** Makes an empty matrix in which all vectors are kept as they are. */
export type MakeMatrix = (dimensions: number) => VectorMatrix;
/** Makes one that keeps int8 rows, and ranks what it finds by the exact ones, which it asks for by their ids: [ids, dimensions]. */
export type MakeQuantised = (dimensions: number, exact: (ids: Int32Array) => Promise<Float32Array>) => VectorMatrix;

/** The vectors of the local index: in the store as blocks, in memory as matrices of those encoders that are in use. */
export interface LocalVectors {
  readonly store: VectorStore;
  /** Stays right when the index is forgotten or made anew. */
  matrix(encoder: EncoderKey): VectorMatrix;
  bytesOf(encoder: EncoderKey): number;
  /** Takes in blocks that another process has written; everything anew after a new epoch. */
  catchUp(): void;
}

export interface VectorParts {
  readonly storage: Storage;
  readonly catalogue: Catalogue;
  readonly makeMatrix: MakeMatrix;
  readonly makeQuantised: MakeQuantised | undefined;
  readonly memoryBytes: number;
  readonly mayWrite: () => void;
}

interface Loaded {
  readonly encoder: EncoderKey;
  readonly matrix: VectorMatrix;
  /** Where a quantised matrix finds its exact rows; undefined for an exact one. */
  readonly places: RowPlaces | undefined;
  lastBlock: number;
}

export function createLocalVectors(parts: VectorParts): LocalVectors {
  const { storage, catalogue, mayWrite } = parts;
  const loaded = new Map<string, Loaded>();
  let epoch = storage.epoch;
  /** Bytes of vectors in the store, by identity. */
  const stored = new Map<string, number>();
  let storedEpoch: number | undefined;

  const countStored = (): void => {
    stored.clear();
    storedEpoch = storage.epoch;
    for (const { identity, dimensions, vectors } of storage.read((disk) => disk.encoders(), []))
      stored.set(identity, vectors * dimensions * BYTES);
    for (const { encoder, vectors } of storage.overlay.blocks) grow(encoder, vectors.byteLength);
  };
  const grow = ({ identity }: EncoderKey, bytes: number): void => {
    stored.set(identity, (stored.get(identity) ?? 0) + bytes);
  };
  const bytesOf = (encoder: EncoderKey): number => {
    if (storedEpoch !== storage.epoch) countStored();
    return stored.get(encoder.identity) ?? 0;
  };

  const readBlocks = (into: Loaded): void => {
    const { encoder, matrix, places } = into;
    const damaged: number[] = [];
    storage.read((disk) => {
      const rows = disk.rowsAfter(encoder.identity, into.lastBlock);
      if (rows === 0) return;
      matrix.reserve(rows);
      for (const { id, texts, vectors } of disk.blocksAfter(encoder.identity, into.lastBlock)) {
        into.lastBlock = id;
        if (vectors?.length !== texts.length * encoder.dimensions) {
          damaged.push(id);
          continue;
        }
        appendNew(matrix, texts, vectors);
        places?.put(id, texts);
      }
    }, undefined);
    // Their texts are encoded again; dropped by whoever may write.
    if (damaged.length > 0) storage.writeLater({ dropBlocks: damaged });
  };
  const exactRows = (encoder: EncoderKey, places: RowPlaces) => (texts: Int32Array) => {
    const { dimensions, identity } = encoder;
    const rows = new Float32Array(texts.length * dimensions);
    texts.forEach((text, at) => {
      const place = places.of(text);
      if (place === undefined) return;
      // Gone when another process has compacted the store since; then it is not found this once.
      const row = storage.read((disk) => disk.vector(...place, dimensions), undefined);
      if (row !== undefined) rows.set(row, at * dimensions);
    });
    for (const block of storage.overlay.blocks) {
      if (block.encoder.identity !== identity) continue;
      const rowOf = new Map(Array.from(block.texts, (text, row) => [text, row]));
      texts.forEach((text, at) => {
        const row = rowOf.get(text);
        if (row !== undefined) rows.set(block.vectors.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions);
      });
    }
    return Promise.resolve(rows);
  };
  const load = (encoder: EncoderKey): Loaded => {
    const known = loaded.get(encoder.identity);
    if (known !== undefined) return known;
    const used = [...loaded.values()].reduce((sum, { matrix }) => sum + matrix.bytes, 0);
    const { dimensions } = encoder;
    const tooLarge = used + bytesOf(encoder) > parts.memoryBytes;
    const quantised = tooLarge ? parts.makeQuantised : undefined;
    const places = quantised === undefined ? undefined : createRowPlaces();
    const matrix =
      quantised === undefined || places === undefined
        ? parts.makeMatrix(dimensions)
        : quantised(dimensions, exactRows(encoder, places));
    const result: Loaded = { encoder, matrix, lastBlock: 0, places };
    loaded.set(encoder.identity, result);
    readBlocks(result);
    for (const block of storage.overlay.blocks)
      if (block.encoder.identity === encoder.identity) appendNew(matrix, block.texts, block.vectors);
    return result;
  };
  /** One for each encoder, so that others can keep by it what they know of a matrix. */
  const standIns = new Map<string, VectorMatrix>();
  const matrixOf = (encoder: EncoderKey): VectorMatrix => {
    load(encoder);
    const known = standIns.get(encoder.identity) ?? standIn(encoder.dimensions, () => load(encoder).matrix);
    standIns.set(encoder.identity, known);
    return known;
  };

  const add = (encoder: EncoderKey, rows: readonly VectorRow[]): void => {
    mayWrite();
    // Without its matrix nobody would know which of them are there already.
    const own = load(encoder);
    const numbers = new Map<number, Float32Array>();
    for (const { hash, vector } of rows) {
      // A text that has gone since is found by nobody.
      const number = catalogue.numberOf(hash);
      if (number !== undefined && !own.matrix.has(number)) numbers.set(number, vector);
    }
    if (numbers.size === 0) return;
    const block = blockOf(encoder, numbers);
    if (!storage.write({ blocks: [block] })) return;
    appendNew(own.matrix, block.texts, block.vectors);
    if (own.places !== undefined) readBlocks(own);
    if (storedEpoch === storage.epoch) grow(encoder, block.vectors.byteLength);
  };

  return {
    matrix: matrixOf,
    bytesOf,
    catchUp: () => {
      storedEpoch = undefined;
      if (epoch === storage.epoch) for (const each of loaded.values()) readBlocks(each);
      // Loaded again when they are asked for.
      else loaded.clear();
      epoch = storage.epoch;
    },
    store: {
      missing: (encoder, hashes) => {
        const { matrix } = load(encoder);
        const lacks = (hash: string): boolean => {
          const number = catalogue.numberOf(hash);
          return number === undefined || !matrix.has(number);
        };
        return Promise.resolve(hashes.filter(lacks));
      },
      add: (encoder, rows) =>
        new Promise((resolve) => {
          add(encoder, rows);
          resolve();
        }),
      search: async (encoder: EncoderKey, query: Float32Array, options: SearchOptions, token: CancellationToken) => {
        const { matrix } = load(encoder);
        const accept = catalogue.allowed(options.filter ?? {}, options.queryFile);
        const itself = options.exceptHash === undefined ? undefined : catalogue.numberOf(options.exceptHash);
        if (itself !== undefined) accept[itself] = 0;
        const found = await matrix.topK(query, options.k, accept);
        if (token.isCancellationRequested) throw cancelled();
        return found
          .map(({ id, score }): Found => ({ hash: catalogue.hashOf(id), score }))
          .sort((a, b) => b.score - a.score || (a.hash < b.hash ? -1 : 1));
      },
      count: (encoder) => Promise.resolve(load(encoder).matrix.rows),
      // The index is disposed of as a whole.
      dispose: () => undefined,
    },
  };
}

const BYTES = Float32Array.BYTES_PER_ELEMENT;

function blockOf(encoder: EncoderKey, rows: ReadonlyMap<number, Float32Array>): BlockRow {
  const vectors = new Float32Array(rows.size * encoder.dimensions);
  [...rows.values()].forEach((vector, row) => {
    vectors.set(vector, row * encoder.dimensions);
  });
  return { encoder, texts: Int32Array.from(rows.keys()), vectors };
}

/** What holds a matrix need not know when it is loaded anew. */
const standIn = (dimensions: number, current: () => VectorMatrix): VectorMatrix => ({
  dimensions,
  get rows() {
    return current().rows;
  },
  get bytes() {
    return current().bytes;
  },
  has: (id) => current().has(id),
  append: (ids, vectors) => {
    current().append(ids, vectors);
  },
  reserve: (rows) => {
    current().reserve(rows);
  },
  vector: (id) => current().vector(id),
  topK: (query, k, accept) => current().topK(query, k, accept),
  nearest: (k, token, accept) => current().nearest(k, token, accept),
  randomCosines: (pairs, seed, accept) => current().randomCosines(pairs, seed, accept),
});

/** Appends the rows that a matrix has not: a block may have been written again, by a compaction or after a crash. */
function appendNew(matrix: VectorMatrix, texts: Int32Array, vectors: Float32Array): void {
  if (!texts.some((text) => matrix.has(text))) {
    matrix.append(texts, vectors);
    return;
  }
  const { dimensions } = matrix;
  texts.forEach((text, row) => {
    if (!matrix.has(text))
      matrix.append(texts.subarray(row, row + 1), vectors.subarray(row * dimensions, (row + 1) * dimensions));
  });
}
