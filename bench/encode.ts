/**
 * Chunks per second of our engine's way (the embedder → pool → encoder processes) against @huggingface/transformers with the
 * same weights on the same real chunks. Both sides take turns; each number is a median. Prints, and exits 0 whatever comes out.
 */
import { fork } from "node:child_process";
import os from "node:os";
import path from "node:path";

import type { Precision } from "../src/core/encoders/card.ts";
import { createEmbedder } from "../src/engine/embed.ts";
import { createPool, type EncoderPool } from "../src/engine/pool.ts";
import { createRegistry } from "../src/engine/registry.ts";
import { createVectorCache } from "../src/engine/vectorCache.ts";
import { realChunks } from "./chunks.ts";
import type { PeerMessage } from "./peerMessages.ts";
import { peerModel } from "./peerModel.ts";

const root = path.resolve(import.meta.dirname, "..");
const ROUNDS = 5;
const PEER_BATCHES = [1, 8, 32] as const;
/** Chunks on which the peer's best batch size is found. */
const TRIAL = 128;
const ID = "all-MiniLM-L6-v2";
/** Precisions named on the command line, or all. */
const CHOSEN = (["fp32", "w8", "int8"] as const).filter(
  (precision) => process.argv.length < 3 || process.argv.includes(precision),
);

const NEVER = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

interface Timed {
  readonly ms: number;
  /** Share of the workers' time that was not inside session.run. */
  readonly outside: number;
  readonly vectors: Float32Array;
}

/** The engine's own way, with nothing cached. */
async function ours(pool: EncoderPool, texts: readonly string[], precision: Precision): Promise<Timed> {
  let run = 0;
  const measured: EncoderPool = {
    ...pool,
    encodeAll: async (...args) => {
      const results = await pool.encodeAll(...args);
      for (const { ms } of results) run += ms.run;
      return results;
    },
  };
  const registry = createRegistry([path.join(root, "models")], () => undefined);
  const started = performance.now();
  const { vectors } = await createEmbedder(measured, registry, createVectorCache()).embed({
    encoder: { id: ID, precision },
    texts,
    priority: "background",
    onProgress: () => undefined,
    token: NEVER,
  });
  const ms = performance.now() - started;
  return { ms, outside: 1 - run / (ms * pool.workers), vectors };
}

function startPeer() {
  const child = fork(path.join(import.meta.dirname, "transformersPeer.ts"), {
    serialization: "advanced",
    env: { ...process.env, ORT_DISABLE_TELEMETRY: "1" },
  });
  const ask = <T>(message: PeerMessage): Promise<T> =>
    new Promise((resolve, reject) => {
      child.once("message", (answer: { value: T } | { error: string }) => {
        if ("error" in answer) reject(new Error(answer.error));
        else resolve(answer.value);
      });
      child.send(message);
    });
  return { ask, stop: () => child.kill() };
}

function meanCosine(a: Float32Array, rows: readonly Float32Array[]): number {
  const b = rows.flatMap((row) => [...row]);
  const n = rows.reduce((sum, row) => sum + row.length, 0);
  const dimensions = 384;
  let sum = 0;
  for (let at = 0; at < n; at++) sum += a[at]! * b[at]!;
  return sum / (n / dimensions);
}

const chunks = await realChunks();
const characters = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
console.log(
  `${ID}: ${String(chunks.length)} chunks of this project, ${String(Math.round(characters / chunks.length))} characters on average`,
);
console.log(
  `${String(os.availableParallelism())} × ${os.cpus()[0]?.model ?? "unknown processor"}, Node ${process.version}, ${String(ROUNDS)} rounds, taking turns`,
);
const folder = peerModel(ID);
const pool = createPool({
  program: path.join(root, "src/encoder/main.ts"),
  workers: os.availableParallelism(),
  onLog: console.error,
  onGaveUp: console.error,
});

for (const precision of CHOSEN) {
  const peer = startPeer();
  // w8 is widened at load and computes in fp32: that is what it is compared with.
  await peer.ask({ kind: "open", folder, id: ID, precision: precision === "w8" ? "fp32" : precision });
  const theirs = (batch: number, texts = chunks) =>
    peer.ask<{ ms: number; vectors: Float32Array[] }>({ kind: "encode", texts, batch });
  const trials = [];
  await theirs(1, chunks.slice(0, TRIAL));
  for (const batch of [...PEER_BATCHES, ...PEER_BATCHES])
    trials.push({ batch, ms: (await theirs(batch, chunks.slice(0, TRIAL))).ms });
  const best = trials.reduce((a, b) => (b.ms < a.ms ? b : a)).batch;
  const warm = await ours(pool, chunks, precision);
  const same = meanCosine(warm.vectors, (await theirs(best)).vectors);
  const our: Timed[] = [];
  const their: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    our.push(await ours(pool, chunks, precision));
    their.push((await theirs(best)).ms);
  }
  peer.stop();
  const [a, b] = [median(our.map(({ ms }) => ms)), median(their)];
  const rate = (ms: number): string => (chunks.length / (ms / 1000)).toFixed(1);
  const outside = median(our.map((round) => round.outside));
  console.log(
    `${precision.padEnd(4)}  ours ${rate(a)} chunks/s, transformers.js at batch ${String(best)} ${rate(b)}: ${(b / a).toFixed(2)} times; ` +
      `outside session.run ${(outside * 100).toFixed(1)} %; mean cosine between both ${same.toFixed(5)}`,
  );
}
pool.dispose();
