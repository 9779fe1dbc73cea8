import fs from "node:fs";
import { Worker } from "node:worker_threads";

import { createRpc, type Rpc } from "./rpc.ts";

/**
 * The channel to the parent, for a program started by startChild. When the parent goes, this process goes: at once if it
 * is idle, and by a watching thread if it is inside a native call, which no event can interrupt.
 */
export function connectToParent(onParentGone: () => void = () => undefined, mostBytes = Infinity): Rpc {
  if (process.send === undefined) throw new Error("This program is started by another one, with an IPC channel.");
  process.once("disconnect", () => {
    onParentGone();
    removeWorkingDirectory();
    process.exit(0);
  });
  watch(mostBytes);
  return createRpc(process, "parent");
}

/** How often the watching thread looks for the parent, and at the memory: an orphan lives at most this long. */
const POLL_MS = 500;

function watch(mostBytes: number): void {
  const watcher = new Worker(WATCHER, { eval: true, workerData: { parent: process.ppid, pollMs: POLL_MS, mostBytes } });
  // A failing watcher must not take its process along: the disconnect event still stands.
  watcher.on("error", () => undefined);
  watcher.unref();
}

/** Plain JavaScript, since a thread's source given as text is not stripped of types. On Windows ppid never changes, so the parent is also probed. */
const WATCHER = `
const { workerData } = require("node:worker_threads");
const fs = require("node:fs");
const parentLives = () => {
  if (process.ppid !== workerData.parent) return false;
  try { process.kill(workerData.parent, 0); return true; } catch (error) { return error.code === "EPERM"; }
};
setInterval(() => {
  const lives = parentLives();
  if (lives && process.memoryUsage.rss() <= workerData.mostBytes) return;
  if (lives) fs.writeSync(2, "ends itself: it would take all of this machine's memory\\n");
  else try { fs.rmdirSync(process.cwd()); } catch {}
  process.kill(process.pid, "SIGKILL");
}, workerData.pollMs);
`;

function removeWorkingDirectory(): void {
  try {
    fs.rmdirSync(process.cwd());
  } catch {
    // Not empty, not ours, or gone already: the parent's clean-up has the last word.
  }
}
