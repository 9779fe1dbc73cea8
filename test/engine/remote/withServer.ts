import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { embed, type EmbedResult } from "../../../src/protocol/engine.ts";
import { errorData, type ErrorCode } from "../../../src/protocol/errors.ts";
import { addRemoteEncoder, allowRemote, type RemoteConsent } from "../../../src/protocol/remote.ts";
import type { EngineClient } from "../../../src/process/engineClient.ts";
import { startEngine } from "../startEngine.ts";
import { startFakeServer, type FakeServer } from "./fakeServer.ts";

/** Nobody waits in a test. */
export const PATIENCE = { stallMs: 400, backOffMs: 5 };

export interface RemotePlace {
  readonly engine: EngineClient;
  readonly server: FakeServer;
  readonly folder: string;
  readonly allow: (...allowed: RemoteConsent[]) => Promise<unknown>;
}

/** A server that answers as it is told, and an engine that may be allowed to ask it. */
export async function withServer(body: (place: RemotePlace) => Promise<void>): Promise<void> {
  const server = await startFakeServer();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "compare-embeddings-remote-"));
  const engine = startEngine({ encoders: folder, hello: { workers: 1 } });
  try {
    await body({ engine, server, folder, allow: (...allowed) => engine.request(allowRemote, { allowed, patience: PATIENCE }) });
  } finally {
    engine.dispose();
    await server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** An encoder that was added and proven, with nothing seen since. */
export async function withEncoder(protocol: "openai" | "kserve", body: (place: RemotePlace) => Promise<void>): Promise<void> {
  await withServer(async (place) => {
    const { engine, server, folder, allow } = place;
    await allow({ origin: server.origin });
    await engine.request(addRemoteEncoder, { protocol, url: server.origin, model: "fake", id: "far", folder });
    await engine.request(embed, { encoder: { id: "far" }, texts: ["proven"] });
    server.seen.length = 0;
    await body(place);
  });
}

export const far = { id: "far" };
export const ask = ({ engine }: RemotePlace, texts: readonly string[]): Promise<EmbedResult> =>
  engine.request(embed, { encoder: far, texts });
export const rows = ({ vectors, dimensions, hasVector }: EmbedResult): number[][] =>
  Array.from(hasVector.keys(), (row) => Array.from(vectors.subarray(row * dimensions, (row + 1) * dimensions)));
export const close = (found: readonly number[], expected: readonly number[]): void => {
  assert.equal(found.length, expected.length);
  for (const [at, value] of found.entries())
    assert.ok(Math.abs(value - expected[at]!) < 1e-6, `${value} is not ${expected[at]!}`);
};

export async function failsWith(promise: Promise<unknown>, code: ErrorCode, pattern = /./): Promise<void> {
  await assert.rejects(promise, (error) => {
    const { code: found, message, hint } = errorData(error);
    assert.equal(found, code, message);
    assert.match(`${message} ${hint ?? ""}`, pattern);
    assert.doesNotMatch(`${message}${hint ?? ""}`, /sk-secret/);
    return true;
  });
}
