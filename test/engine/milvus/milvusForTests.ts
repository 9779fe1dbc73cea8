import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before } from "node:test";

import { startMilvus } from "../../../scripts/milvus/server.ts";
import type { MilvusServer } from "../../../scripts/milvus/server.ts";
import { seededRandom } from "../../../src/core/base/random.ts";
import { openMilvusStore } from "../../../src/engine/store/milvusStore.ts";
import type { SharedStore } from "../../../src/engine/store/milvusStore.ts";
import type { SharedRow } from "../../../src/engine/store/share.ts";
import type { EncoderKey } from "../../../src/engine/store/vectorStore.ts";
import { errorData } from "../../../src/protocol/errors.ts";
import type { ErrorCode } from "../../../src/protocol/errors.ts";
import type { Place } from "../../../src/protocol/workspace.ts";

const DIMENSIONS = 384;
export const encoder: EncoderKey = { id: "a", identity: "identity of a", dimensions: DIMENSIONS };

export interface MilvusForTests {
  readonly server: () => MilvusServer;
  /** A store on it, which is closed after the tests. */
  readonly open: (repository?: string, token?: string) => SharedStore;
}

/** A server for all tests of a file. */
export function milvusForTests(): MilvusForTests {
  let milvus: MilvusServer | undefined;
  const stores: SharedStore[] = [];
  before(async () => {
    milvus = await startMilvus();
  });
  after(async () => {
    for (const store of stores) store.dispose();
    await milvus?.stop();
  });
  return {
    server: () => milvus!,
    open: (repository = "ours", token) => {
      const server = { address: milvus!.address, secure: false, ...(token === undefined ? {} : { token }) };
      const store = openMilvusStore(server, { repository });
      stores.push(store);
      return store;
    },
  };
}

export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

export const place = (at: string): Place => ({
  file: `/home/someone/${at}`,
  path: at,
  languageId: "typescript",
  range: { start: { line: 1, character: 2 }, end: { line: 3, character: 4 } },
  label: "f",
  kind: "function",
});

export function row(text: string, vector: readonly number[], places: readonly Place[], content = text): SharedRow {
  return { hash: hashOf(text), vector: unit(Float32Array.from(vector)), described: { content, places } };
}

/** Around forty centres, as texts are: each cosine with its own centre some 0.7. */
export function clusteredRows(count: number, seed = 1): SharedRow[] {
  const centres = gaussian(40 * DIMENSIONS, 3);
  const noise = gaussian(count * DIMENSIONS, seed);
  return Array.from({ length: count }, (_, index) => {
    const centre = (index % 40) * DIMENSIONS;
    const vector = Float32Array.from({ length: DIMENSIONS }, (__, d) => centres[centre + d]! + noise[index * DIMENSIONS + d]!);
    return {
      hash: hashOf(`${String(seed)} ${String(index)}`),
      vector: unit(vector),
      described: { content: `text ${String(index)}`, places: [place(`${String(index)}.ts`)] },
    };
  });
}

function gaussian(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((x) => x / length);
}

export async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

export const isError =
  (code: ErrorCode, message = /./) =>
  (thrown: unknown): boolean => {
    const data = errorData(thrown);
    assert.equal(data.code, code, data.message);
    assert.match(data.message, message);
    return true;
  };
