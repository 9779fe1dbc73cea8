import type { CancellationToken } from "../core/base/cancellation.ts";
import type { Rpc } from "../process/rpc.ts";
import type { HelloParams } from "../protocol/engine.ts";
import { describeRepository, importFromHub, importFromPath, searchHub, type ImportTarget } from "../protocol/hub.ts";
import { byTheClock } from "./byTheClock.ts";
import { hubClient } from "./hub/hubClient.ts";
import { describe, importFromHub as fromHub, importFromPath as fromPath, type ImportOptions } from "./hub/importEncoder.ts";
import { searchRepositories } from "./hub/repository.ts";
import type { Registry } from "./registry.ts";
import type { Reporter } from "./reporter.ts";
import { checkUsersFolder } from "./usersFolders.ts";
import { withAbortSignal } from "./withAbortSignal.ts";

interface Engine {
  readonly hello: HelloParams;
  readonly registry: Registry;
}

/** The requests of protocol/hub.ts. Nothing else in the engine reaches out to a hub. */
export function serveHub(rpc: Rpc, ready: () => Engine, reporter: Reporter): void {
  /** Runs an import into one of the user's folders, and lists what it made. */
  const importing = async <T>(
    target: ImportTarget,
    token: CancellationToken,
    work: (options: ImportOptions) => Promise<T>,
  ): Promise<T> => {
    const { hello, registry } = ready();
    checkUsersFolder(hello, target.folder);
    const result = await withAbortSignal(token, (signal) =>
      work({
        folder: target.folder,
        file: target.file,
        isTaken: (id) => registry.info(id) !== undefined,
        encoder: {
          program: hello.encoderProgram,
          ...(hello.deadlineMs === undefined ? {} : { deadlineMs: hello.deadlineMs }),
        },
        signal,
        report: byTheClock(reporter(target.progressToken)),
      }),
    );
    registry.refresh();
    return result;
  };

  rpc.onRequest(describeRepository, ({ access, ...choice }, token) =>
    withAbortSignal(token, (signal) => describe(access, choice, signal)),
  );
  rpc.onRequest(searchHub, ({ access, query }, token) =>
    withAbortSignal(token, (signal) => searchRepositories(hubClient(access), query, signal)),
  );
  rpc.onRequest(importFromHub, ({ access, ...params }, token) =>
    importing(params, token, (options) => fromHub(access, params, options)),
  );
  rpc.onRequest(importFromPath, (params, token) => importing(params, token, (options) => fromPath(params.path, options)));
}
