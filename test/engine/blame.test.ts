import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";

import { neverCancelled } from "../../src/core/base/cancellation.ts";
import { createBlame } from "../../src/engine/blame.ts";
import { createPool, type EncoderPool } from "../../src/engine/pool.ts";
import type { ModelKey } from "../../src/protocol/encoder.ts";
import { EmbedError, type EmbedErrorData } from "../../src/protocol/errors.ts";

const DEADLINE_MS = 500;

let pool: EncoderPool;
const gaveUp: EmbedErrorData[] = [];
before(() => {
  pool = createPool({
    program: path.resolve(import.meta.dirname, "process/deadly.ts"),
    workers: 1,
    deadlineMs: DEADLINE_MS,
    onLog: () => undefined,
    onGaveUp: (error) => gaveUp.push(error),
  });
});
after(() => {
  pool.dispose();
});

const model = (folder: string): ModelKey => ({ folder: `/models/${folder}`, precision: "fp32" });
const run = (folder: string): Promise<unknown> =>
  pool.encode({ model: model(folder), texts: ["a"] }, "interactive", neverCancelled);

async function failure(work: Promise<unknown>): Promise<EmbedErrorData & { readonly ms: number }> {
  const began = performance.now();
  const error: unknown = await work.then(
    () => assert.fail("it went well"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof EmbedError, String(error));
  return { ...error.data, ms: performance.now() - began };
}

test("models that end or hang their process are refused by name, however many there are; a sound one goes on", async () => {
  for (let index = 0; index < 4; index++) {
    const folder = `kills at load ${index}`;
    const { code, message } = await failure(pool.load(model(folder)));
    assert.equal(code, "badModel");
    assert.match(
      message,
      new RegExp(`/models/${folder} \\(fp32\\) was refused: opening it ended its process \\(signal SIGSEGV\\)`),
    );
    // It is not tried again, and nothing has to start for that.
    const again = await failure(run(folder));
    assert.equal(again.message, message);
    assert.ok(again.ms < 100);
    await pool.load(model("sound"));
  }
  const { code, message } = await failure(pool.load(model("hangs at load")));
  assert.equal(code, "deadlineExceeded");
  assert.match(message, /\/models\/hangs at load gave no answer/);
  assert.match((await failure(pool.load(model("hangs at load")))).message, /opening it gave no answer within/);
  await run("sound");
  assert.deepEqual(gaveUp, []);
});

test("a text may be to blame for some ends, but not for all", async () => {
  const codes: string[] = [];
  for (let times = 0; times < 10; times++) {
    const { code, message } = await failure(run("kills at run"));
    assert.ok(message.includes("/models/kills at run"));
    codes.push(code);
  }
  assert.equal(codes[0], "processEnded");
  assert.equal(codes.at(-1), "badModel");
  await run("sound");
  assert.deepEqual(gaveUp, []);
});

test("with several models it is not known which, and after a while a model is tried again", () => {
  let now = 0;
  const blame = createBlame(() => now);
  const [a, b] = [model("a"), model("b")];
  for (let times = 0; times < 50; times++) assert.equal(blame.died([a, b], "signal SIGKILL", false).data.code, "processEnded");
  assert.equal(blame.against([a, b]), undefined);
  assert.equal(blame.died([a], "signal SIGKILL", true).data.code, "badModel");
  assert.equal(blame.against([b, a])?.data.code, "badModel");
  assert.equal(blame.against([b]), undefined);
  now += 4 * 60_000;
  assert.equal(blame.against([a]), undefined);
});
