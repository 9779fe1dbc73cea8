import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { cancellationSource } from "../../src/core/base/cancellation.ts";
import type { EngineClient } from "../../src/process/engineClient.ts";
import { compare, embed, MAX_SEGMENTS, type Progress } from "../../src/protocol/engine.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import { startEngine, type StartOptions } from "./startEngine.ts";

const root = path.resolve(import.meta.dirname, "../..");
const encoder = { id: "paraphrase-MiniLM-L3-v2" };

async function withEngine(body: (engine: EngineClient) => Promise<void>, options: StartOptions = {}): Promise<void> {
  const engine = startEngine(options);
  try {
    await body(engine);
  } finally {
    engine.dispose();
  }
}

/** Processes whose command line holds a word, by /proc's own account. */
interface Listed {
  readonly pid: number;
  readonly parent: number;
  readonly args: string;
}

/** All processes of this machine. */
const listed = (): Listed[] =>
  execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .flatMap((line) => {
      const [, pid, parent, args] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return args === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), args }];
    });

/** The engines that this process has started, and what those have: other test runs of this checkout have theirs. */
function own(): { readonly engines: readonly Listed[]; readonly encoders: readonly Listed[] } {
  const all = listed();
  const engines = all.filter(({ parent, args }) => parent === process.pid && args.includes("src/engine/main.ts"));
  const encoders = all.filter(
    ({ parent, args }) => engines.some(({ pid }) => pid === parent) && args.includes("src/encoder/main.ts"),
  );
  return { engines, encoders };
}

const texts = (count: number): string[] => Array.from({ length: count }, (_, index) => `text number ${index} `.repeat(20));
const codeOf = (error: unknown): string => (error instanceof EmbedError ? error.data.code : String(error));

test("an encoder process killed in mid-batch loses nothing", async () => {
  await withEngine(async (engine) => {
    await engine.request(embed, { encoder, texts: ["warm"] });
    const pending = engine.request(embed, { encoder, texts: texts(300) });
    await sleep(300);
    process.kill(own().encoders[0]!.pid, "SIGKILL");
    const { hasVector } = await pending;
    assert.ok(hasVector.every((has) => has === 1));
  });
});

test("five deaths stop the restarts, with one notice", async () => {
  const notices: string[] = [];
  await withEngine(
    async (engine) => {
      const pending = engine.request(embed, { encoder, texts: ["a", "b"] }).catch(codeOf);
      assert.ok(["processEnded", "processGaveUp"].includes((await pending) as string));
      for (let attempt = 0; attempt < 6; attempt++) await engine.request(embed, { encoder, texts: ["a"] }).catch(codeOf);
      assert.equal(await engine.request(embed, { encoder, texts: ["a"] }).catch(codeOf), "processGaveUp");
      assert.equal(notices.length, 1);
    },
    {
      hello: { encoderProgram: path.join(root, "test/engine/process/dying.ts"), workers: 1 },
      onGaveUp: ({ code }) => notices.push(code),
    },
  );
});

test("an encoder that hangs is killed at its deadline", async () => {
  await withEngine(
    async (engine) => {
      const started = performance.now();
      assert.equal(await engine.request(embed, { encoder, texts: ["a"] }).catch(codeOf), "deadlineExceeded");
      assert.ok(performance.now() - started < 5000);
    },
    {
      hello: { encoderProgram: path.join(root, "test/engine/process/hanging.ts"), workers: 1, deadlineMs: 500 },
    },
  );
});

test("no process is left 2 s after the engine's user is gone", async () => {
  let started: readonly Listed[] = [];
  await withEngine(async (engine) => {
    await engine.request(embed, { encoder, texts: ["a"] });
    void engine.request(embed, { encoder, texts: texts(200) }).catch(() => undefined);
    await sleep(100);
    const { engines, encoders } = own();
    assert.ok(engines.length === 1 && encoders.length > 0);
    started = [...engines, ...encoders];
  });
  await sleep(1900);
  assert.deepEqual(
    listed().filter(({ pid, args }) => started.some((one) => one.pid === pid && one.args === args)),
    [],
  );
  assert.deepEqual(own(), { engines: [], encoders: [] });
});

test("cancelling answers at once, and the engine goes on", async () => {
  await withEngine(async (engine) => {
    await engine.request(embed, { encoder, texts: ["warm"] });
    const source = cancellationSource();
    const pending = engine.request(embed, { encoder, texts: texts(400) }, { token: source.token }).catch(codeOf);
    await sleep(200);
    const asked = performance.now();
    source.cancel();
    assert.equal(await pending, "cancelled");
    assert.ok(performance.now() - asked < 500);
    assert.equal((await engine.request(embed, { encoder, texts: ["after"] })).hasVector[0], 1);
  });
});

test("what was embedded once is not embedded again", async () => {
  await withEngine(async (engine) => {
    const many = texts(200);
    const first = await engine.request(embed, { encoder, texts: many });
    const second = await engine.request(embed, { encoder, texts: many });
    assert.deepEqual(second.vectors, first.vectors);
    assert.ok(second.ms < first.ms / 3, `${second.ms} ms after ${first.ms} ms`);
  });
});

test("too much, too little and progress with counts", async () => {
  await withEngine(async (engine) => {
    const document = (text: string) => ({ uri: "file:///a.txt", path: "a.txt", languageId: "plaintext", version: 1, text });
    const run = (text: string, onProgress?: (progress: Progress) => void) =>
      engine.request(
        compare,
        { documents: [document(text)], split: "lines", encoders: [encoder, { id: "nobody" }], k: 5 },
        { onProgress },
      );
    assert.equal(await run("line\n".repeat(MAX_SEGMENTS + 1)).catch(codeOf), "tooManySegments");
    assert.equal(await run("alone").catch(codeOf), "nothingToCompare");
    const seen: Progress[] = [];
    const { outcomes, clusteredOrder } = await run("one\ntwo\nthree\n", (progress) => seen.push(progress));
    assert.deepEqual(
      outcomes.map(({ ok }) => ok),
      [true, false],
    );
    assert.equal(clusteredOrder.length, 3);
    assert.deepEqual(new Set(seen.map(({ kind }) => kind)), new Set(["phase", "segments", "encoder", "outcome"]));
  });
});
