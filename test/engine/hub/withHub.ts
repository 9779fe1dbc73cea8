import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

import { EmbedError, type ErrorCode } from "../../../src/protocol/errors.ts";
import type { HubAccess } from "../../../src/protocol/hub.ts";
import { blobFolder, snapshotFolder, temporaryFolder } from "./fetching.ts";
import { etagOf, sha256, startHub, type TestHub } from "./hubServer.ts";

export const WEIGHTS = randomBytes(3_000_000);
export const FILES = {
  "onnx/model.onnx": WEIGHTS,
  "config.json": Buffer.from('{"model_type": "bert"}\n'),
  "1_Pooling/config.json": Buffer.from("{}"),
};
export const BLOB = sha256(WEIGHTS);

export interface HubPlace {
  readonly hub: TestHub;
  readonly cache: string;
  readonly access: HubAccess;
}

/** A hub that answers as it is told, and an empty cache. */
export async function withHub(
  body: (place: HubPlace) => Promise<void>,
  ...start: [] | Parameters<typeof startHub>
): Promise<void> {
  const hub = await (start.length === 0 ? startHub(FILES) : startHub(...start));
  const cache = temporaryFolder();
  try {
    await body({ hub, cache, access: { endpoint: hub.endpoint, cache } });
  } finally {
    await hub.close();
    fs.rmSync(cache, { recursive: true, force: true });
  }
}

export const isWeights = (url: string | undefined): boolean => url?.includes("model.onnx") === true;
export const downloadsOfWeights = ({ hub }: HubPlace): TestHub["downloads"] => hub.downloads.filter(({ url }) => isWeights(url));
export const blobs = ({ cache }: HubPlace): string[] => fs.readdirSync(blobFolder(cache)).sort();
export const assertWhole = ({ cache }: HubPlace): void => {
  for (const [name, bytes] of Object.entries(FILES))
    assert.ok(fs.readFileSync(path.join(snapshotFolder(cache), name)).equals(bytes), name);
};

/** The error says what happened, what to do, and nothing of the token. */
export async function failsWith(promise: Promise<unknown>, code: ErrorCode, pattern: RegExp): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof EmbedError, String(error));
    const { message, hint } = error.data;
    assert.equal(error.data.code, code, message);
    assert.match(`${message} ${hint ?? ""}`, pattern);
    assert.ok(hint !== undefined && hint.length > 0, "no hint");
    assert.doesNotMatch(`${message}${hint}`, /hf_secret/);
    return true;
  });
}

/** As an earlier run leaves it that was killed. */
export function leavePart({ cache }: HubPlace, bytes: Uint8Array, etag = etagOf(WEIGHTS)): void {
  fs.mkdirSync(blobFolder(cache), { recursive: true });
  const part = path.join(blobFolder(cache), `${BLOB}.compare-embeddings.part`);
  fs.writeFileSync(part, bytes);
  fs.writeFileSync(`${part}.etag`, etag);
}
