import fs from "node:fs";
import path from "node:path";

import { UNKNOWN, type EncoderCard } from "../../core/encoders/card.ts";
import { norm } from "../../core/encoders/pooling.ts";
import { badRequest } from "../../protocol/errors.ts";
import type { AddRemoteParams, AddRemoteResult } from "../../protocol/remote.ts";
import { remoteRefused, remoteWrong } from "../../protocol/remoteErrors.ts";
import { base64Of } from "../base64Floats.ts";
import { onDisk } from "../hub/onDisk.ts";
import { writeWhole } from "../writeWhole.ts";
import { checkedVectors, likeness } from "./checkVectors.ts";
import { tensorsOf } from "./inferenceProtocol.ts";
import { NotTaken, type RemoteAccess } from "./remoteHttp.ts";
import { PROBES, probeVector, serverAddress, type RemoteRecord } from "./remoteRecord.ts";
import { SAME_COSINE, vectorsBy, type RemoteServers } from "./remoteServers.ts";

export interface AddOptions {
  readonly servers: RemoteServers;
  /** The record of an encoder of the engine's folders; undefined where an id is free, null where it is none of a server. */
  readonly known: (id: string) => RemoteRecord | null | undefined;
  readonly signal: AbortSignal;
}

/** Tries a model on a server with sentences of ours, and keeps in a folder what an encoder of it is. */
export async function addRemote(params: AddRemoteParams, { servers, known, signal }: AddOptions): Promise<AddRemoteResult> {
  const address = serverAddress(params);
  const access = servers.access(address, params.consent);
  const id = params.id ?? idOf(address, params.model);
  if (!/^[\w.@-]{1,100}$/.test(id) || /^\.|\.$/.test(id))
    throw badRequest("An id is of letters, digits and _ . - @ and does not begin or end with a dot.");
  const before = known(id);
  if (before === null) throw badRequest(`There is another encoder ${id}; choose an id.`);
  const model = { protocol: params.protocol, url: address.href, model: params.model };
  if (before !== undefined && !(before.protocol === model.protocol && before.url === model.url && before.model === model.model))
    throw badRequest(`There is another encoder ${id}; choose an id.`);

  const { record, card } = await tried(model, access, signal);
  const folder = path.join(params.folder, id);
  const isSame = before !== undefined && likeness(probeVector(before), probeVector(record)) >= SAME_COSINE;
  if (isSame) return { id, folder, added: false };
  const name = `${params.model} at ${address.host}`;
  await onDisk(params.folder, () => {
    fs.mkdirSync(folder, { recursive: true });
    writeWhole(
      path.join(folder, "encoder.json"),
      `${JSON.stringify({ manifest: { id, name, card }, remote: record }, null, 2)}\n`,
    );
  });
  return { id, folder, added: true };
}

const idOf = (address: URL, model: string): string =>
  `${model}@${address.host}`
    .replaceAll("/", "--")
    .replace(/[^\w.@-]/g, "_")
    .slice(0, 100)
    .replace(/^\.+|\.+$/g, "");

type Model = Pick<RemoteRecord, "protocol" | "url" | "model">;

async function tried(
  model: Model,
  access: RemoteAccess,
  signal: AbortSignal,
): Promise<{ record: RemoteRecord; card: EncoderCard }> {
  const { host } = serverAddress(model);
  try {
    const tensors = model.protocol === "kserve" ? { tensors: await tensorsOf(model, access, signal) } : {};
    const ask = async (texts: readonly string[]): Promise<Float32Array> =>
      checkedVectors(await vectorsBy({ ...model, ...tensors }, texts, access, signal), undefined, host);
    const together = await ask(PROBES);
    const width = together.length / PROBES.length;
    const rows = PROBES.map((_, row) => together.slice(row * width, (row + 1) * width));
    // Vectors in another order than the texts, or of all texts mixed, would be wrong without anybody seeing it.
    for (const [at, row] of rows.entries()) {
      const others = rows.map((other) => likeness(row, other));
      if (others.some((other, to) => to !== at && other > SAME)) throw remoteWrong(host, "different texts have one vector");
      const alone = await ask([PROBES[at]!]);
      if (likeness(row, alone) < SAME_COSINE) throw remoteWrong(host, "a text has another vector when it is sent beside others");
    }
    const normalized = rows.every((row) => Math.abs(norm(row) - 1) < UNIT);
    const since = new Date().toISOString().slice(0, 10);
    return { record: { ...model, ...tensors, probe: base64Of(rows[0]!), since }, card: cardOf(width, normalized) };
  } catch (error) {
    throw error instanceof NotTaken ? remoteRefused(host, error.status, error.reason) : error;
  }
}

/** More alike than any two sentences that have nothing in common, but for rounding. */
const SAME = 0.99999;
/** How far from 1 a length may be that half precision made. */
const UNIT = 2e-3;

/** A server says nothing of how its model came to be; what can be seen of its vectors is all that is known. */
const cardOf = (dimensions: number, normalized: boolean): EncoderCard => ({
  causes: {
    architecture: UNKNOWN,
    trainingData: UNKNOWN,
    objective: UNKNOWN,
    pretrainedBase: UNKNOWN,
    hyperparameters: UNKNOWN,
    domain: UNKNOWN,
    layers: UNKNOWN,
    transfer: UNKNOWN,
  },
  dimensions,
  maxTokens: null,
  pooling: "graph",
  normalized,
  prompts: {},
  parameters: null,
  layers: 0,
  licence: UNKNOWN,
});
