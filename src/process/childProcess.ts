import { fork } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";

import { createRpc, type Rpc } from "./rpc.ts";

export interface ChildOptions {
  /** For people: "engine", "encoder 2". */
  readonly name: string;
  /** Absolute path of the program. */
  readonly program: string;
  /** Another Node to run it on; default the one running this. */
  readonly nodePath?: string | undefined;
  readonly execArgv?: readonly string[];
  /** Added to the allow-listed environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the child writes to standard output and error, line by line, from its first byte. */
  readonly onLog: (line: string) => void;
}

export interface RunningChild {
  readonly rpc: Rpc;
  readonly pid: number;
  /** Resolves when it has ended, with how: "exit code 0", "signal SIGKILL". Its requests are rejected by then. */
  readonly ended: Promise<string>;
  /** Ends it at once, also in the middle of a native call. */
  kill(): void;
}

/**
 * Starts a program of ours in its own process: allow-listed environment (no keys, no options of the parent), telemetry of
 * ONNX Runtime off from the first moment, an empty private working directory (a model loaded from there finds nothing).
 */
export function startChild(options: ChildOptions): RunningChild {
  const cwd = fs.mkdtempSync(path.join(os.tmpdir(), "compare-embeddings-"));
  const child = fork(options.program, [], {
    cwd,
    env: { ...allowedEnvironment(), ...options.env },
    execArgv: [...(options.execArgv ?? [])],
    serialization: "advanced",
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    ...(options.nodePath === undefined ? {} : { execPath: options.nodePath }),
  });
  const rpc = createRpc(child, options.name);
  for (const stream of [child.stdout, child.stderr])
    if (stream !== null) readline.createInterface({ input: stream }).on("line", options.onLog);
  const ended = new Promise<string>((resolve) => {
    const settle = (how: string): void => {
      rpc.close(how);
      // The child removes it too; whoever is last finds it gone.
      fs.rm(cwd, { recursive: true, force: true }, () => undefined);
      resolve(how);
    };
    child.once("exit", (code, signal) => {
      settle(signal === null ? `exit code ${String(code)}` : `signal ${signal}`);
    });
    child.once("error", (error) => {
      settle(error.message);
    });
  });
  return {
    rpc,
    pid: child.pid ?? -1,
    ended,
    kill: () => {
      child.kill("SIGKILL");
      // Whoever ends a child may end before hearing of its end, and nobody else would tidy up.
      removeEmpty(cwd);
    },
  };
}

function removeEmpty(folder: string): void {
  try {
    fs.rmdirSync(folder);
  } catch {
    // Some systems keep a folder as long as a process is in it; then it goes with the end of the child.
  }
}

/** What a process needs to run at all; everything else of the parent's environment stays with the parent. */
export const ALLOWED_ENVIRONMENT = [
  "PATH",
  "HOME",
  "USERPROFILE",
  "TMPDIR",
  "TEMP",
  "TMP",
  "SystemRoot",
  "windir",
  "LANG",
  "LC_ALL",
] as const;

function allowedEnvironment(): Record<string, string> {
  const allowed = Object.fromEntries(
    ALLOWED_ENVIRONMENT.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return {
    ...allowed,
    // ONNX Runtime reads it once, when its library loads: setting it later, or in a worker thread, is too late.
    ORT_DISABLE_TELEMETRY: "1",
    // In a desktop editor the executable is Electron, which is Node only with this; Node itself ignores it.
    ELECTRON_RUN_AS_NODE: "1",
  };
}
