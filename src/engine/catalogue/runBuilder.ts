import { startChild } from "../../process/childProcess.ts";
import { buildFolder, type BuildParams, type BuiltFiles } from "../../protocol/builder.ts";
import { buildFailed } from "../../protocol/catalogueErrors.ts";
import { cancelled, EmbedError } from "../../protocol/errors.ts";

/** Reading and writing some gigabytes on a slow disk takes no longer. */
const BUILD_MS = 900_000;

/** Builds in a process of its own: it takes much memory, which goes with it, and it can be stopped at any moment. */
export async function runBuilder(program: string, params: BuildParams, signal: AbortSignal): Promise<BuiltFiles> {
  const child = startChild({ name: "builder", program, onLog: () => undefined });
  const stop = (): void => {
    child.kill();
  };
  signal.addEventListener("abort", stop, { once: true });
  const overdue = setTimeout(stop, BUILD_MS);
  try {
    signal.throwIfAborted();
    return await child.rpc.request(buildFolder, params);
  } catch (error) {
    if (signal.aborted) throw cancelled();
    if (error instanceof EmbedError && error.data.code === "processEnded")
      throw buildFailed(params.manifest.id, await child.ended);
    throw error;
  } finally {
    clearTimeout(overdue);
    signal.removeEventListener("abort", stop);
    child.kill();
    await child.ended;
  }
}
