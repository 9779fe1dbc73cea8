import path from "node:path";

import { cancellationSource, type CancellationToken } from "../core/base/cancellation.ts";
import { encodersFolder } from "../process/cacheFolder.ts";
import { createEngineClient, type EngineClient, type EngineClientOptions } from "../process/engineClient.ts";
import { installedIn } from "../process/installation.ts";

/** This program lies in the `dist` of its installation. */
export const ROOT = path.dirname(import.meta.dirname);

/** Runs `body` with an engine that ends with it. Ctrl+C cancels what is under way. */
export async function withEngine<T>(
  body: (engine: EngineClient, token: CancellationToken) => Promise<T>,
  options: Pick<EngineClientOptions, "onIndexChanged" | "remoteAccess"> = {},
): Promise<T> {
  const { engine: program, parts } = installedIn(ROOT);
  const engine = createEngineClient({
    program,
    hello: { ...parts, encoderFolders: [...parts.encoderFolders, encodersFolder()] },
    ...options,
    onLog: (level, message) => {
      if (level === "error" || level === "warn") console.error(message);
    },
  });
  const source = cancellationSource();
  const interrupt = (): void => {
    source.cancel();
  };
  process.once("SIGINT", interrupt);
  try {
    return await body(engine, source.token);
  } finally {
    process.off("SIGINT", interrupt);
    engine.dispose();
  }
}
