import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

import type * as ort from "onnxruntime-node";

import { unreadable } from "../../protocol/errors.ts";

/**
 * Products of vectors by ONNX Runtime. A call gives way to other work first, then blocks this thread until it is done:
 * callers cut their work into blocks. Results are written into `out`.
 */
export interface Kernels {
  /** rows [n, d] · query [d] → out [n] */
  scores(rows: Float32Array, query: Float32Array, out: Float32Array): Promise<void>;
  /** The same in whole numbers. Exact on every processor as long as |query| ≤ 64: see quantisedMatrix.ts. */
  integerScores(rows: Uint8Array, query: Int8Array, out: Int32Array): Promise<void>;
  /** queries [m, d] · rows [n, d]ᵀ → out [m, n], cut off at ±1 */
  products(queries: Float32Array, rows: Float32Array, dimensions: number, out: Float32Array): Promise<void>;
}

type Runtime = Pick<typeof ort, "InferenceSession" | "Tensor">;

/**
 * @param folder where scripts/kernels.ts wrote the graphs, absolute
 * @param threads of one product; default one per core
 * Calls are rejected with `unreadable` when a graph cannot be opened.
 */
export function createKernels(folder: string, threads = os.availableParallelism()): Kernels {
  const sessions = new Map<string, Promise<ort.InferenceSession>>();

  const session = (name: string): Promise<ort.InferenceSession> => {
    const known = sessions.get(name);
    if (known !== undefined) return known;
    const opened = openSession(path.join(folder, name), threads);
    sessions.set(name, opened);
    // A later call may find the file again.
    opened.catch(() => sessions.delete(name));
    return opened;
  };

  return {
    scores: async (rows, query, out) => {
      const { Tensor } = runtime();
      const [n, d] = [out.length, query.length];
      await (
        await session("scores.onnx")
      ).run(
        { rows: new Tensor("float32", rows, [n, d]), query: new Tensor("float32", query, [d, 1]) },
        { scores: new Tensor("float32", out, [n, 1]) },
      );
    },
    integerScores: async (rows, query, out) => {
      const { Tensor } = runtime();
      const [n, d] = [out.length, query.length];
      await (
        await session("integerScores.onnx")
      ).run(
        { rows: new Tensor("uint8", rows, [n, d]), query: new Tensor("int8", query, [d, 1]) },
        { scores: new Tensor("int32", out, [n, 1]) },
      );
    },
    products: async (queries, rows, d, out) => {
      const { Tensor } = runtime();
      const [m, n] = [queries.length / d, rows.length / d];
      await (
        await session("products.onnx")
      ).run(
        { queries: new Tensor("float32", queries, [m, d]), rows: new Tensor("float32", rows, [n, d]) },
        { scores: new Tensor("float32", out, [m, n]) },
      );
    },
  };
}

let loaded: Runtime | undefined;

/** Loaded by the first product: an engine that only splits and encodes starts without it. */
function runtime(): Runtime {
  if (loaded === undefined) {
    // onnxruntime-node 1.30 mistakes half-precision inputs where this global exists (microsoft/onnxruntime#32323).
    Reflect.deleteProperty(globalThis, "Float16Array");
    loaded = createRequire(import.meta.url)("onnxruntime-node") as Runtime;
  }
  return loaded;
}

async function openSession(file: string, threads: number): Promise<ort.InferenceSession> {
  try {
    return await runtime().InferenceSession.create(file, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      logSeverityLevel: 3,
      // Threads that spin between products would take the encoders' cores.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
  } catch (error) {
    throw unreadable(file, error instanceof Error ? error.message.slice(0, 300).replace(/\.$/, "") : String(error));
  }
}
