import os from "node:os";
import path from "node:path";

import type { Rpc } from "../process/rpc.ts";
import {
  compare,
  embed,
  encoderChanged,
  gaveUp,
  hello,
  listEncoders,
  log,
  progress,
  PROTOCOL_VERSION,
  tokenize,
  type HelloParams,
} from "../protocol/engine.ts";
import { badRequest, versionMismatch } from "../protocol/errors.ts";
import { byTheClock } from "./byTheClock.ts";
import { createEditedCards } from "./cards/cardEdits.ts";
import { serveCards } from "./cardServer.ts";
import { compareDocuments } from "./compare.ts";
import { createEmbedder } from "./embed.ts";
import { serveCatalogue } from "./catalogueServer.ts";
import { serveHub } from "./hubServer.ts";
import { createKernels } from "./kernels/kernels.ts";
import { createPool } from "./pool.ts";
import { serveProof } from "./proofServer.ts";
import { createRegistry } from "./registry.ts";
import type { Reporter } from "./reporter.ts";
import { withRemoteEncoders } from "./remote/remotePool.ts";
import { createRemoteServers } from "./remote/remoteServers.ts";
import { serveRemote } from "./remoteServer.ts";
import { createSplitter } from "./split/splitter.ts";
import { usersFolders } from "./usersFolders.ts";
import { createVectorCache } from "./vectorCache.ts";
import { serveWorkspace } from "./workspaceServer.ts";

/** The engine's table of contents: one line per request. Nothing but `hello` is answered before the handshake. */
export function serve(rpc: Rpc): { dispose: () => void } {
  let engine: ReturnType<typeof createEngine> | undefined;
  const ready = () => {
    if (engine === undefined) throw badRequest("The first request must be hello.");
    return engine;
  };
  const reporter: Reporter = (token) => (report) => {
    if (token !== undefined) rpc.notify(progress, { token, progress: report });
  };

  rpc.onRequest(hello, (params) => {
    if (params.protocol !== PROTOCOL_VERSION) throw versionMismatch(PROTOCOL_VERSION, params.protocol);
    engine ??= createEngine(rpc, params);
    return { protocol: PROTOCOL_VERSION, pid: process.pid, node: process.version, runtime: engine.pool.runtime };
  });
  rpc.onRequest(listEncoders, () => ready().registry.list());
  rpc.onRequest(embed, (params, token) => {
    const report = byTheClock(reporter(params.progressToken));
    return ready().embed({
      encoder: params.encoder,
      texts: params.texts,
      priority: params.priority ?? "interactive",
      token,
      onProgress: (phase, done, total) => {
        report({ kind: "encoder", id: params.encoder.id, phase, done, total });
      },
    });
  });
  rpc.onRequest(tokenize, ({ encoder, texts }) => {
    const { pool, registry } = ready();
    const {
      model,
      prefix,
      settings: { maxTokens },
    } = registry.resolve(encoder);
    return pool.tokenize({ model, texts, prefix, ...(maxTokens === undefined ? {} : { maxTokens }) });
  });
  rpc.onRequest(compare, (params, token) => {
    const { splitter, kernels, embedAll } = ready();
    return compareDocuments(params, { splitter, kernels, embedAll, report: reporter(params.progressToken) }, token);
  });
  serveCards(rpc, ready);
  serveHub(rpc, ready, reporter);
  serveCatalogue(rpc, ready, reporter);
  const workspace = serveWorkspace(rpc, ready, reporter);
  serveRemote(rpc, ready, workspace.missingTexts);
  serveProof(rpc, ready, reporter, workspace.catalogue);
  return {
    dispose: () => {
      workspace.dispose();
      engine?.pool.dispose();
    },
  };
}

function createEngine(rpc: Rpc, params: HelloParams) {
  const onLog = (message: string): void => {
    rpc.notify(log, { level: "warn", message });
  };
  const processes = createPool({
    program: params.encoderProgram,
    workers: params.workers ?? Math.max(1, os.availableParallelism()),
    onLog,
    onGaveUp: (error) => {
      rpc.notify(gaveUp, error);
    },
    ...(params.deadlineMs === undefined ? {} : { deadlineMs: params.deadlineMs }),
  });
  const cards = cardFolder(params);
  const editedCards = createEditedCards(cards, onLog);
  const registry = createRegistry(
    params.encoderFolders,
    (encoder) => {
      rpc.notify(encoderChanged, encoder);
    },
    editedCards,
  );
  const servers = createRemoteServers();
  const pool = withRemoteEncoders(processes, servers, (folder) => registry.remoteIn(folder));
  const embedder = createEmbedder(pool, registry, createVectorCache());
  return {
    hello: params,
    pool,
    registry,
    servers,
    editedCards,
    editable: cards !== undefined,
    kernels: createKernels(params.kernelFolder),
    splitter: createSplitter(params.grammarFolder),
    ...embedder,
  };
}

/** Beside the user's own encoders, who are in the last folder; the installation's is nobody's to write in. */
function cardFolder(hello: HelloParams): string | undefined {
  const own = usersFolders(hello).at(-1);
  return own === undefined ? undefined : path.join(own, ".cards");
}
