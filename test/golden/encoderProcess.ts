import { fileURLToPath } from "node:url";

import { startChild, type RunningChild } from "../../src/process/childProcess.ts";

const PROGRAM = fileURLToPath(new URL("../../src/encoder/main.ts", import.meta.url));

/** The real encoder process, run from its source. */
export const startEncoder = (): RunningChild => startChild({ name: "encoder", program: PROGRAM, onLog: () => undefined });
