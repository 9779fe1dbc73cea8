import assert from "node:assert/strict";
import { closeSync, mkdirSync, openSync, readFileSync, statSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";

import { neverCancelled } from "../../src/core/base/cancellation.ts";
import type { LocalIndex } from "../../src/engine/store/localIndex.ts";
import type { Connect } from "../../src/engine/store/openDatabase.ts";
import { migrate, SCHEMA_VERSION } from "../../src/engine/store/schema.ts";
import { contentOf, encoder, file, freshFolder, hashOf, openIndex, rows, vectorOf } from "./store/sampleFiles.ts";

const A = encoder("A", 64);
const lines = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, at) => `word${String(from + at)} of all`);
const database = (folder: string): string => path.join(folder, "index.sqlite");

/** An index of some 60 files with vectors, closed. */
async function filled(folder: string): Promise<void> {
  const index = openIndex({ after: () => undefined }, folder);
  await fill(index, 0, 60);
  index.dispose();
}

async function fill(index: LocalIndex, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number++) {
    const texts = lines(number * 10, 10);
    index.catalogue.putFiles([file(`${String(number)}.ts`, texts)]);
    await index.vectors.add(A, rows(A, texts));
  }
}

/** Everything that is present is found by its vector and by its words. */
async function assertFinds(index: LocalIndex, word: number): Promise<void> {
  const text = `word${String(word)} of all`;
  const found = await index.vectors.search(A, vectorOf(A, hashOf(text)), { k: 1 }, neverCancelled);
  assert.equal(found[0]?.hash, hashOf(text));
  const lexical = index.catalogue.lexical(`word${String(word)}`, 1);
  assert.deepEqual(
    lexical.map(({ text: number }) => index.catalogue.textOf(number).text),
    [text],
  );
  assert.equal(index.catalogue.placesOf(lexical[0]!.text).length, 1);
}

function assertGone({ catalogue }: LocalIndex, word: number): void {
  const found = catalogue.lexical(`word${String(word)}`, 1).map(({ text }) => catalogue.textOf(text).text);
  assert.notDeepEqual(found, [`word${String(word)} of all`]);
}

test("an index of an old version is brought to this one; one of a newer version is left alone", async (t) => {
  const folder = freshFolder(t);
  mkdirSync(folder, { recursive: true });
  const old = new DatabaseSync(database(folder));
  migrate(old, 1);
  old.exec(`INSERT INTO file VALUES (7, '/workspace/a.ts', 'a.ts', 'typescript', 3, 4.5, 'hash', x'', x'5b5d')`);
  old.close();
  const index = openIndex(t, folder);
  index.claim();
  assert.equal(index.catalogue.stamps().get("/workspace/a.ts")?.mtimeMs, 4.5);
  index.rememberEncoder("stamp", A);
  assert.deepEqual(index.recallEncoder("stamp"), A);
  index.dispose();

  const newer = new DatabaseSync(database(folder));
  newer.exec(`PRAGMA user_version = ${String(SCHEMA_VERSION + 1)}`);
  newer.close();
  const before = readFileSync(database(folder));
  const inMemory = openIndex(t, folder);
  assert.equal(inMemory.claim(), true);
  await fill(inMemory, 0, 3);
  await assertFinds(inMemory, 15);
  inMemory.compact();
  inMemory.clear();
  await fill(inMemory, 3, 4);
  assert.deepEqual([inMemory.storage.kind, inMemory.storage.notice?.code], ["memory", "storageNewer"]);
  inMemory.dispose();
  assert.ok(before.equals(readFileSync(database(folder))));
});

test("a step that fails leaves the old version as it was", (t) => {
  const folder = freshFolder(t);
  mkdirSync(folder, { recursive: true });
  const old = new DatabaseSync(database(folder));
  migrate(old, 1);
  old.exec("CREATE TABLE remembered (anything)");
  assert.throws(() => {
    migrate(old);
  });
  assert.deepEqual({ ...old.prepare("PRAGMA user_version").get() }, { user_version: 1 });
  old.close();
});

const DAMAGES: Readonly<Record<string, (file: string) => void>> = {
  "cut off": (name) => {
    truncateSync(name, 20_000);
  },
  "cut to nothing but its head": (name) => {
    truncateSync(name, 100);
  },
  "overwritten at its beginning": (name) => {
    overwrite(name, 0, Buffer.alloc(4096, "not a database "));
  },
  "overwritten from its second page on": (name) => {
    overwrite(name, 8192, Buffer.alloc(statSync(name).size - 8192, 0xa5));
  },
};

for (const [how, damage] of Object.entries(DAMAGES))
  test(`an index that was ${how} is built anew, with one notice`, async (t) => {
    const folder = freshFolder(t);
    await filled(folder);
    damage(database(folder));
    const index = openIndex(t, folder);
    // Whatever is asked of it, nothing throws.
    await contentOf(index, [A]);
    index.catalogue.lexical("word1", 3);
    index.refresh();
    await fill(index, 0, 60);
    index.refresh();
    assert.deepEqual([index.catalogue.fileCount, index.catalogue.textCount], [60, 600]);
    for (const word of [0, 333, 599]) await assertFinds(index, word);
    assert.deepEqual([index.storage.kind, index.storage.notice?.code], ["disk", "indexRebuilt"]);
    const content = await contentOf(index, [A]);
    index.dispose();
    assertSound(folder);

    const again = openIndex(t, folder);
    assert.deepEqual(await contentOf(again, [A]), content);
    assert.equal(again.storage.notice, undefined);
  });

test("an index that breaks while it is in use is built anew; numbers are not given twice", async (t) => {
  const folder = freshFolder(t);
  await filled(folder);
  const index = openIndex(t, folder);
  index.claim();
  await index.matrix(A);
  const highest = index.catalogue.presentTexts().at(-1)!;
  overwrite(database(folder), 0, Buffer.alloc(statSync(database(folder)).size, 0x5a));
  for (let text = 0; text <= highest; text++) index.catalogue.textOf(text);
  await fill(index, 0, 60);
  index.refresh();
  // What came before the damage was noticed is gone; the next scan brings it back.
  await fill(index, 0, 60);
  assert.ok(index.catalogue.presentTexts()[0]! > highest);
  assert.deepEqual([index.catalogue.fileCount, index.catalogue.textCount], [60, 600]);
  for (const word of [0, 599]) await assertFinds(index, word);
  assert.deepEqual([index.storage.kind, index.storage.notice?.code], ["disk", "indexRebuilt"]);
  index.dispose();
  assertSound(folder);
});

test("vectors of which one bit has changed are never used", async (t) => {
  const folder = freshFolder(t);
  await filled(folder);
  const bytes = readFileSync(database(folder));
  const at = bytes.indexOf(Buffer.from(vectorOf(A, hashOf("word123 of all")).buffer));
  assert.ok(at > 0);
  overwrite(database(folder), at + 2, Buffer.of(bytes[at + 2]! ^ 1));

  for (let round = 0; round < 2; round++) {
    const index = openIndex(t, folder);
    if (round === 1) index.claim();
    const hashes = [...index.catalogue.presentTexts()].map((text) => index.catalogue.hashOf(text));
    assert.equal(hashes.length, 600);
    const missing = await index.vectors.missing(A, hashes);
    assert.deepEqual(missing, lines(120, 10).map(hashOf));
    if (round === 1) {
      await index.vectors.add(A, rows(A, lines(120, 10)));
      await assertFinds(index, 123);
    }
    index.dispose();
  }
  const again = openIndex(t, folder);
  await assertFinds(again, 123);
  assert.deepEqual(await again.vectors.missing(A, lines(0, 600).map(hashOf)), []);
  assert.equal(again.bytesOf(A), 600 * 64 * 4);
});

test("a full disk: all goes on from memory with one notice, and is on disk once there is room", async (t) => {
  const folder = freshFolder(t);
  const connections: DatabaseSync[] = [];
  const connect: Connect = (location, options) => {
    const connection = new DatabaseSync(location, options);
    connections.push(connection);
    return connection;
  };
  const limit = (pages: number): void => {
    connections.at(-1)!.exec(`PRAGMA max_page_count = ${String(pages)}`);
  };
  const index = openIndex(t, folder, { connect });
  await fill(index, 0, 20);
  assert.deepEqual([index.storage.kind, index.storage.notice], ["disk", undefined]);
  limit(1);
  await fill(index, 20, 40);
  index.catalogue.removeFiles(["/workspace/3.ts"]);
  index.catalogue.putFiles([file("4.ts", ["word45 of all", "fresh"])]);
  index.catalogue.touchFiles(new Map([["/workspace/25.ts", { size: 1, mtimeMs: 2, hash: "touched" }]]));
  index.rememberEncoder("stamp", A);
  assert.deepEqual([index.storage.kind, index.storage.notice?.code], ["memory", "storageFull"]);
  index.compact();
  for (const word of [0, 45, 150, 250, 399]) await assertFinds(index, word);
  assertGone(index, 31);
  assert.deepEqual([index.catalogue.fileCount, index.recallEncoder("stamp")], [39, A]);

  limit(1_000_000);
  await fill(index, 40, 41);
  assert.deepEqual([index.storage.kind, index.storage.notice], ["disk", undefined]);
  const content = await contentOf(index, [A]);
  assert.equal(index.catalogue.stamps().get("/workspace/25.ts")?.hash, "touched");
  index.dispose();
  assertSound(folder);
  assert.deepEqual(await contentOf(openIndex(t, folder), [A]), content);
});

test("what waits in memory is written when the index is closed, if there is room by then", async (t) => {
  const folder = freshFolder(t);
  let last: DatabaseSync | undefined;
  const index = openIndex(t, folder, { connect: (location, options) => (last = new DatabaseSync(location, options)) });
  await fill(index, 0, 2);
  last!.exec("PRAGMA max_page_count = 1");
  await fill(index, 2, 20);
  last!.exec("PRAGMA max_page_count = 1000000");
  const content = await contentOf(index, [A]);
  index.dispose();
  assert.deepEqual(await contentOf(openIndex(t, folder), [A]), content);
});

test("an index that cannot be written is read, and what is new stays in memory", async (t) => {
  const folder = freshFolder(t);
  await filled(folder);
  const before = readFileSync(database(folder));
  const index = openIndex(t, folder, { connect: (location) => new DatabaseSync(location, { readOnly: true }) });
  await assertFinds(index, 5);
  assert.deepEqual([index.storage.kind, index.storage.notice], ["disk", undefined]);
  assert.equal(index.claim(), true);
  await fill(index, 60, 62);
  index.catalogue.removeFiles(["/workspace/0.ts"]);
  assert.deepEqual([index.storage.kind, index.storage.notice?.code], ["memory", "storageReadOnly"]);
  for (const word of [15, 599, 600, 619]) await assertFinds(index, word);
  assertGone(index, 5);
  assert.equal(index.catalogue.fileCount, 61);
  index.compact();
  index.dispose();
  assert.ok(before.equals(readFileSync(database(folder))));
});

test("a folder that cannot be made keeps the index in memory", async (t) => {
  const folder = freshFolder(t);
  mkdirSync(path.dirname(folder), { recursive: true });
  writeFileSync(folder, "a file stands here");
  const index = openIndex(t, path.join(folder, "below"));
  await fill(index, 0, 3);
  await assertFinds(index, 15);
  assert.equal(index.role, "writer");
  assert.deepEqual([index.storage.kind, index.storage.notice?.code], ["memory", "storageFailed"]);
  index.clear();
  assert.equal(index.catalogue.fileCount, 0);
});

test("an index that another program holds is written when it lets go", async (t) => {
  const folder = freshFolder(t);
  const index = openIndex(t, folder);
  await fill(index, 0, 3);
  const other = holding(t, folder);
  await fill(index, 3, 6);
  assert.deepEqual([index.storage.kind, index.storage.notice?.code], ["memory", "storageBusy"]);
  for (const word of [5, 55]) await assertFinds(index, word);
  other.exec("ROLLBACK");
  await fill(index, 6, 7);
  assert.deepEqual([index.storage.kind, index.storage.notice], ["disk", undefined]);
  const content = await contentOf(index, [A]);
  index.dispose();
  assert.deepEqual(await contentOf(openIndex(t, folder), [A]), content);
});

/** Another program's transaction. */
function holding(t: TestContext, folder: string): DatabaseSync {
  const other = new DatabaseSync(database(folder));
  t.after(() => {
    other.close();
  });
  other.exec("BEGIN IMMEDIATE");
  return other;
}

function assertSound(folder: string): void {
  const connection = new DatabaseSync(database(folder), { readOnly: true });
  assert.deepEqual({ ...connection.prepare("PRAGMA quick_check").get() }, { quick_check: "ok" });
  connection.close();
}

function overwrite(name: string, at: number, bytes: Buffer): void {
  const descriptor = openSync(name, "r+");
  writeSync(descriptor, bytes, 0, bytes.length, at);
  closeSync(descriptor);
}
