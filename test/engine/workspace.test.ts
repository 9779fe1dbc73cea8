import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import type { EngineClient } from "../../src/process/engineClient.ts";
import {
  BM25,
  bestLines,
  clearIndex,
  documentChanged,
  duplicates,
  filesChanged,
  hubs,
  indexStatus,
  nearestInFile,
  neighbours,
  startIndexing,
  type IndexStatus,
} from "../../src/protocol/workspace.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import { startEngine } from "./startEngine.ts";
import { ENCODERS, index, ok, temporaryWorkspace } from "./workspaceEngine.ts";

const CACHE = `export class LruCache {
  /** Returns the value that is kept under a key. */
  get(key: string): string | undefined {
    const value = this.entries.get(key);
    return value;
  }

  /** Puts a value into the cache and drops the oldest entry. */
  set(key: string, value: string): void {
    this.entries.set(key, value);
    if (this.entries.size > 100) this.entries.delete(this.entries.keys().next().value);
  }
}
`;
const DATES = `def days_between(first, last):
    """Number of days from one date to another."""
    return abs((last - first).days)


def format_date(date):
    """A date as year, month and day."""
    return date.strftime("%Y-%m-%d")
`;
const NOTES = `# Baking bread

Mix flour, water, salt and yeast, then let the dough rise for an hour.

# Watering plants

Tomatoes want water every morning, cactuses hardly ever.
`;

describe("a workspace", () => {
  const workspace = temporaryWorkspace({ "cache.ts": CACHE, "lib/dates.py": DATES, "notes.md": NOTES, ".env": "KEY=1" });
  const statuses: IndexStatus[] = [];
  let engine: EngineClient;
  before(() => {
    engine = startEngine({
      onIndexChanged: (status) => {
        statuses.push(status);
      },
    });
  });
  after(() => {
    engine.dispose();
    workspace.dispose();
  });
  const until = async (condition: (status: IndexStatus) => boolean): Promise<IndexStatus> => {
    for (const end = Date.now() + 20_000; Date.now() < end;) {
      const status = await engine.request(indexStatus, null);
      if (condition(status)) return status;
      await sleep(50);
    }
    throw new Error(`not within 20 s: ${JSON.stringify(await engine.request(indexStatus, null))}`);
  };

  test("is scanned, split and embedded by every encoder, with the reason for what was left out", async () => {
    const { status, embedded } = await index(engine, workspace.params);
    assert.equal(status.files, 3);
    assert.deepEqual(status.languages, ["markdown", "python", "typescript"]);
    assert.ok(status.segments >= 6);
    assert.deepEqual(
      status.skipped.map(({ reason, count, examples }) => [reason, count, examples]),
      [["secret", 1, [".env"]]],
    );
    for (const { id, done, total, bytes } of status.encoders) {
      assert.deepEqual([done, total], [status.texts, status.texts]);
      assert.equal(embedded[id], status.texts);
      assert.ok(bytes >= done * 4 * 100);
    }
    assert.ok(statuses.some(({ state }) => state !== "idle"));
  });

  test("is not embedded a second time, not by a new engine either", async () => {
    const second = await index(engine, workspace.params);
    assert.deepEqual(Object.values(second.embedded), [0, 0]);
    engine.dispose();
    engine = startEngine();
    const third = await index(engine, workspace.params);
    assert.deepEqual(Object.values(third.embedded), [0, 0]);
    assert.equal(third.status.encoders[0]?.done, third.status.texts);
  });

  test("answers typed words with what they mean, by every encoder and by BM25", async () => {
    const seen: string[] = [];
    const result = await engine.request(
      neighbours,
      { query: { kind: "words", text: "how many days lie between two dates" }, encoders: ENCODERS, k: 3 },
      {
        onProgress: (progress) => {
          if (progress.kind === "neighbours") seen.push(progress.outcome.id);
        },
      },
    );
    assert.deepEqual(
      result.outcomes.map(({ id }) => id),
      [...ENCODERS.map(({ id }) => id), BM25],
    );
    assert.deepEqual(new Set(seen), new Set([...ENCODERS.map(({ id }) => id), BM25]));
    for (const outcome of result.outcomes) {
      const [first] = ok(outcome).hits;
      assert.equal(first?.places[0]?.label, "days_between", outcome.id);
      assert.equal(first.places[0].path, "lib/dates.py");
    }
    const { scale, coverage, hits } = ok(result.outcomes[0]);
    assert.ok(scale === null || scale.p5 <= scale.p95);
    assert.equal(coverage.done, coverage.total);
    assert.ok(hits.every(({ score }, at) => at === 0 || score <= hits[at - 1]!.score));
  });

  test("finds the neighbours of a place, never the place itself, and says which line is nearest", async () => {
    const query = { kind: "place", path: workspace.file("cache.ts"), position: { line: 3, character: 0 } } as const;
    const result = await engine.request(neighbours, { query, encoders: ENCODERS, k: 5 });
    assert.equal(result.query.label, "LruCache.get");
    const [first] = result.outcomes;
    const { hits } = ok(first);
    assert.equal(hits[0]?.places[0]?.label, "LruCache.set");
    assert.ok(hits.every(({ places }) => places.every(({ label }) => label !== "LruCache.get")));
    assert.ok(
      hits.every(({ content }) => !content.startsWith("LruCache\n")),
      "the header is not shown",
    );
    for (const encoder of [ENCODERS[0], undefined]) {
      const lines = await engine.request(bestLines, {
        query,
        texts: hits.map(({ text }) => text),
        ...(encoder === undefined ? {} : { encoder }),
      });
      assert.equal(lines.length, hits.length);
      assert.ok(lines[0]! >= 0);
    }
  });

  test("leaves out what a filter does not let through", async () => {
    const query = { kind: "place", path: workspace.file("cache.ts"), position: { line: 3, character: 0 } } as const;
    const pathsOf = async (filter: object): Promise<Set<string>> => {
      const result = await engine.request(neighbours, { query, encoders: ENCODERS.slice(0, 1), k: 10, filter });
      return new Set(
        result.outcomes.flatMap((outcome) => ok(outcome).hits.flatMap(({ places }) => places.map((place) => place.path))),
      );
    };
    assert.deepEqual(await pathsOf({ languages: ["python"] }), new Set(["lib/dates.py"]));
    assert.deepEqual(await pathsOf({ path: "**/*.md" }), new Set(["notes.md"]));
    assert.ok(!(await pathsOf({ otherFiles: true })).has("cache.ts"));
  });

  test("says clearly that nothing stands at a place", async () => {
    const query = { kind: "place", path: workspace.file("nothing.ts"), position: { line: 0, character: 0 } } as const;
    await assert.rejects(
      engine.request(neighbours, { query, encoders: ENCODERS, k: 5 }),
      (error) => error instanceof EmbedError && error.data.code === "notIndexed" && error.data.hint !== undefined,
    );
  });

  test("an encoder that is not there fails alone", async () => {
    const result = await engine.request(neighbours, {
      query: { kind: "words", text: "bread" },
      encoders: [{ id: "nobody" }, ENCODERS[1]!],
      k: 2,
    });
    assert.equal(result.outcomes[0]?.ok, false);
    assert.equal(ok(result.outcomes[1]).hits.length, 2);
    const { status } = await engine.request(startIndexing, { encoders: [{ id: "nobody" }, ...ENCODERS] });
    assert.equal(status.encoders[0]?.error?.code, "unknownEncoder");
    assert.equal(status.encoders[1]?.done, status.texts);
  });

  test("an edit of one line embeds at most two texts", async () => {
    await engine.request(startIndexing, { encoders: ENCODERS });
    workspace.write("cache.ts", CACHE.replace("> 100", "> 200"));
    const { embedded } = await engine.request(startIndexing, { encoders: ENCODERS });
    for (const count of Object.values(embedded)) assert.ok(count >= 1 && count <= 2, String(count));
    // The old text comes back, as with a change of branch.
    workspace.write("cache.ts", CACHE);
    fs.renameSync(workspace.file("notes.md"), workspace.file("baking.md"));
    fs.cpSync(workspace.file("baking.md"), workspace.file("copy.md"));
    const back = await engine.request(startIndexing, { encoders: ENCODERS });
    assert.deepEqual(Object.values(back.embedded), [0, 0]);
  });

  test("follows files and unsaved documents without being asked", async () => {
    workspace.write("boats.md", "# Sailing\n\nThe captain steers the ship through the storm towards the harbour.\n");
    engine.notify(filesChanged, { paths: [workspace.file("boats.md")] });
    await until(({ files, encoders, texts }) => files === 5 && encoders.every(({ done }) => done === texts));
    engine.notify(documentChanged, {
      path: workspace.file("boats.md"),
      languageId: "markdown",
      text: "# Flying\n\nThe pilot lands the aeroplane on the runway at night.\n",
    });
    const ask = async (text: string): Promise<string | undefined> => {
      const result = await engine.request(neighbours, { query: { kind: "words", text }, encoders: ENCODERS.slice(0, 1), k: 1 });
      return ok(result.outcomes[0]).hits[0]?.content;
    };
    for (const end = Date.now() + 10_000; Date.now() < end && !(await ask("an aircraft touches down"))?.includes("pilot");)
      await sleep(100);
    assert.match((await ask("an aircraft touches down")) ?? "", /pilot/);
    engine.notify(documentChanged, { path: workspace.file("boats.md"), languageId: "markdown", text: null });
    for (
      const end = Date.now() + 10_000;
      Date.now() < end && (await ask("an aircraft touches down"))?.includes("pilot") === true;
    )
      await sleep(100);
    assert.doesNotMatch((await ask("an aircraft touches down")) ?? "", /pilot/);
    fs.rmSync(workspace.file("boats.md"));
    engine.notify(filesChanged, { paths: [workspace.file("boats.md")] });
    await until(({ files }) => files === 4);
  });

  test("lists copies and near-duplicates, hubs, and the nearest of each segment of a file", async () => {
    const found = await engine.request(duplicates, { encoders: ENCODERS, atLeast: 2, limit: 10 });
    const same = found.pairs.find(({ b }) => b === undefined);
    assert.deepEqual(new Set(same?.a.places.map((place) => place.path)), new Set(["baking.md", "copy.md"]));
    const { hubs: list, skewness } = await engine.request(hubs, { encoders: ENCODERS, k: 3, limit: 5 });
    assert.equal(list.length, 5);
    assert.deepEqual(
      Object.keys(skewness),
      ENCODERS.map(({ id }) => id),
    );
    const nearest = await engine.request(nearestInFile, { path: workspace.file("cache.ts"), encoders: ENCODERS });
    const get = nearest.find(({ label }) => label === "LruCache.get");
    assert.equal(get?.nearest.label, "LruCache.set");
    assert.equal(get.asked, 2);
  });

  test("is forgotten on demand", async () => {
    const status = await engine.request(clearIndex, null);
    assert.deepEqual([status.files, status.segments], [0, 0]);
  });
});
