import type { CancellationToken } from "../core/base/cancellation.ts";
import type { Rpc } from "../process/rpc.ts";
import type { HelloParams, Progress } from "../protocol/engine.ts";
import { badRequest } from "../protocol/errors.ts";
import { describeRepository, importFromHub, importFromPath, searchHub, type ImportTarget } from "../protocol/hub.ts";
import { abortSignal } from "./abortSignal.ts";
import { hubClient } from "./hub/hubClient.ts";
import { describe, importFromHub as fromHub, importFromPath as fromPath, type ImportOptions } from "./hub/importEncoder.ts";
import { searchRepositories } from "./hub/repository.ts";
import type { Registry } from "./registry.ts";

interface Engine {
  readonly hello: HelloParams;
  readonly registry: Registry;
}

/** Progress goes by the clock. */
const REPORT_MS = 100;

/** The requests of protocol/hub.ts. Nothing else in the engine reaches out to a hub. */
export function serveHub(
  rpc: Rpc,
  ready: () => Engine,
  reporter: (token: string | undefined) => (progress: Progress) => void,
): void {
  /** Runs an import into one of the engine's folders, and lists what it made. */
  const importing = async <T>(
    target: ImportTarget,
    token: CancellationToken,
    work: (options: ImportOptions) => Promise<T>,
  ): Promise<T> => {
    const { hello, registry } = ready();
    if (!hello.encoderFolders.includes(target.folder)) throw badRequest("Encoders are kept in the engine's own folders only.");
    const report = reporter(target.progressToken);
    let told = -Infinity;
    let phase = "";
    const result = await work({
      folder: target.folder,
      file: target.file,
      isTaken: (id) => registry.list().some((encoder) => encoder.id === id),
      encoder: {
        program: hello.encoderProgram,
        ...(hello.deadlineMs === undefined ? {} : { deadlineMs: hello.deadlineMs }),
      },
      signal: abortSignal(token).signal,
      report: (progress) => {
        const now = performance.now();
        if (progress.phase === phase && now - told < REPORT_MS && progress.done < progress.total) return;
        [told, phase] = [now, progress.phase];
        report(progress);
      },
    });
    registry.refresh();
    return result;
  };

  rpc.onRequest(describeRepository, ({ access, ...choice }, token) => describe(access, choice, abortSignal(token).signal));
  rpc.onRequest(searchHub, ({ access, query }, token) => searchRepositories(hubClient(access), query, abortSignal(token).signal));
  rpc.onRequest(importFromHub, ({ access, ...params }, token) =>
    importing(params, token, (options) => fromHub(access, params, options)),
  );
  rpc.onRequest(importFromPath, (params, token) => importing(params, token, (options) => fromPath(params.path, options)));
}
