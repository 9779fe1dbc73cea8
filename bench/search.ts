/**
 * The engine's search over vectors in memory against what else could do it: usearch, a plain memory scan, loops in
 * JavaScript. Sides take turns in one process; each number is a ratio of medians. Prints, and exits 0 whatever comes out.
 */
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

import type * as ort from "onnxruntime-node";
import usearch from "usearch";

import { FLOAT, graph, integerAttribute, integersAttribute, node, value, writeKernels } from "../scripts/kernels.ts";
import { neverCancelled } from "../src/core/base/cancellation.ts";
import { cosines } from "../src/engine/kernels/cosines.ts";
import { createVectorMatrix } from "../src/engine/kernels/floatMatrix.ts";
import { createKernels } from "../src/engine/kernels/kernels.ts";
import { createQuantisedMatrix } from "../src/engine/kernels/quantisedMatrix.ts";
import { BLOCK_ROWS } from "../src/engine/kernels/rowBlocks.ts";
import type { VectorMatrix } from "../src/engine/kernels/vectorMatrix.ts";
import { clusteredVectors } from "./clusteredVectors.ts";
import { plainCosines, plainNearest } from "./plainLoops.ts";
import { takeTurns } from "./rounds.ts";

// ONNX Runtime reads it when it is loaded, by the first product.
process.env["ORT_DISABLE_TELEMETRY"] = "1";

const D = 384;
const K = 10;
/** Rounds of what takes milliseconds, and of what takes seconds. */
const MANY = 25;
const FEW = 5;
const CORES = os.availableParallelism();

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "kernels-"));
writeKernels(folder);
const kernelsOf = (threads: number) => createKernels(folder, threads);

function matrixOf(vectors: Float32Array, threads: number): VectorMatrix {
  const matrix = createVectorMatrix(kernelsOf(threads), D);
  matrix.append(idsFrom(0, vectors.length / D), vectors);
  return matrix;
}

const idsFrom = (first: number, count: number): Int32Array => Int32Array.from({ length: count }, (_, at) => first + at);

const allOf = (n: number): Float32Array => clusteredVectors(n, D, n).next().value as Float32Array;

/** A different query each time, so that none is at hand. */
function queriesOf(vectors: Float32Array): () => Float32Array {
  const n = vectors.length / D;
  let next = 0;
  return () => {
    next = (next + 7919) % n;
    return vectors.slice(next * D, (next + 1) * D);
  };
}

function report(what: string, ratio: number, goal: string, times: Readonly<Record<string, number>>): void {
  const each = Object.entries(times).map(([name, ms]) => `${name} ${ms < 1000 ? ms.toFixed(2) : ms.toFixed(0)} ms`);
  console.log(`${what}: ${ratio.toFixed(2)} times (goal ${goal}); ${each.join(", ")}`);
}

/** Reads all bytes of the blocks and does next to nothing with them: the maximum of each row, which is shared among threads. */
async function memoryScan(vectors: Float32Array, threads: number): Promise<() => Promise<void>> {
  const { InferenceSession, Tensor } = createRequire(import.meta.url)("onnxruntime-node") as typeof ort;
  const file = path.join(folder, "maximum.onnx");
  const maximum = node("ReduceMax", ["rows"], "maxima")
    .bytes(5, integersAttribute("axes", [1]))
    .bytes(5, integerAttribute("keepdims", 0));
  fs.writeFileSync(file, graph([maximum], [value("rows", FLOAT, ["n", "d"])], value("maxima", FLOAT, ["n"])));
  const session = await InferenceSession.create(file, {
    intraOpNumThreads: threads,
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  });
  const blocks: ort.Tensor[] = [];
  for (let from = 0; from < vectors.length; from += BLOCK_ROWS * D) {
    const rows = vectors.subarray(from, from + BLOCK_ROWS * D);
    blocks.push(new Tensor("float32", rows, [rows.length / D, D]));
  }
  return async () => {
    for (const rows of blocks) await session.run({ rows });
  };
}

async function topTen(): Promise<void> {
  const n = 100_000;
  const vectors = allOf(n);
  const query = queriesOf(vectors);
  const one = matrixOf(vectors, 1);
  const scanOne = await memoryScan(vectors, 1);
  const single = await takeTurns(MANY, {
    ours: () => one.topK(query(), K),
    usearch: () => usearch.exactSearch(vectors, query(), D, K, usearch.MetricKind.IP, 1),
    scan: scanOne,
  });
  report(`top ${K} of ${n}, 1 thread, of usearch's exactSearch`, single.ours / single.usearch, "≤ 0.9", single);
  report(`top ${K} of ${n}, 1 thread, of a memory scan`, single.ours / single.scan, "≤ 1.5", single);
  const all = matrixOf(vectors, CORES);
  const scanAll = await memoryScan(vectors, CORES);
  const many = await takeTurns(MANY, {
    ours: () => all.topK(query(), K),
    usearch: () => usearch.exactSearch(vectors, query(), D, K, usearch.MetricKind.IP, CORES),
    scan: scanAll,
  });
  report(`top ${K} of ${n}, ${CORES} threads, of a memory scan`, many.ours / many.scan, "≤ 1.5", many);
  report(`top ${K} of ${n}, ${CORES} threads, of usearch's exactSearch`, many.ours / many.usearch, "none", many);
}

async function allNearest(vectors: Float32Array, n: number): Promise<void> {
  // The loop takes the same time for every query: a slice of them, scaled up.
  const slice = 200;
  const matrix = matrixOf(vectors, CORES);
  const one = matrixOf(vectors, 1);
  const times = await takeTurns(FEW, {
    ours: () => matrix.nearest(K, neverCancelled),
    "ours on 1 thread": () => one.nearest(K, neverCancelled),
    loop: () => plainNearest(vectors, n, D, K, slice),
  });
  times.loop *= n / slice;
  report(
    `${K} nearest of each of ${n} faster than a loop (timed on ${slice} queries, scaled up)`,
    times.loop / times.ours,
    "≥ 5",
    times,
  );
}

async function allCosines(vectors: Float32Array, n: number): Promise<void> {
  const step = 50;
  const kernels = kernelsOf(CORES);
  const hasVector = new Uint8Array(n).fill(1);
  const times = await takeTurns(FEW, {
    ours: () => cosines(kernels, vectors, n, D, hasVector, neverCancelled),
    loop: () => plainCosines(vectors, n, D, step),
  });
  // The loop over each pair once; over all n × n it takes twice as long.
  times.loop *= step;
  report(
    `cosines of ${n} × ${n} faster than a loop (timed on every ${step}th row, scaled up)`,
    (2 * times.loop) / times.ours,
    "≥ 60",
    { ours: times.ours, loop: 2 * times.loop },
  );
  report(`the same, when the loop too takes each pair once`, times.loop / times.ours, "none", times);
}

async function bytesAgainstFloats(): Promise<void> {
  const n = 1_000_000;
  const batch = 10_000;
  for (const threads of new Set([1, CORES])) {
    const kernels = kernelsOf(threads);
    const floats = createVectorMatrix(kernels, D);
    const exact = (ids: Int32Array): Promise<Float32Array> => {
      const out = new Float32Array(ids.length * D);
      ids.forEach((id, at) => {
        out.set(floats.vector(id)!, at * D);
      });
      return Promise.resolve(out);
    };
    const bytes = createQuantisedMatrix(kernels, D, exact);
    let first = 0;
    for (const vectors of clusteredVectors(n, D, batch)) {
      const ids = idsFrom(first, vectors.length / D);
      floats.append(ids, vectors);
      bytes.append(ids, vectors);
      first += ids.length;
    }
    let next = 0;
    const query = (): Float32Array => floats.vector((next = (next + 7919) % n))!;
    const queries = 100;
    let found = 0;
    for (let at = 0; at < queries; at++) {
      const asked = query();
      const best = new Set((await floats.topK(asked, K)).map(({ id }) => id));
      for (const { id } of await bytes.topK(asked, K)) if (best.has(id)) found++;
    }
    const times = await takeTurns(FEW * 3, { bytes: () => bytes.topK(query(), K), floats: () => floats.topK(query(), K) });
    report(
      `top ${K} of ${n} by bytes, ranked by exact vectors in memory, faster than by floats, ${threads} threads`,
      times.floats / times.bytes,
      "≥ 2.5",
      times,
    );
    const memory = `${(bytes.bytes / 1e6).toFixed(0)} MB of ${(floats.bytes / 1e6).toFixed(0)} MB`;
    console.log(`  recall@${K} ${(found / (queries * K)).toFixed(4)} over ${queries} queries (goal ≥ 0.99); ${memory}`);
  }
}

const versionOf = (name: string): string => {
  const file = path.join(import.meta.dirname, "../node_modules", name, "package.json");
  return (JSON.parse(fs.readFileSync(file, "utf8")) as { version: string }).version;
};
console.log(
  `${CORES} × ${os.cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}, onnxruntime-node ${versionOf("onnxruntime-node")}, usearch ${versionOf("usearch")}; ` +
    `vectors of ${D} numbers in clusters; load ${os.loadavg()[0]!.toFixed(1)}`,
);
await topTen();
const tenThousand = allOf(10_000);
await allNearest(tenThousand, 10_000);
await allCosines(tenThousand, 10_000);
await bytesAgainstFloats();
fs.rmSync(folder, { recursive: true, force: true });
