import type { CancellationToken } from "../core/base/cancellation.ts";
import type { Rpc } from "../process/rpc.ts";
import type { EncoderChoice, HelloParams } from "../protocol/engine.ts";
import { addRemoteEncoder, allowRemote, measureSending, type Sendable, type Sending } from "../protocol/remote.ts";
import type { Registry } from "./registry.ts";
import { addRemote } from "./remote/addRemote.ts";
import { serverAddress, type RemoteRecord } from "./remote/remoteRecord.ts";
import type { RemoteServers } from "./remote/remoteServers.ts";
import type { Splitter } from "./split/splitter.ts";
import { checkUsersFolder } from "./usersFolders.ts";
import { withAbortSignal } from "./withAbortSignal.ts";

interface Engine {
  readonly hello: HelloParams;
  readonly registry: Registry;
  readonly servers: RemoteServers;
  readonly splitter: Splitter;
}

/** Of the open index, the texts that a choice has no vector for. */
export type MissingTexts = (choice: EncoderChoice) => Promise<Iterable<string>>;

/** The requests of protocol/remote.ts. */
export function serveRemote(rpc: Rpc, ready: () => Engine, missingTexts: MissingTexts): void {
  rpc.onRequest(allowRemote, (params) => {
    const { servers, registry } = ready();
    servers.allow(params);
    // Those that were refused may be tried again.
    for (const { id, error } of registry.list()) if (error?.code === "remoteNotAllowed") registry.setState(id, "ready");
    return null;
  });
  rpc.onRequest(addRemoteEncoder, async (params, token) => {
    const { hello, registry, servers } = ready();
    checkUsersFolder(hello, params.folder);
    const result = await withAbortSignal(token, (signal) =>
      addRemote(params, { servers, known: (id) => registry.remoteOf(id), signal }),
    );
    registry.refresh();
    return result;
  });
  rpc.onRequest(measureSending, ({ encoders, what }, token) => measured(encoders, what, ready(), missingTexts, token));
}

async function measured(
  encoders: readonly EncoderChoice[],
  what: Sendable,
  { registry, servers, splitter }: Engine,
  missingTexts: MissingTexts,
  token: CancellationToken,
): Promise<Sending[]> {
  const sendings = new Map<string, Sending>();
  const done = new Set<string>();
  let texts: Iterable<string> | undefined;
  for (const choice of encoders) {
    const use = useOf(registry, choice);
    // Variants of one model that differ in what becomes of its vectors send once.
    if (use === undefined || done.has(use.name)) continue;
    done.add(use.name);
    if (what.kind === "index") texts = await missingTexts(choice);
    else texts ??= what.kind === "texts" ? new Set(what.texts) : await splitTexts(what, splitter);
    if (token.isCancellationRequested) break;
    const { origin } = serverAddress(use.record);
    const before = sendings.get(origin) ?? { origin, models: [], texts: 0, characters: 0, allowed: servers.isAllowed(origin) };
    let { texts: count, characters } = before;
    for (const text of texts) {
      count++;
      characters += use.prefix.length + text.length;
    }
    sendings.set(origin, { ...before, models: [...new Set([...before.models, use.record.model])], texts: count, characters });
  }
  return [...sendings.values()];
}

/** What is sent for a choice; undefined for one that runs here, or that means nothing and fails by itself when it is used. */
function useOf(registry: Registry, choice: EncoderChoice): { record: RemoteRecord; prefix: string; name: string } | undefined {
  try {
    const { base, prefix } = registry.resolve(choice);
    const record = registry.remoteOf(base);
    return record === null || record === undefined ? undefined : { record, prefix, name: JSON.stringify([base, prefix]) };
  } catch {
    return undefined;
  }
}

async function splitTexts(
  { documents, split }: Extract<Sendable, { kind: "documents" }>,
  splitter: Splitter,
): Promise<Set<string>> {
  const texts = new Set<string>();
  for (const document of documents) for (const { text } of await splitter.split(document, split)) texts.add(text);
  return texts;
}
