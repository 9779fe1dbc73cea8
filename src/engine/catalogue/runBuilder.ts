import { buildFolder, type BuildParams, type BuiltFiles } from "../../protocol/builder.ts";
import { buildFailed } from "../../protocol/catalogueErrors.ts";
import { inOwnProcess } from "../inOwnProcess.ts";

/** Reading and writing some gigabytes on a slow disk takes no longer. */
const BUILD_MS = 900_000;

/** Builds a model folder. Throws what the builder throws, or `buildFailed` when it dies or does not end. */
export const runBuilder = (program: string, params: BuildParams, signal: AbortSignal): Promise<BuiltFiles> =>
  inOwnProcess(buildFolder, params, {
    name: "builder",
    program,
    limitMs: BUILD_MS,
    onDeath: (how) => buildFailed(params.manifest.id, how),
    signal,
  });
