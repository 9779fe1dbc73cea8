import type { CancellationToken } from "../../core/base/cancellation.ts";
import type { AllowRemoteParams, RemoteConsent } from "../../protocol/remote.ts";
import { remoteChanged, remoteInsecure, remoteNotAllowed, remoteRefused, remoteText } from "../../protocol/remoteErrors.ts";
import { chunks } from "../chunks.ts";
import { printable } from "../hub/hubAddress.ts";
import type { Priority } from "../pool.ts";
import { withAbortSignal } from "../withAbortSignal.ts";
import { checkedVectors, likeness } from "./checkVectors.ts";
import { inferredVectors } from "./inferenceProtocol.ts";
import { openAiVectors } from "./openAi.ts";
import { NotTaken, type RemoteAccess } from "./remoteHttp.ts";
import { PROBES, probeVector, serverAddress, type RemoteRecord } from "./remoteRecord.ts";
import { createRequestQueue } from "./requestQueue.ts";

/** The servers that remote encoders run on, and what the user agreed to. */
export interface RemoteServers {
  /** Takes the place of what was allowed. Throws `remoteInsecure` for what cannot be. */
  allow(params: AllowRemoteParams): void;
  isAllowed(origin: string): boolean;
  /** How an address is reached. Throws `remoteNotAllowed` unless the user agreed to its origin, or does so for this once. */
  access(url: URL, once?: RemoteConsent): RemoteAccess;
  /** Vectors [texts, width], checked. Rejects with `remoteNotAllowed` before anything is sent. */
  embed(record: RemoteRecord, texts: readonly string[], priority: Priority, token: CancellationToken): Promise<Float32Array>;
}

/** Texts and characters of one request; a longer text goes alone. */
const BATCH_TEXTS = 64;
const BATCH_CHARACTERS = 40_000;
/** How long a model is taken for the one it was before a probe goes along again. */
const PROBE_EVERY_MS = 3_600_000;
/** Servers may round, by half precision for one; another model, or another version of one, is farther off. */
export const SAME_COSINE = 0.999;

export function createRemoteServers(): RemoteServers {
  let consents = new Map<string, string | undefined>();
  let reaching: Omit<AllowRemoteParams, "allowed"> = {};
  const queue = createRequestQueue();
  /** By model: when it was last found to be the same, and how many texts its server takes at once. */
  const proven = new Map<string, number>();
  const limits = new Map<string, number>();

  const access = (url: URL, once?: RemoteConsent): RemoteAccess => {
    if (once?.origin === url.origin) return { ...reaching, key: once.key };
    if (!consents.has(url.origin)) throw remoteNotAllowed(url.origin);
    return { ...reaching, key: consents.get(url.origin) };
  };

  const ask = async (record: RemoteRecord, texts: readonly string[], width: number | undefined, signal: AbortSignal) => {
    const url = serverAddress(record);
    // Looked up for each request: what is withdrawn holds from now on.
    return checkedVectors(await vectorsBy(record, texts, access(url), signal), width, url.host);
  };

  /** Throws `remoteChanged` unless a vector of the probe is as it was when the encoder was added. */
  const verify = (record: RemoteRecord, vector: Float32Array): void => {
    const found = likeness(vector, probeVector(record));
    if (!(found >= SAME_COSINE)) throw remoteChanged(printable(record.model), serverAddress(record).host, found);
    proven.set(nameOf(record), performance.now());
  };

  /** Sends the probe alone: what does not take that takes nothing. */
  const prove = async (record: RemoteRecord, priority: Priority, signal: AbortSignal): Promise<void> => {
    try {
      verify(record, await queue(priority, () => ask(record, [PROBES[0]!], undefined, signal)));
    } catch (error) {
      throw error instanceof NotTaken ? remoteRefused(serverAddress(record).host, error.status, error.reason) : error;
    }
  };

  /** One batch; with a probe as long as nobody knows whether the model is still the same. */
  const embedBatch = async (
    record: RemoteRecord,
    texts: readonly string[],
    priority: Priority,
    signal: AbortSignal,
  ): Promise<Float32Array> => {
    const name = nameOf(record);
    const width = probeVector(record).length;
    const isDue = performance.now() - (proven.get(name) ?? -Infinity) > PROBE_EVERY_MS;
    const sent = isDue ? [...texts, PROBES[0]!] : texts;
    try {
      const vectors = await queue(priority, () => ask(record, sent, isDue ? undefined : width, signal));
      if (isDue) verify(record, vectors.subarray((texts.length * vectors.length) / sent.length));
      return vectors.subarray(0, texts.length * width);
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
      if (texts.length > 1) {
        // Servers have limits of their own for a batch, and do not tell them.
        const half = texts.length >> 1;
        const first = await embedBatch(record, texts.slice(0, half), priority, signal);
        const second = await embedBatch(record, texts.slice(half), priority, signal);
        limits.set(name, Math.min(limits.get(name) ?? BATCH_TEXTS, texts.length - half));
        return joined(first, second);
      }
      await prove(record, priority, signal);
      if (isDue) return embedBatch(record, texts, priority, signal);
      throw remoteText(serverAddress(record).host, error.status, error.reason);
    }
  };

  return {
    allow: ({ allowed, ...rest }) => {
      for (const { origin } of allowed)
        if (serverAddress({ protocol: "openai", url: origin }).origin !== origin) throw remoteInsecure(printable(origin));
      consents = new Map(allowed.map(({ origin, key }) => [origin, key]));
      reaching = rest;
    },
    isAllowed: (origin) => consents.has(origin),
    access,
    embed: async (record, texts, priority, token) => {
      access(serverAddress(record));
      const width = probeVector(record).length;
      const out = new Float32Array(texts.length * width);
      const most = { items: limits.get(nameOf(record)) ?? BATCH_TEXTS, characters: BATCH_CHARACTERS };
      let from = 0;
      await withAbortSignal(token, (signal) =>
        Promise.all(
          chunks(texts, (text) => text, most).map(async (batch) => {
            const at = from;
            from += batch.length;
            out.set(await embedBatch(record, batch, priority, signal), at * width);
          }),
        ),
      );
      return out;
    },
  };
}

const nameOf = ({ protocol, url, model, probe }: RemoteRecord): string => JSON.stringify([protocol, url, model, probe]);

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Vectors of texts by the protocol of a model, as the server sent them, in the order of the texts. */
export function vectorsBy(
  record: Omit<RemoteRecord, "probe" | "since">,
  texts: readonly string[],
  access: RemoteAccess,
  signal: AbortSignal,
): Promise<readonly (readonly number[])[]> {
  switch (record.protocol) {
    case "openai":
      return openAiVectors(record, texts, access, signal);
    case "kserve":
      return inferredVectors(record, texts, access, signal);
  }
}
