import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import util from "node:util";

import { openVsCode, type Session, type SessionOptions } from "./session.ts";

/** What {@link runSuite} reports besides the suite's own 0 and 1. */
export const EXIT = { pageCrashed: 70, serverEnded: 71, extensionHostEnded: 72, tooLate: 124 } as const;

export interface SuiteOptions extends Omit<SessionOptions, "beforeOpen" | "suite"> {
  /** A module that exports `run(): Promise<void>`, as for @vscode/test-electron. */
  readonly suite: string;
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 600_000;
const TAIL_MS = 50;

/** Remarks of the workbench itself, which say nothing about the extension. */
const NOISE =
  /^(?:\u001b\[[0-9;]*m|\s)*(?:\[(?:AgentHost|AccountPolicy|ChatModel|DefaultAccount|reconnection-grace|Service Worker|chat-)|Ignoring fetching additional builtin|Timed out waiting for authentication provider)/;

/**
 * Runs a suite inside the extension host; resolves to an exit code. VS Code itself reports 0 when the extension host crashes
 * (a native module can do that), so only a verdict that the suite itself has written counts as success.
 */
export async function runSuite(options: SuiteOptions): Promise<number> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "vscode-suite-"));
  const verdict = path.join(folder, "verdict");
  const suite = path.join(folder, "suite.cjs");
  fs.writeFileSync(suite, wrapper(path.resolve(options.suite), folder));
  const { promise: exit, resolve: done } = Promise.withResolvers<number>();
  const stopTails = [tail(path.join(folder, "stdout"), process.stdout), tail(path.join(folder, "stderr"), process.stderr)];
  const limit = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timer = setTimeout(() => {
    console.error(`no result after ${limit} ms`);
    done(EXIT.tooLate);
  }, limit);
  let session: Session | undefined;
  try {
    session = await openVsCode({
      ...options,
      suite,
      beforeOpen: async (page) => {
        await page.exposeFunction("codeAutomationLog", (type: string, args: readonly unknown[]) => {
          const line = util.format(...args);
          if (type === "error" && !NOISE.test(line) && !fs.existsSync(verdict)) console.error(line);
        });
        await page.exposeFunction("codeAutomationExit", done);
        page.on("crash", () => {
          console.error("the page crashed");
          done(EXIT.pageCrashed);
        });
      },
    });
    const { server } = session;
    void server.ended.then(() => {
      done(EXIT.serverEnded);
    });
    const code = await exit;
    if (code === EXIT.serverEnded) console.error(`VS Code ended early:\n${server.log()}`);
    if (code !== 0) return code;
    if (fs.existsSync(verdict) && fs.readFileSync(verdict, "utf8") === "0") return 0;
    const reason = /Extension Host Process exited with.*/.exec(server.log())?.[0] ?? "no reason given";
    console.error(`the extension host ended before the suite did: ${reason}`);
    return EXIT.extensionHostEnded;
  } finally {
    clearTimeout(timer);
    for (const stop of stopTails) stop();
    await session?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The module that VS Code runs in place of the suite. What the suite prints goes to files as it is: the workbench would drop
 * each console.log whose first argument is no string. VS Code makes the methods of console and process.stdout read-only, so
 * whole objects are replaced.
 */
const wrapper = (suite: string, folder: string): string => `"use strict";
const fs = require("fs"), path = require("path"), url = require("url"), { Writable } = require("stream");
const folder = ${JSON.stringify(folder)}, suite = ${JSON.stringify(suite)};
for (const name of ["stdout", "stderr"]) {
  const fd = fs.openSync(path.join(folder, name), "a");
  const stream = new Writable({ write(chunk, encoding, done) { fs.writeSync(fd, chunk); done(); } });
  Object.defineProperty(process, name, { value: stream, configurable: true, enumerable: true });
}
Object.defineProperty(globalThis, "console", {
  value: new console.Console(process.stdout, process.stderr), configurable: true, writable: true,
});
exports.run = async () => {
  let code = 1;
  try {
    const file = [suite, suite + ".js", suite + ".cjs"].find((name) => fs.existsSync(name)) ?? suite;
    const module = await import(url.pathToFileURL(file));
    const run = module.run ?? module.default?.run;
    if (typeof run !== "function") throw new Error("the suite exports no run(): " + suite);
    await run();
    code = 0;
  } catch (error) {
    console.error(error);
    throw error;
  } finally {
    fs.writeFileSync(path.join(folder, "verdict"), String(code));
  }
};
`;

/** Copies a growing file to a stream; the result stops it after the last byte. */
function tail(file: string, stream: NodeJS.WritableStream): () => void {
  let position = 0;
  const pump = (): void => {
    if (!fs.existsSync(file)) return;
    const bytes = fs.readFileSync(file).subarray(position);
    position += bytes.length;
    if (bytes.length > 0) stream.write(bytes);
  };
  const timer = setInterval(pump, TAIL_MS);
  return () => {
    clearInterval(timer);
    pump();
  };
}
