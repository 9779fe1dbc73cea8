import fs from "node:fs";
import path from "node:path";

import type { Rpc } from "../process/rpc.ts";
import type { EmbedResult, EncoderChoice } from "../protocol/engine.ts";
import { badRequest } from "../protocol/errors.ts";
import {
  bestLines,
  clearIndex,
  controlIndexing,
  documentChanged,
  duplicates,
  filesChanged,
  hubs,
  indexChanged,
  indexStatus,
  nearestInFile,
  neighbours,
  openWorkspace,
  setPace,
  shareIndex,
  startIndexing,
  type IndexStatus,
  type WorkspaceParams,
} from "../protocol/workspace.ts";
import type { EmbedOptions } from "./embed.ts";
import { createVectorMatrix } from "./kernels/floatMatrix.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { createQuantisedMatrix } from "./kernels/quantisedMatrix.ts";
import type { EncoderPool } from "./pool.ts";
import type { Registry } from "./registry.ts";
import { stepsOf, type Reporter } from "./reporter.ts";
import { findBestLines } from "./search/bestLines.ts";
import { findDuplicates } from "./search/duplicates.ts";
import { findHubs } from "./search/hubs.ts";
import { findNearestInFile } from "./search/nearestInFile.ts";
import { findNeighbours } from "./search/neighbours.ts";
import type { SearchParts } from "./search/searchParts.ts";
import { shareWorkspace } from "./search/shareWorkspace.ts";
import type { Splitter } from "./split/splitter.ts";
import type { Catalogue } from "./store/catalogue.ts";
import { openLocalIndex } from "./store/openLocalIndex.ts";
import { keyOf } from "./workspace/activate.ts";
import { createIndexer, type Indexer } from "./workspace/indexer.ts";
import { missingTexts } from "./workspace/missingTexts.ts";
import { systemPower } from "./workspace/power.ts";
import { createSegmenter } from "./workspace/segmenter.ts";

/** What the workspace's requests need of the engine. */
export interface WorkspaceEngine {
  readonly kernels: Kernels;
  readonly pool: EncoderPool;
  readonly registry: Registry;
  readonly splitter: Splitter;
  readonly embed: (options: EmbedOptions) => Promise<EmbedResult>;
}

interface OpenWorkspace {
  readonly indexer: Indexer;
  /** Search over the index as it stands, with what other windows have written. */
  readonly search: () => SearchParts;
  readonly missingTexts: (choice: EncoderChoice) => Promise<Iterable<string>>;
  readonly dispose: () => void;
}

const CLOSED: IndexStatus = {
  state: "closed",
  storage: { kind: "memory", bytes: 0 },
  files: 0,
  segments: 0,
  texts: 0,
  languages: [],
  skipped: [],
  encoders: [],
};

/** Answers what is asked about a workspace: one line per request. One workspace at a time. */
export function serveWorkspace(
  rpc: Rpc,
  engine: () => WorkspaceEngine,
  reporter: Reporter,
): {
  readonly missingTexts: OpenWorkspace["missingTexts"];
  /** Of the workspace that is open, with what other windows have written; undefined where none is. */
  readonly catalogue: () => Catalogue | undefined;
  readonly dispose: () => void;
} {
  let workspace: OpenWorkspace | undefined;
  const open = (): OpenWorkspace => {
    if (workspace === undefined) throw badRequest("No workspace is open.");
    return workspace;
  };
  const stepsTo = stepsOf(reporter);

  rpc.onRequest(openWorkspace, (params) => {
    workspace?.dispose();
    workspace = openWorkspaceWith(params, engine(), (status) => {
      rpc.notify(indexChanged, status);
    });
    return workspace.indexer.status();
  });
  rpc.onRequest(startIndexing, ({ encoders }, token) => open().indexer.start(encoders, token));
  rpc.onRequest(controlIndexing, ({ action }) => {
    open().indexer.control(action);
    return open().indexer.status();
  });
  rpc.onRequest(setPace, (pace) => {
    open().indexer.setPace(pace);
    return null;
  });
  rpc.onRequest(indexStatus, () => workspace?.indexer.status() ?? CLOSED);
  rpc.onRequest(clearIndex, () => {
    open().indexer.clear();
    return open().indexer.status();
  });
  rpc.onNotification(filesChanged, ({ paths }) => workspace?.indexer.filesChanged(paths));
  rpc.onNotification(documentChanged, ({ path, languageId, text }) =>
    workspace?.indexer.documentChanged(path, text === null ? null : { languageId, text }),
  );
  rpc.onRequest(neighbours, (params, token) => findNeighbours(params, open().search(), reporter(params.progressToken), token));
  rpc.onRequest(shareIndex, ({ encoders, to, progressToken }, token) =>
    shareWorkspace(encoders, to, open().search(), stepsTo(progressToken), token),
  );
  rpc.onRequest(bestLines, (params, token) => findBestLines(params, open().search(), token));
  rpc.onRequest(nearestInFile, ({ path, encoders }, token) => findNearestInFile(path, encoders, open().search(), token));
  rpc.onRequest(hubs, (params, token) => findHubs(params, open().search(), stepsTo(params.progressToken), token));
  rpc.onRequest(duplicates, (params, token) => findDuplicates(params, open().search(), stepsTo(params.progressToken), token));
  return {
    missingTexts: (choice) => open().missingTexts(choice),
    catalogue: () => workspace?.search().index.catalogue,
    dispose: () => workspace?.dispose(),
  };
}

function openWorkspaceWith(
  params: WorkspaceParams,
  { kernels, pool, registry, splitter, embed }: WorkspaceEngine,
  onStatus: (status: IndexStatus) => void,
): OpenWorkspace {
  const index = openLocalIndex({
    storage: params.storage,
    matrices: (dimensions) => createVectorMatrix(kernels, dimensions),
    quantised: (dimensions, exact) => createQuantisedMatrix(kernels, dimensions, exact),
    ...(params.memoryBytes === undefined ? {} : { memoryBytes: params.memoryBytes }),
  });
  const parts = { index, pool, registry };
  const indexer = createIndexer({
    ...parts,
    workspace: params,
    segmenter: createSegmenter(splitter),
    power: systemPower,
    onStatus,
  });
  const search: SearchParts = {
    index,
    embed,
    fileOf: (shown) => fileOf(params.folders, shown),
    openEncoder: async (choice) => {
      const key = await keyOf(parts, choice);
      return { key, matrix: await index.matrix(key) };
    },
  };
  return {
    indexer,
    search: () => {
      index.refresh();
      indexer.check();
      return search;
    },
    missingTexts: (choice) => missingTexts(parts, choice),
    dispose: () => {
      indexer.dispose();
      index.dispose();
    },
  };
}

/** Paths that people see begin with the folder's name where there are several. */
function fileOf(folders: WorkspaceParams["folders"], shown: string): string {
  const folder = folders.length === 1 ? folders[0] : folders.find(({ name }) => shown.startsWith(`${name}/`));
  if (folder === undefined) return "";
  const file = path.join(folder.path, folders.length === 1 ? shown : shown.slice(folder.name.length + 1));
  // A shared index says what others have put there: a path that leads out of the workspace is none of ours.
  return file.startsWith(folder.path + path.sep) && fs.existsSync(file) ? file : "";
}
