import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { EmbedError, type EmbedErrorData } from "../../src/protocol/errors.ts";
import { blobFolder, fetchAll, snapshotFolder, temporaryFolder } from "./hub/fetching.ts";
import { headersOf, rangeOf, sha256, startHub, type TestHub } from "./hub/hubServer.ts";

const WEIGHTS = randomBytes(6_000_000);
const FILES = { "model.onnx": WEIGHTS, "config.json": Buffer.from("{}") };
const CHILD = path.join(import.meta.dirname, "hub/fetchChild.ts");
/** What the slow server sends at a time, and how often. */
const STEP = 200_000;
const STEP_MS = 10;

interface Place {
  readonly hub: TestHub;
  readonly cache: string;
  readonly part: string;
}

async function withSlowHub(body: (place: Place) => Promise<void>): Promise<void> {
  const hub = await startHub(FILES);
  const cache = temporaryFolder();
  hub.fault = (request, response) => {
    if (request.url?.includes("model.onnx") !== true) return false;
    let at = rangeOf(request, WEIGHTS);
    response.writeHead(at === 0 ? 200 : 206, headersOf(WEIGHTS, at));
    const timer = setInterval(() => {
      response.write(WEIGHTS.subarray(at, (at += STEP)));
      if (at < WEIGHTS.length) return;
      clearInterval(timer);
      response.end();
    }, STEP_MS);
    response.on("close", () => {
      clearInterval(timer);
    });
    return true;
  };
  try {
    await body({ hub, cache, part: path.join(blobFolder(cache), `${sha256(WEIGHTS)}.compare-embeddings.part`) });
  } finally {
    await hub.close();
    fs.rmSync(cache, { recursive: true, force: true });
  }
}

const start = ({ hub, cache }: Place): ChildProcess =>
  spawn(process.execPath, [CHILD, hub.endpoint, cache], { stdio: ["ignore", "pipe", "inherit"], env: { NODE_NO_WARNINGS: "1" } });

function endOf(child: ChildProcess): Promise<string> {
  let output = "";
  child.stdout!.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve) =>
    child.once("close", (_, signal) => {
      resolve(signal ?? output.trim());
    }),
  );
}

const sizeOf = (file: string): number => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, "it did not come to pass");
    await sleep(5);
  }
}

const downloadsOfWeights = ({ hub }: Place): TestHub["downloads"] =>
  hub.downloads.filter(({ url }) => url.includes("model.onnx"));
const assertWhole = ({ cache }: Place): void => {
  for (const [name, bytes] of Object.entries(FILES))
    assert.ok(fs.readFileSync(path.join(snapshotFolder(cache), name)).equals(bytes));
};

test("processes that are killed at random lose nothing: the next goes on from all that was kept", () =>
  withSlowHub(async (place) => {
    const rounds = 4;
    let kept = 0;
    let used = 0;
    for (let round = 0; round < rounds; round++) {
      const child = start(place);
      const ended = endOf(child);
      const goal = sizeOf(place.part) + STEP * (1 + Math.floor(Math.random() * 4));
      await until(() => sizeOf(place.part) > goal);
      child.kill("SIGKILL");
      assert.equal(await ended, "SIGKILL");
      assert.equal(fs.existsSync(path.join(snapshotFolder(place.cache), "model.onnx")), false);
      kept = sizeOf(place.part);
      const before = downloadsOfWeights(place).length;
      if (round < rounds - 1) continue;
      assert.equal(await endOf(start(place)), "done");
      used = Number(/\d+/.exec(downloadsOfWeights(place)[before]!.headers.range ?? "0")![0]);
    }
    assert.ok(used >= 0.8 * kept, `${used} of ${kept}`);
    assert.equal(downloadsOfWeights(place).length, rounds + 1);
    assertWhole(place);
  }));

test("of several processes one fetches and the others find it; when it is killed, another goes on", () =>
  withSlowHub(async (place) => {
    const first = start(place);
    const firstEnd = endOf(first);
    await until(() => sizeOf(place.part) > STEP);
    const others = Array.from({ length: 4 }, () => endOf(start(place)));
    const waiting: number[] = [];
    const mine = fetchAll(
      { endpoint: place.hub.endpoint, cache: place.cache },
      { report: ({ phase, done }) => phase === "waiting" && waiting.push(done) },
    );
    await until(() => waiting.length > 0);
    first.kill("SIGKILL");
    assert.equal(await firstEnd, "SIGKILL");
    assert.deepEqual(await Promise.all(others), ["done", "done", "done", "done"]);
    await mine;
    assertWhole(place);
    const [whole, rest, ...more] = downloadsOfWeights(place);
    assert.equal(whole!.headers.range, undefined);
    assert.match(rest!.headers.range!, /^bytes=[1-9]/);
    assert.deepEqual(more, []);
    assert.ok(waiting[0]! > 0, "progress of the one that fetches is seen by the one that waits");
  }));

test("a disk that takes no more is one clear error, and what it took is used later", () =>
  withSlowHub(async (place) => {
    place.hub.fault = undefined;
    // The shell's own limit for the size of a file: a real refusal of a real disk, which needs no rights. In KiB or half of that.
    const child = spawn(
      "bash",
      ["-c", 'ulimit -f 2000; exec "$@"', "-", process.execPath, CHILD, place.hub.endpoint, place.cache],
      { stdio: ["ignore", "pipe", "inherit"], env: { NODE_NO_WARNINGS: "1", PATH: process.env["PATH"] } },
    );
    const error = JSON.parse(await endOf(child)) as EmbedErrorData;
    assert.equal(error.code, "importFailed");
    assert.match(`${error.message} ${error.hint!}`, /Nothing could be written in .*EFBIG.*disk has room/);
    assert.ok(sizeOf(place.part) > 500_000);
    assert.equal(await endOf(start(place)), "done");
    assertWhole(place);
    assert.match(downloadsOfWeights(place).at(-1)!.headers.range!, /^bytes=[1-9]/);
  }));

test("a place that cannot be written, and one without room, are said before anything is fetched", async () => {
  const huge = await startHub(FILES, (answer) => ({
    ...answer,
    siblings: [{ rfilename: "model.onnx", size: 2 ** 52, lfs: { sha256: "0".repeat(64), size: 2 ** 52 } }],
  }));
  const cache = temporaryFolder();
  const isImportFailed = (pattern: RegExp) => (error: unknown) =>
    error instanceof EmbedError && error.data.code === "importFailed" && pattern.test(error.message);
  try {
    await assert.rejects(fetchAll({ endpoint: huge.endpoint, cache }), isImportFailed(/MB are needed/));
    const file = path.join(cache, "file");
    fs.writeFileSync(file, "");
    await assert.rejects(fetchAll({ endpoint: huge.endpoint, cache: file }), isImportFailed(/Nothing could be written/));
    assert.equal(huge.downloads.length, 0);
  } finally {
    await huge.close();
    fs.rmSync(cache, { recursive: true });
  }
});
