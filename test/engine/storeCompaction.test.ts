import assert from "node:assert/strict";
import { statSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";

import { neverCancelled } from "../../src/core/base/cancellation.ts";
import type { LocalIndex } from "../../src/engine/store/localIndex.ts";
import { contentOf, encoder, file, freshFolder, hashOf, openIndex, rows, vectorOf } from "./store/sampleFiles.ts";
import { plainMatrix } from "./store/plainMatrix.ts";

const A = encoder("A", 96);
const B = encoder("B", 8);
const TEXTS = 50;
const lines = (number: number): string[] => Array.from({ length: TEXTS }, (_, at) => `text${String(number)}x${String(at)}`);
const hashes = (index: LocalIndex): string[] => [...index.catalogue.presentTexts()].map((text) => index.catalogue.hashOf(text));

async function fill(index: LocalIndex, files: number): Promise<void> {
  for (let number = 0; number < files; number++) {
    index.catalogue.putFiles([file(`${String(number)}.ts`, lines(number))]);
    for (const each of [A, B]) await index.vectors.add(each, rows(each, lines(number)));
  }
}

const some = (from: number, to: number, step = 1): string[] =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, at) => `/workspace/${String(from + at * step)}.ts`);

test("texts that stand nowhere are dropped when they are many, and their bytes given back", async (t) => {
  const folder = freshFolder(t);
  const index = openIndex(t, folder);
  const reader = openIndex(t, folder);
  await fill(index, 120);
  reader.refresh();
  await reader.matrix(A);
  const name = path.join(folder, "index.sqlite");
  const checkpoint = (): number => {
    const connection = new DatabaseSync(name);
    connection.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    assert.deepEqual({ ...connection.prepare("PRAGMA quick_check").get() }, { quick_check: "ok" });
    connection.close();
    return statSync(name).size;
  };
  const full = checkpoint();

  // A sixth: not worth it, and a branch switch back costs nothing.
  index.catalogue.removeFiles(some(0, 20));
  index.compact();
  assert.deepEqual(await index.vectors.missing(A, lines(3).map(hashOf)), []);
  assert.equal(index.catalogue.numberOf(hashOf("text3x3")) === undefined, false);

  index.catalogue.removeFiles(some(20, 120, 2));
  const content = await contentOf(index, [A, B]);
  const lexical = index.catalogue.lexical("text21x7 text119x1", 5);
  for (let round = 0; round < 20; round++) index.compact();
  assert.equal(index.catalogue.numberOf(hashOf("text3x3")), undefined);
  assert.deepEqual(await contentOf(index, [A, B]), content);
  assert.deepEqual(index.catalogue.lexical("text21x7 text119x1", 5), lexical);
  const compacted = checkpoint();
  assert.ok(compacted < 0.6 * full, `${String(compacted)} of ${String(full)} bytes`);
  assert.equal(index.bytesOf(A), 50 * TEXTS * 96 * 4);

  // A window that has read all before sees the same.
  reader.refresh();
  assert.deepEqual(await contentOf(reader, [A, B]), content);

  // What comes back is new: no number means another text to anybody.
  const highest = 120 * TEXTS - 1;
  index.catalogue.putFiles([file("back.ts", lines(0))]);
  assert.ok(index.catalogue.segmentsOf("/workspace/back.ts").every(({ text }) => text > highest));
  assert.deepEqual(await index.vectors.missing(A, lines(0).map(hashOf)), lines(0).map(hashOf));
  index.catalogue.removeFiles(["/workspace/back.ts"]);
  const still = index.catalogue.lexical("text21x7 text119x1", 5);
  index.dispose();
  reader.dispose();
  const again = openIndex(t, folder);
  assert.deepEqual(await contentOf(again, [A, B]), content);
  assert.deepEqual(again.catalogue.lexical("text21x7 text119x1", 5), still);
});

test("in memory alone what stands nowhere is dropped too", async (t) => {
  const index = openIndex(t, null);
  await fill(index, 80);
  index.catalogue.removeFiles(some(0, 60));
  const content = await contentOf(index, [A, B]);
  const before = index.storage.bytes;
  index.compact();
  assert.ok(index.storage.bytes < 0.3 * before);
  assert.equal(index.catalogue.numberOf(hashOf("text3x3")), undefined);
  assert.deepEqual(await contentOf(index, [A, B]), content);
});

test("encoders beyond the memory they may take read their exact rows from the store", async (t) => {
  const folder = freshFolder(t);
  const index = openIndex(t, folder);
  await fill(index, 10);
  index.dispose();

  const made: string[] = [];
  const options = {
    memoryBytes: 10 * TEXTS * 96 * 4,
    matrices: (dimensions: number) => {
      made.push(`exact ${String(dimensions)}`);
      return plainMatrix(dimensions);
    },
    // Knows which rows there are and asks for all of them.
    quantised: (dimensions: number, exact: (ids: Int32Array) => Promise<Float32Array>) => {
      made.push(`quantised ${String(dimensions)}`);
      const inner = plainMatrix(dimensions);
      const ids: number[] = [];
      return {
        ...inner,
        has: (id: number) => inner.has(id),
        append: (added: Int32Array, vectors: Float32Array) => {
          ids.push(...added);
          inner.append(added, vectors.map(Math.fround));
        },
        topK: async (query: Float32Array, k: number, accept?: Uint8Array) => {
          const again = plainMatrix(dimensions);
          again.append(Int32Array.from(ids), await exact(Int32Array.from(ids)));
          return again.topK(query, k, accept);
        },
      };
    },
  };
  const large = openIndex(t, folder, options);
  await large.matrix(A);
  await large.matrix(B);
  assert.deepEqual(made, ["exact 96", "quantised 8"]);
  const nearest = async (text: string): Promise<string | undefined> => {
    const [found] = await large.vectors.search(B, vectorOf(B, hashOf(text)), { k: 1 }, neverCancelled);
    assert.ok(found !== undefined && Math.abs(found.score - 1) < 1e-6);
    return found.hash;
  };
  assert.equal(await nearest("text7x7"), hashOf("text7x7"));
  // What is added is found in the store at once, and after the store was compacted.
  await fill(large, 70);
  assert.equal(await nearest("text69x7"), hashOf("text69x7"));
  large.catalogue.removeFiles(some(0, 60));
  for (let round = 0; round < 10; round++) large.compact();
  assert.equal(hashes(large).length, 10 * TEXTS);
  assert.equal(await nearest("text69x7"), hashOf("text69x7"));
});
