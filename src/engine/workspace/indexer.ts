import { setTimeout as sleep } from "node:timers/promises";

import { cancellationSource, type CancellationSource, type CancellationToken } from "../../core/base/cancellation.ts";
import type { Disposable } from "../../core/base/disposable.ts";
import type { EncoderChoice } from "../../protocol/engine.ts";
import { cancelled, errorData } from "../../protocol/errors.ts";
import type { IndexingResult, IndexStatus, Pace, Skipped, WorkspaceParams } from "../../protocol/workspace.ts";
import type { EncoderPool } from "../pool.ts";
import type { Registry } from "../registry.ts";
import type { LocalIndex } from "../store/localIndex.ts";
import { createEmbedQueue, type ActiveEncoder, type EmbedQueue } from "./embedQueue.ts";
import { createThrottle } from "./pace.ts";
import type { PowerSource } from "./power.ts";
import { scan, type Unsaved } from "./scanner.ts";
import type { Segmenter } from "./segmenter.ts";
import { activate, failedEncoder } from "./activate.ts";
import { createReporter, statusOf } from "./indexReport.ts";

/** Keeps the index of one workspace: brings it up to date on demand, and from then on with every change it is told of. */
export interface Indexer extends Disposable {
  /** Scans, splits, embeds what has no vector; answers when all is done. Replaces what an earlier call still does. */
  start(choices: readonly EncoderChoice[], token: CancellationToken): Promise<IndexingResult>;
  control(action: "pause" | "resume" | "stop"): void;
  setPace(pace: Pace): void;
  filesChanged(paths: readonly string[]): void;
  documentChanged(file: string, unsaved: Unsaved | null): void;
  status(): IndexStatus;
  /** To be called before searching: an index that was found damaged and made anew is filled again. */
  check(): void;
  clear(): void;
}

export interface IndexerParts {
  readonly workspace: WorkspaceParams;
  readonly index: LocalIndex;
  readonly pool: EncoderPool;
  readonly registry: Registry;
  readonly segmenter: Segmenter;
  readonly power: PowerSource;
  readonly onStatus: (status: IndexStatus) => void;
}

/** Changes come in bursts: a branch switch, a save of many files. */
const SETTLE_MS = 200;
/** How often a window that reads along looks whether it may write. */
const CLAIM_MS = 1000;

export function createIndexer(parts: IndexerParts): Indexer {
  const { index, pool } = parts;
  const unsaved = new Map<string, Unsaved>();
  const changed = new Set<string>();
  let encoders: readonly ActiveEncoder[] = [];
  let queue: EmbedQueue | undefined;
  let state: IndexStatus["state"] = "idle";
  let scanned: { readonly done: number; readonly total: number } | undefined;
  let skipped: readonly Skipped[] = [];
  let readsAlong = false;
  let hadFiles = false;
  let paused = false;
  let resumed = Promise.withResolvers<undefined>();
  let settling: NodeJS.Timeout | undefined;
  /** What is going on; one thing at a time. */
  let running: { readonly source: CancellationSource; readonly ended: Promise<unknown> } | undefined;

  const throttle = createThrottle(pool, parts.power, () => {
    if (throttle.waitingFor === undefined && !paused) resumed.resolve(undefined);
    reporter.changed();
  });
  const status = (): IndexStatus =>
    statusOf({
      index,
      encoders,
      skipped,
      scan: scanned,
      state: paused && state !== "idle" ? "paused" : state,
      waitingFor: readsAlong ? "otherWindow" : state === "idle" ? undefined : throttle.waitingFor,
    });
  const reporter = createReporter(() => {
    parts.onStatus(status());
  });

  const mayStart = async (token: CancellationToken): Promise<void> => {
    while ((paused || throttle.waitingFor !== undefined) && !token.isCancellationRequested) {
      reporter.changed();
      resumed = Promise.withResolvers();
      await resumed.promise;
    }
  };
  const unblock = (): void => {
    resumed.resolve(undefined);
  };

  /** Scans all, or `only` these, and embeds what turns up. */
  const bringUpToDate = async (token: CancellationToken, only?: readonly string[]): Promise<void> => {
    if (queue === undefined) return;
    const target = queue;
    state = "scanning";
    reporter.changed();
    const scanning = scan(
      {
        workspace: parts.workspace,
        catalogue: index.catalogue,
        segmenter: parts.segmenter,
        unsaved,
        onFiles: (files) => {
          for (const file of files) target.add(index.catalogue.segmentsOf(file).map(({ text }) => text));
        },
        onProgress: (done, total) => {
          scanned = { done, total };
          reporter.changed();
        },
      },
      token,
      only,
    ).then((found) => {
      if (only === undefined) skipped = found;
      state = "embedding";
      scanned = undefined;
      reporter.changed();
    });
    // Awaited below; a failure must not be taken for unhandled until then.
    scanning.catch(() => undefined);
    await target.drain(scanning, token);
    await scanning;
    hadFiles = index.catalogue.fileCount > 0;
  };

  /** Ends what is going on and does `work` instead; whoever stops the work from now on stops this one. */
  const replace = <T>(parent: CancellationToken | undefined, work: (token: CancellationToken) => Promise<T>): Promise<T> => {
    const before = running;
    before?.source.cancel();
    unblock();
    const source = cancellationSource(parent);
    source.token.onCancellationRequested(unblock);
    const promise = (async () => {
      await before?.ended;
      if (source.token.isCancellationRequested) throw cancelled();
      return work(source.token);
    })().finally(() => {
      state = "idle";
      scanned = undefined;
      source.dispose();
      if (running?.source === source) running = undefined;
      reporter.settled();
    });
    running = { source, ended: promise.catch(() => undefined) };
    return promise;
  };

  /** Takes in the changes that gathered while nothing else goes on; what is told meanwhile follows. */
  const follow = (): void => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      if (running !== undefined) {
        void running.ended.then(follow);
        return;
      }
      if (queue === undefined || readsAlong || changed.size === 0) return;
      const paths = [...changed];
      changed.clear();
      void replace(undefined, (token) => bringUpToDate(token, paths))
        .catch(() => {
          // Cancelled by a new start, which scans everything; a failed scan is repeated with the next change.
          for (const path of paths) changed.add(path);
        })
        .finally(() => {
          if (changed.size > 0 && running === undefined) follow();
        });
    }, SETTLE_MS);
  };

  const filesChanged = (paths: readonly string[]): void => {
    for (const path of paths) changed.add(path);
    follow();
  };

  const everything = parts.workspace.folders.map(({ path }) => path);

  /** The window that wrote may be gone by now: then this one goes on with its work. */
  const takeOver = (): void => {
    if (!readsAlong || running !== undefined || queue === undefined) return;
    const before = index.catalogue.version;
    if (index.claim()) {
      readsAlong = false;
      filesChanged(everything);
    } else {
      index.refresh();
      if (index.catalogue.version !== before) reporter.changed();
    }
  };
  const taking = setInterval(takeOver, CLAIM_MS);
  taking.unref();

  /** As long as another window writes this index, its work is read; true when nothing is left to do. */
  const readAlong = async (token: CancellationToken): Promise<boolean> => {
    while (!index.claim()) {
      readsAlong = true;
      index.refresh();
      reporter.changed();
      if (status().encoders.every(({ done, total }) => total > 0 && done >= total)) return true;
      await sleep(CLAIM_MS);
      if (token.isCancellationRequested) return true;
    }
    readsAlong = false;
    return false;
  };

  return {
    start: (choices, parent) => {
      paused = false;
      return replace(parent, async (token) => {
        const started = performance.now();
        state = "scanning";
        changed.clear();
        reporter.changed();
        encoders = await Promise.all(
          choices.map((choice) => activate(parts, choice).catch((error: unknown) => failedEncoder(choice.id, errorData(error)))),
        );
        queue = createEmbedQueue({ pool, index, encoders, mayStart, rest: throttle.rest, onProgress: reporter.changed });
        if (!(await readAlong(token))) {
          queue.add(index.catalogue.presentTexts());
          await bringUpToDate(token);
          index.compact();
        }
        return {
          status: { ...status(), state: "idle" as const },
          embedded: Object.fromEntries(encoders.map(({ id, embedded }) => [id, embedded])),
          seconds: (performance.now() - started) / 1000,
        };
      });
    },
    control: (action) => {
      paused = action === "pause";
      if (action === "stop") {
        running?.source.cancel();
        queue = undefined;
      }
      if (!paused) unblock();
      reporter.changed();
    },
    setPace: throttle.set,
    filesChanged,
    check: () => {
      if (!hadFiles || index.catalogue.fileCount > 0 || running !== undefined) return;
      hadFiles = false;
      filesChanged(everything);
    },
    documentChanged: (file, text) => {
      if (text === null) unsaved.delete(file);
      else unsaved.set(file, text);
      changed.add(file);
      follow();
    },
    status,
    clear: () => {
      running?.source.cancel();
      queue = undefined;
      hadFiles = false;
      encoders = [];
      skipped = [];
      index.clear();
      reporter.settled();
    },
    dispose: () => {
      clearTimeout(settling);
      clearInterval(taking);
      running?.source.cancel();
      unblock();
      throttle.dispose();
      reporter.dispose();
    },
  };
}
