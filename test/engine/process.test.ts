import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import type { CancellationToken } from "../../src/core/base/cancellation.ts";
import { ALLOWED_ENVIRONMENT, startChild, type RunningChild } from "../../src/process/childProcess.ts";
import { Supervisor } from "../../src/process/supervisor.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import { double, environment, fail, hang, nothing, wait, workingDirectory } from "./process/talk.ts";

const PROGRAM = fileURLToPath(new URL("process/talkative.ts", import.meta.url));
const ABANDON = fileURLToPath(new URL("process/abandon.ts", import.meta.url));

const start = (): RunningChild => startChild({ name: "talkative", program: PROGRAM, onLog: () => undefined });

async function withChild(body: (child: RunningChild) => Promise<void>): Promise<void> {
  const child = start();
  try {
    await body(child);
  } finally {
    child.kill();
    await child.ended;
  }
}

const rejectsWith = (promise: Promise<unknown>, code: string): Promise<void> =>
  assert.rejects(promise, (error) => error instanceof EmbedError && error.data.code === code);

test("typed arrays and null arrive as they were sent, errors as data", async () => {
  await withChild(async ({ rpc }) => {
    assert.deepEqual(await rpc.request(double, Float32Array.of(1, 2.5)), Float32Array.of(2, 5));
    assert.equal(await rpc.request(nothing, null), null);
    await rejectsWith(rpc.request(fail, null), "badRequest");
  });
});

test("the child sees an allow-listed environment and an empty directory that goes away with it", async () => {
  let directory = "";
  await withChild(async ({ rpc }) => {
    const allowed = new Set<string>([...ALLOWED_ENVIRONMENT, "ORT_DISABLE_TELEMETRY", "ELECTRON_RUN_AS_NODE"]);
    // Node adds this one itself to find its channel.
    const extra = (await rpc.request(environment, null)).filter((name) => !allowed.has(name) && !name.startsWith("NODE_CHANNEL"));
    assert.deepEqual(extra, []);
    const seen = await rpc.request(workingDirectory, null);
    assert.deepEqual(seen.entries, []);
    directory = seen.path;
  });
  await sleep(50);
  assert.equal(fs.existsSync(directory), false);
});

test("a request that is cancelled ends as cancelled", async () => {
  await withChild(async ({ rpc }) => {
    const listeners: ((event: unknown) => void)[] = [];
    let requested = false;
    const token: CancellationToken = {
      get isCancellationRequested() {
        return requested;
      },
      onCancellationRequested: (listener) => {
        listeners.push(listener);
        return { dispose: () => undefined };
      },
    };
    const pending = rpc.request(wait, null, token);
    await rpc.request(nothing, null);
    requested = true;
    for (const listener of listeners) listener(undefined);
    await rejectsWith(pending, "cancelled");
  });
});

test("a child's directory goes at once when it is killed: its parent may end before it hears of it", async () => {
  const child = start();
  const { path: folder } = await child.rpc.request(workingDirectory, null);
  assert.ok(fs.existsSync(folder));
  child.kill();
  // Windows keeps a directory as long as a process is in it.
  assert.equal(fs.existsSync(folder), process.platform === "win32");
  await child.ended;
});

test("killing a child inside a loop rejects its requests, saying how it ended", async () => {
  await withChild(async (child) => {
    const pending = child.rpc.request(hang, null);
    setTimeout(() => {
      child.kill();
    }, 100);
    await assert.rejects(pending, /signal SIGKILL/);
    await rejectsWith(child.rpc.request(nothing, null), "processEnded");
  });
});

for (const state of ["idle", "hanging"])
  test(`a child that is ${state} ends within 2 s of its parent's sudden death`, async () => {
    const { stdout } = spawnSync(process.execPath, [ABANDON, state], { encoding: "utf8" });
    const pid = Number(stdout);
    assert.ok(pid > 0, stdout);
    const deadline = performance.now() + 2000;
    while (isAlive(pid) && performance.now() < deadline) await sleep(20);
    assert.equal(isAlive(pid), false);
  });

test("a child that takes more memory than it may ends, and says why", async () => {
  const lines: string[] = [];
  const program = fileURLToPath(new URL("process/greedy.ts", import.meta.url));
  const child = startChild({ name: "greedy", program, onLog: (line) => lines.push(line) });
  assert.equal(await child.ended, "signal SIGKILL");
  assert.match(lines.join(), /all of this machine's memory/);
});

test("a supervisor starts anew after a death, gives up after five, and takes heart again on restart", async () => {
  const states: string[] = [];
  const supervisor = new Supervisor({
    name: "talkative",
    start,
    handshake: (rpc) => rpc.request(nothing, null),
    onState: (state) => states.push(state),
  });
  try {
    for (let death = 0; death < 3; death++) {
      const { child } = await supervisor.ready();
      child.kill();
      await child.ended;
      await sleep(0);
    }
    assert.deepEqual(new Set(states), new Set(["starting", "ready", "stopped"]));
    for (let death = 3; death < 5; death++) {
      const { child } = await supervisor.ready();
      child.kill();
      await child.ended;
      await sleep(0);
    }
    assert.equal(supervisor.state, "failed");
    await rejectsWith(supervisor.ready(), "processGaveUp");
    supervisor.restart();
    await supervisor.ready();
    assert.equal(supervisor.state, "ready");
  } finally {
    supervisor.dispose();
  }
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A zombie that nobody has reaped yet still answers; where there is a /proc its state tells.
  const stat = `/proc/${String(pid)}/stat`;
  return !fs.existsSync(stat) || !/^\d+ \(.*\) Z/.test(fs.readFileSync(stat, "utf8"));
}
