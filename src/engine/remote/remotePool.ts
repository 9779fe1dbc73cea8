import type { CancellationToken } from "../../core/base/cancellation.ts";
import { norm, normalise } from "../../core/encoders/pooling.ts";
import type { EncoderCard } from "../../core/encoders/card.ts";
import type { EncodeParams, EncodeResult, LoadedModel } from "../../protocol/encoder.ts";
import { badRequest } from "../../protocol/errors.ts";
import type { EncoderPool, Priority } from "../pool.ts";
import { identityOf, probeVector, serverAddress, type RemoteRecord } from "./remoteRecord.ts";
import type { RemoteServers } from "./remoteServers.ts";

/** What is known of an encoder that has no weights here. */
export interface RemoteEncoder {
  readonly record: RemoteRecord;
  readonly card: Pick<EncoderCard, "normalized">;
}

type Use = Omit<EncodeParams, "texts">;

/**
 * The pool as its users know it, also for encoders that run on a server: those never reach a process. `find` tells which
 * model folders are such.
 */
export function withRemoteEncoders(
  pool: EncoderPool,
  servers: RemoteServers,
  find: (folder: string) => RemoteEncoder | undefined,
): EncoderPool {
  const encodeAll: EncoderPool["encodeAll"] = async ({ uses, texts }, priority, token) => {
    const remote = uses.map(({ model }) => find(model.folder));
    const local = uses.filter((_, at) => remote[at] === undefined);
    // Uses that send the same texts to the same model are answered by one sending.
    const sendings = new Map<string, Promise<Sent>>();
    const send = (encoder: RemoteEncoder, { model, prefix = "" }: Use): Promise<Sent> => {
      const name = JSON.stringify([model.folder, prefix]);
      const sending = sendings.get(name) ?? sent(servers, encoder, prefix, texts, priority, token);
      sendings.set(name, sending);
      return sending;
    };
    for (const [at, use] of uses.entries()) if (remote[at] !== undefined) checkSettings(remote[at], use);
    const [locals, ...results] = await Promise.all([
      local.length === 0 ? [] : pool.encodeAll({ uses: local, texts }, priority, token),
      ...uses.map(async (use, at) => (remote[at] === undefined ? undefined : read(remote[at], use, await send(remote[at], use)))),
    ]);
    let next = 0;
    return results.map((result) => result ?? locals[next++]!);
  };

  return {
    workers: pool.workers,
    get backgroundWorkers() {
      return pool.backgroundWorkers;
    },
    set backgroundWorkers(count) {
      pool.backgroundWorkers = count;
    },
    get runtime() {
      return pool.runtime;
    },
    load: async (model, head = {}) => {
      const encoder = find(model.folder);
      if (encoder === undefined) return pool.load(model, head);
      checkSettings(encoder, head);
      // Throws unless the user agreed. Nothing is sent: what there is to know was taken down when the encoder was added.
      servers.access(serverAddress(encoder.record));
      const loaded = loadedOf(encoder);
      return { ...loaded, dimensions: head.dimensions ?? loaded.dimensions };
    },
    encode: async ({ texts, ...use }, priority, token) =>
      find(use.model.folder) === undefined
        ? pool.encode({ ...use, texts }, priority, token)
        : (await encodeAll({ uses: [use], texts }, priority, token))[0]!,
    encodeAll,
    tokenize: async (params) => {
      if (find(params.model.folder) !== undefined)
        throw badRequest("A remote encoder is not tokenised here: its tokenizer is on its server.");
      return pool.tokenize(params);
    },
    dispose: () => {
      pool.dispose();
    },
  };
}

const loadedOf = ({ record, card }: RemoteEncoder): LoadedModel => ({
  dimensions: probeVector(record).length,
  layers: 0,
  maxTokens: null,
  pooling: "graph",
  normalized: card.normalized,
  identity: identityOf(record),
  ms: 0,
});

/** Of the settings of an encoder a server knows none: what can be set is what is done to a text before and to a vector after. */
function checkSettings({ record }: RemoteEncoder, { layer, pooling, maxTokens, dimensions }: Partial<Use>): void {
  const unknown = Object.entries({ layer, pooling, maxTokens }).find(([, value]) => value !== undefined)?.[0];
  if (unknown !== undefined)
    throw badRequest(`A remote encoder has no setting ${unknown}: its server answers with finished vectors.`);
  const width = probeVector(record).length;
  if (dimensions !== undefined && dimensions > width)
    throw badRequest(`There are no ${dimensions} dimensions; its vectors have ${width}.`);
}

interface Sent {
  readonly vectors: Float32Array;
  readonly hasVector: Uint8Array;
  readonly ms: number;
}

/** Empty texts have no vector; most servers would refuse the whole batch. */
async function sent(
  servers: RemoteServers,
  { record }: RemoteEncoder,
  prefix: string,
  texts: readonly string[],
  priority: Priority,
  token: CancellationToken,
): Promise<Sent> {
  const started = performance.now();
  const width = probeVector(record).length;
  const whole = texts.map((text) => prefix + text);
  const hasVector = Uint8Array.from(whole, (text) => (text === "" ? 0 : 1));
  const vectors = await servers.embed(
    record,
    whole.filter((text) => text !== ""),
    priority,
    token,
  );
  const out = new Float32Array(texts.length * width);
  let from = 0;
  for (const [row, has] of hasVector.entries()) if (has === 1) out.set(vectors.subarray(from, (from += width)), row * width);
  return { vectors: out, hasVector, ms: performance.now() - started };
}

/** The vectors as a use wants them: of fewer dimensions, of unit length. */
function read(
  { card }: RemoteEncoder,
  { normalize = card.normalized, dimensions }: Use,
  { vectors, hasVector, ms }: Sent,
): EncodeResult {
  const texts = hasVector.length;
  const width = vectors.length / Math.max(1, texts);
  const kept = dimensions ?? width;
  const out = new Float32Array(texts * kept);
  const has = Uint8Array.from(hasVector);
  for (let row = 0; row < texts; row++) {
    const vector = out.subarray(row * kept, (row + 1) * kept);
    vector.set(vectors.subarray(row * width, row * width + kept));
    if (norm(vector) === 0) has[row] = 0;
    if (normalize) normalise(vector);
  }
  return {
    dimensions: kept,
    vectors: out,
    // A server says neither how many tokens a text has nor whether it read them all.
    tokens: new Uint32Array(texts),
    read: new Float32Array(texts).fill(1),
    hasVector: has,
    tokenised: 0,
    ms: { run: ms, total: ms },
  };
}
