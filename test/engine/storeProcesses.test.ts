import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { test, type TestContext } from "node:test";

import { seededRandom } from "../../src/core/base/random.ts";
import type { LocalIndex } from "../../src/engine/store/localIndex.ts";
import { contentOf, encoder, file, freshFolder, hashOf, linesOf, openIndex, rows, vectorOf } from "./store/sampleFiles.ts";

const A = encoder("A");
const B = encoder("B", 6);
const PROGRAM = path.join(import.meta.dirname, "store/writerProcess.ts");

interface Writer {
  /** What it has said, line by line. */
  readonly said: string[];
  until(condition: () => boolean): Promise<void>;
  /** As if the power of this process were cut. */
  kill(): Promise<void>;
}

function startWriter(t: TestContext, folder: string, from = 0): Writer {
  const child = spawn(process.execPath, ["--no-warnings", PROGRAM, folder, String(from)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const said: string[] = [];
  const lines = createInterface(child.stdout);
  lines.on("line", (line) => said.push(line));
  const ended = once(lines, "close");
  return {
    said,
    until: async (condition) => {
      for (const deadline = performance.now() + 20_000; !condition() && performance.now() < deadline;) await sleep(2);
      assert.ok(condition(), said.slice(-3).join(", "));
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

test("one process writes, others read along; the next takes over when it is killed", async (t) => {
  const folder = freshFolder(t);
  const early = openIndex(t, folder);
  const writer = startWriter(t, folder);
  await writer.until(() => writer.said.includes("vectors B 3"));

  const reader = openIndex(t, folder);
  for (const index of [early, reader]) {
    index.refresh();
    assert.deepEqual([index.role, index.claim(), index.storage.kind], ["reader", false, "disk"]);
    assert.ok(index.catalogue.fileCount >= 4);
    assert.throws(() => {
      index.catalogue.putFiles([file("mine.ts", ["mine"])]);
    }, /another window/i);
    await assertHolds(index, 3);
    assert.ok(index.catalogue.lexical("text 3 4", 1).length === 1);
    // What only a search needs to know is kept without the right to write.
    index.rememberEncoder("stamp", A);
    assert.deepEqual(index.recallEncoder("stamp"), A);
  }
  const seen = reader.catalogue.fileCount;
  await writer.until(() => writer.said.includes(`vectors B ${String(seen + 2)}`));
  assert.equal(reader.catalogue.fileCount, seen);
  reader.refresh();
  await assertHolds(reader, seen + 2);
  assert.ok(reader.catalogue.lexical(`text ${String(seen + 2)} 4`, 1).length === 1);

  await writer.kill();
  assert.deepEqual([reader.claim(), reader.role], [true, "writer"]);
  assert.equal(early.claim(), false);
  const count = reader.catalogue.fileCount;
  reader.catalogue.putFiles([file("mine.ts", ["mine", "common"])]);
  await reader.vectors.add(A, rows(A, ["mine"]));
  early.refresh();
  assert.equal(early.catalogue.fileCount, count + 1);
  const number = early.catalogue.numberOf(hashOf("mine"))!;
  assert.deepEqual((await early.matrix(A)).vector(number), vectorOf(A, hashOf("mine")));
  assert.equal(early.catalogue.placesOf(number)[0]?.path, "mine.ts");

  // Forgotten here is forgotten there.
  reader.clear();
  early.refresh();
  assert.deepEqual([early.catalogue.fileCount, reader.catalogue.fileCount], [0, 0]);
  reader.catalogue.putFiles([file("new.ts", ["new"])]);
  early.refresh();
  assert.deepEqual([early.catalogue.fileCount, early.catalogue.lexical("new", 3).length], [1, 1]);
});

test("a window that reads along notices that an index was made anew, although its numbers are the same", async (t) => {
  const folder = freshFolder(t);
  const first = openIndex(t, folder);
  first.catalogue.putFiles([file("a.ts", ["one", "two"])]);
  await first.vectors.add(A, rows(A, ["one", "two"]));
  const reader = openIndex(t, folder);
  const matrix = await reader.matrix(A);
  assert.equal(reader.catalogue.lexical("two", 3).length, 1);
  assert.equal(matrix.rows, 2);
  first.dispose();
  rmSync(folder, { recursive: true });
  reader.refresh();

  const second = openIndex(t, folder);
  second.catalogue.putFiles([file("b.ts", ["three", "four", "five"])]);
  await second.vectors.add(A, rows(A, ["three", "four"]));
  reader.refresh();
  assert.deepEqual(await contentOf(reader, [A]), await contentOf(second, [A]));
  assert.equal(matrix.rows, 2);
  assert.deepEqual(matrix.vector(reader.catalogue.numberOf(hashOf("four"))!), vectorOf(A, hashOf("four")));
  assert.deepEqual(reader.catalogue.lexical("two", 3), []);
  assert.equal(reader.catalogue.lexical("four", 3).length, 1);
});

test(
  "killed at any time, an index has all that was acknowledged, of the right encoder, and goes on",
  { timeout: 120_000 },
  async (t) => {
    const folder = freshFolder(t);
    const random = seededRandom(7);
    const acknowledged = { file: new Set<number>(), A: new Set<number>(), B: new Set<number>() };
    let from = 0;
    for (let round = 0; round < 24; round++) {
      const writer = startWriter(t, folder, from);
      await writer.until(() => writer.said.length > 1);
      await sleep(random() * 40);
      await writer.kill();
      assert.equal(writer.said[0], "claimed");
      for (const line of writer.said) {
        const [, what, number] = /^(?:vectors )?(file|A|B) (\d+)$/.exec(line) ?? [];
        if (what !== undefined) acknowledged[what as keyof typeof acknowledged].add(Number(number));
        from = Math.max(from, Number(number ?? 0) + 1);
      }
      // The last line may have been cut; what it told of is there or not.
      from++;
    }
    const connection = new DatabaseSync(path.join(folder, "index.sqlite"));
    assert.deepEqual({ ...connection.prepare("PRAGMA quick_check").get() }, { quick_check: "ok" });
    connection.close();

    const index = openIndex(t, folder);
    const { catalogue } = index;
    assert.ok(acknowledged.B.size > 24);
    for (const number of acknowledged.file)
      assert.deepEqual(
        catalogue.segmentsOf(`/workspace/${String(number)}.ts`).map(({ text }) => catalogue.textOf(text).text),
        linesOf(number),
      );
    for (const each of [A, B]) {
      const matrix = await index.matrix(each);
      let vectors = 0;
      for (const text of catalogue.presentTexts()) {
        const vector = matrix.vector(text);
        if (vector === undefined) continue;
        vectors++;
        assert.deepEqual(vector, vectorOf(each, catalogue.hashOf(text)));
      }
      assert.equal(vectors, await index.vectors.count(each));
      for (const number of acknowledged[each.id as "A" | "B"])
        assert.deepEqual(await index.vectors.missing(each, linesOf(number).map(hashOf)), []);
    }
    assert.equal(index.storage.notice, undefined);
  },
);

async function assertHolds(index: LocalIndex, number: number): Promise<void> {
  for (const each of [A, B]) assert.deepEqual(await index.vectors.missing(each, linesOf(number).map(hashOf)), []);
  const segments = index.catalogue.segmentsOf(`/workspace/${String(number)}.ts`);
  assert.deepEqual(
    segments.map(({ text }) => index.catalogue.textOf(text).text),
    linesOf(number),
  );
}
