import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { controlIndexing, indexStatus, neighbours, openWorkspace, startIndexing } from "../../src/protocol/workspace.ts";
import { startEngine } from "./startEngine.ts";
import { ENCODERS, functions, index, ok, temporaryWorkspace } from "./workspaceEngine.ts";

/** Enough that indexing them lasts while somebody asks. */
const MANY = 900;

test("pausing holds the work, resuming ends it; cancelling keeps what is done", async () => {
  const workspace = temporaryWorkspace({ "many.ts": functions(MANY) });
  const engine = startEngine();
  try {
    await engine.request(openWorkspace, workspace.params);
    const work = engine.request(startIndexing, { encoders: ENCODERS.slice(0, 1) });
    const done = async (): Promise<number> => (await engine.request(indexStatus, null)).encoders[0]?.done ?? 0;
    while ((await done()) === 0) await sleep(20);
    // Somebody asks meanwhile: that goes first, and is answered from what is there.
    const asked = await engine.request(neighbours, {
      query: { kind: "words", text: "a queue of tokens" },
      encoders: ENCODERS.slice(0, 1),
      k: 3,
    });
    const { coverage, hits } = ok(asked.outcomes[0]);
    assert.ok(hits.length > 0 && coverage.done < coverage.total, `${coverage.done} of ${coverage.total}`);
    await engine.request(controlIndexing, { action: "pause" });
    // What was under way still arrives.
    await sleep(1500);
    const held = await done();
    assert.equal((await engine.request(indexStatus, null)).state, "paused");
    await sleep(500);
    assert.equal(await done(), held);
    assert.ok(held < MANY);
    await engine.request(controlIndexing, { action: "resume" });
    const { status } = await work;
    assert.equal(status.encoders[0]?.done, status.texts);

    workspace.write("more.ts", functions(300, "thing"));
    const stopped = engine.request(startIndexing, { encoders: ENCODERS.slice(0, 1) });
    while ((await done()) <= MANY) await sleep(20);
    await engine.request(controlIndexing, { action: "stop" });
    await stopped.catch(() => undefined);
    const kept = await done();
    assert.ok(kept > MANY);
    const rest = await engine.request(startIndexing, { encoders: ENCODERS.slice(0, 1) });
    assert.equal(rest.embedded["paraphrase-MiniLM-L3-v2"], MANY + 300 - kept);
  } finally {
    engine.dispose();
    workspace.dispose();
  }
});

test("an engine killed while indexing loses at most one batch", async () => {
  const workspace = temporaryWorkspace({ "many.ts": functions(400) });
  let engine = startEngine();
  try {
    await engine.request(openWorkspace, workspace.params);
    const work = engine.request(startIndexing, { encoders: ENCODERS.slice(0, 1) });
    let done = 0;
    while (done < 150) {
      done = (await engine.request(indexStatus, null)).encoders[0]?.done ?? 0;
      await sleep(20);
    }
    engine.dispose();
    await assert.rejects(work);
    engine = startEngine();
    const { embedded, status } = await index(engine, workspace.params, ENCODERS.slice(0, 1));
    assert.equal(status.encoders[0]?.done, 400);
    assert.ok(embedded["paraphrase-MiniLM-L3-v2"]! <= 400 - done, `${JSON.stringify(embedded)} after ${done}`);
  } finally {
    engine.dispose();
    workspace.dispose();
  }
});

test("two windows share one index: one writes, the other reads along and takes over", async () => {
  const workspace = temporaryWorkspace({ "many.ts": functions(MANY) });
  const [first, second] = [startEngine(), startEngine()];
  const encoders = ENCODERS.slice(0, 1);
  try {
    await first.request(openWorkspace, workspace.params);
    const writing = first.request(startIndexing, { encoders });
    while (((await first.request(indexStatus, null)).encoders[0]?.done ?? 0) === 0) await sleep(20);
    await second.request(openWorkspace, workspace.params);
    const reading = second.request(startIndexing, { encoders });
    let waited = false;
    while (!waited) {
      waited = (await second.request(indexStatus, null)).waitingFor === "otherWindow";
      await sleep(20);
    }
    assert.equal((await writing).embedded["paraphrase-MiniLM-L3-v2"], MANY);
    const read = await reading;
    assert.equal(read.embedded["paraphrase-MiniLM-L3-v2"], 0);
    assert.equal(read.status.encoders[0]?.done, MANY);
    first.dispose();
    workspace.write("more.ts", functions(5, "thing"));
    for (const end = Date.now() + 20_000; Date.now() < end;) {
      if ((await second.request(indexStatus, null)).encoders[0]?.done === MANY + 5) break;
      await sleep(50);
    }
    const { waitingFor, encoders: covered } = await second.request(indexStatus, null);
    assert.deepEqual([waitingFor, covered[0]?.done], [undefined, MANY + 5]);
  } finally {
    first.dispose();
    second.dispose();
    workspace.dispose();
  }
});
