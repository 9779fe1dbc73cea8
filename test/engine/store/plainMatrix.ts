import type { NearestRows, Scored, VectorMatrix } from "../../../src/engine/kernels/vectorMatrix.ts";

/** The plainest matrix there can be, so that tests of the store test the store. */
export function plainMatrix(dimensions: number): VectorMatrix {
  const vectors = new Map<number, Float32Array>();
  const findable = (): [number, Float32Array][] => [...vectors].filter(([, vector]) => vector.some((value) => value !== 0));
  return {
    dimensions,
    get rows() {
      return findable().length;
    },
    get bytes() {
      return vectors.size * dimensions * 4;
    },
    has: (id) => vectors.has(id),
    reserve: () => undefined,
    append: (ids, rows) => {
      ids.forEach((id, row) => {
        if (vectors.has(id)) throw new RangeError(`${String(id)} twice`);
        vectors.set(id, rows.slice(row * dimensions, (row + 1) * dimensions));
      });
    },
    vector: (id) => vectors.get(id),
    topK: (query, k, accept) =>
      Promise.resolve(
        findable()
          .filter(([id]) => accept === undefined || accept[id] === 1)
          .map(([id, vector]): Scored => ({ id, score: dot(query, vector) }))
          .sort((a, b) => b.score - a.score || a.id - b.id)
          .slice(0, k),
      ),
    nearest: (): Promise<NearestRows> => Promise.reject(new Error("not asked for here")),
    randomCosines: () => new Float32Array(0),
  };
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, at) => sum + value * b[at]!, 0);
