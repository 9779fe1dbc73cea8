import { bestLists, nearestOf, offer, scoredOf, type BestLists } from "./bestLists.ts";
import type { Kernels } from "./kernels.ts";
import { nearestRows } from "./nearestRows.ts";
import { cosine, randomCosines } from "./randomCosines.ts";
import { BLOCK_ROWS, rowBlocks } from "./rowBlocks.ts";
import { appendRows, NO_ROW, rowIds } from "./rowIds.ts";
import type { VectorMatrix } from "./vectorMatrix.ts";

/** Reads vectors of unit length as they were appended: [ids.length, dimensions]. */
export type ExactVectors = (ids: Int32Array) => Promise<Float32Array>;

/** A row's largest number becomes ±127; stored with this added, because the product wants unsigned rows. */
const LEVELS = 127;
const OFFSET = 128;
/**
 * A query's largest number becomes ±64. Older x64 processors add two products of an unsigned and a signed byte in 16 bits:
 * 2 · 255 · 64 just fits, with 127 they would silently saturate.
 */
const QUERY_LEVELS = 64;
/**
 * Candidates for each row that is wanted. Measured on paragraphs of real pages: with twice as many recall@10 is 0.999 for
 * 44 727 vectors of a static encoder that lie close together (median cosine 0.88), 1.000 for 16 000 of a transformer; with
 * three times 1.000 for both. (One scale for all rows instead of one each: 0.93 and 1.000.)
 */
const CANDIDATES = 4;
/** A single neighbour may hide behind many that are nearly as near. */
const MIN_CANDIDATES = 32;
/** Rows whose candidates are read and ranked at once. */
const RANKED_AT_ONCE = 256;

/**
 * Vectors as one byte a number, for a quarter of the memory: candidates are found by them, then ranked by the exact vectors,
 * so that every cosine that topK and nearest give is exact. `vector` and `randomCosines` are within some thousandths.
 */
export function createQuantisedMatrix(kernels: Kernels, dimensions: number, exact: ExactVectors): VectorMatrix {
  const vectors = rowBlocks<Uint8Array>((length) => new Uint8Array(length), dimensions);
  /** A row times its scale has unit length. */
  const scales = rowBlocks<Float32Array>((length) => new Float32Array(length), 1);
  const ids = rowIds();

  const widen = (row: number, out: Float32Array, from: number): void => {
    const bytes = vectors.row(row);
    const scale = scales.row(row)[0]!;
    for (let at = 0; at < dimensions; at++) out[from + at] = (bytes[at]! - OFFSET) * scale;
  };
  const widened = (rows: Int32Array): Float32Array => {
    const out = new Float32Array(rows.length * dimensions);
    rows.forEach((row, at) => {
      widen(row, out, at * dimensions);
    });
    return out;
  };

  const candidates = async (query: Float32Array, count: number, accept: Uint8Array | undefined): Promise<Int32Array> => {
    const { values, sum } = quantisedQuery(query);
    const best = bestLists(1, count);
    const buffer = new Int32Array(BLOCK_ROWS);
    const [idBlocks, scaleBlocks] = [ids.blocks(), scales.blocks()];
    for (const [index, rows] of vectors.blocks().entries()) {
      const idsHere = idBlocks[index]!;
      const scalesHere = scaleBlocks[index]!;
      const products = buffer.subarray(0, idsHere.length);
      await kernels.integerScores(rows, values, products);
      let lowest = best.scores[count - 1]!;
      for (let row = 0; row < products.length; row++) {
        const score = (products[row]! - OFFSET * sum) * scalesHere[row]!;
        if (score < lowest) continue;
        const id = idsHere[row]!;
        if (accept !== undefined && accept[id] !== 1) continue;
        offer(best, 0, score, id);
        lowest = best.scores[count - 1]!;
      }
    }
    return best.ids.filter((id) => id >= 0);
  };

  /** The k best of each list of candidates by exact cosines. */
  const ranked = async (queries: Int32Array, found: BestLists, k: number): Promise<BestLists> => {
    const lists = bestLists(queries.length, k);
    for (let from = 0; from < queries.length; from += RANKED_AT_ONCE) {
      const to = Math.min(queries.length, from + RANKED_AT_ONCE);
      const among = found.ids.subarray(from * found.k, to * found.k);
      const wanted = [...new Set([...queries.subarray(from, to), ...among])].filter((id) => id >= 0).sort((a, b) => a - b);
      const read = await exact(Int32Array.from(wanted));
      const place = new Map(wanted.map((id, at) => [id, at]));
      const vectorOf = (id: number): Float32Array => {
        const at = place.get(id)!;
        return read.subarray(at * dimensions, (at + 1) * dimensions);
      };
      for (let list = from; list < to; list++) {
        const query = vectorOf(queries[list]!);
        for (let at = (list - from) * found.k; at < (list - from + 1) * found.k; at++) {
          const id = among[at]!;
          if (id >= 0) offer(lists, list, cosine(query, vectorOf(id)), id);
        }
      }
    }
    return lists;
  };

  return {
    dimensions,
    get rows() {
      return vectors.rows;
    },
    get bytes() {
      return vectors.bytes + scales.bytes + ids.bytes;
    },
    has: (id) => ids.rowOf(id) !== undefined,
    reserve: (rows) => {
      vectors.reserve(rows);
      scales.reserve(rows);
    },
    append: (added, values) => {
      appendRows(ids, dimensions, added, values, (rows) => {
        const quantised = quantisedRows(rows, dimensions);
        vectors.append(quantised.values);
        scales.append(quantised.scales);
      });
    },
    vector: (id) => {
      const row = ids.rowOf(id) ?? NO_ROW;
      return row === NO_ROW ? undefined : widened(Int32Array.of(row));
    },
    topK: async (query, k, accept) => {
      if (query.length !== dimensions) throw new RangeError(`a query of ${query.length} among ${dimensions} dimensions`);
      if (k === 0 || vectors.rows === 0) return [];
      const found = await candidates(query, candidatesFor(k), accept);
      const read = await exact(found);
      const best = bestLists(1, k);
      found.forEach((id, at) => {
        offer(best, 0, cosine(query, read.subarray(at * dimensions, (at + 1) * dimensions)), id);
      });
      return scoredOf(best);
    },
    nearest: async (k, token, accept) => {
      const rows = ids.accepted(accept);
      const queries = ids.idsOf(rows);
      const source = {
        rows: rows.length,
        dimensions,
        gather: (from: number, to: number) => widened(rows.subarray(from, to)),
      };
      const found = await nearestRows(kernels, source, queries, k === 0 ? 0 : candidatesFor(k), token);
      return nearestOf(queries, await ranked(queries, found, k));
    },
    randomCosines: (pairs, seed, accept) =>
      randomCosines(ids.accepted(accept), (row) => widened(Int32Array.of(row)), pairs, seed),
  };
}

const candidatesFor = (k: number): number => Math.max(MIN_CANDIDATES, CANDIDATES * k);

function quantisedRows(rows: Float32Array, d: number): { readonly values: Uint8Array; readonly scales: Float32Array } {
  const count = rows.length / d;
  const values = new Uint8Array(rows.length);
  const scales = new Float32Array(count);
  for (let row = 0; row < count; row++) {
    const factor = LEVELS / largest(rows, row * d, (row + 1) * d);
    let squares = 0;
    for (let at = row * d; at < (row + 1) * d; at++) {
      const value = Math.round(rows[at]! * factor);
      values[at] = value + OFFSET;
      squares += value * value;
    }
    scales[row] = 1 / Math.sqrt(squares);
  }
  return { values, scales };
}

/** A query as whole numbers. Its scale is left out: it changes no order. */
function quantisedQuery(query: Float32Array): { readonly values: Int8Array; readonly sum: number } {
  const size = largest(query, 0, query.length);
  const factor = size === 0 ? 0 : QUERY_LEVELS / size;
  const values = Int8Array.from(query, (value) => Math.round(value * factor));
  return { values, sum: values.reduce((sum, value) => sum + value, 0) };
}

function largest(values: Float32Array, from: number, to: number): number {
  let most = 0;
  for (let at = from; at < to; at++) most = Math.max(most, Math.abs(values[at]!));
  return most;
}
