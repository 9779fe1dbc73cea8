import assert from "node:assert/strict";
import { test } from "node:test";

import { neverCancelled } from "../../src/core/base/cancellation.ts";
import { contentOf, encoder, file, freshFolder, hashOf, openIndex, rows, vectorOf } from "./store/sampleFiles.ts";

const A = encoder("A");
const B = encoder("B", 6);

test("equal texts are one, whatever file they stand in, and need one vector per encoder", async (t) => {
  for (const storage of [freshFolder(t), null]) {
    const index = openIndex(t, storage);
    index.catalogue.putFiles([file("a.ts", ["one", "two", "one"]), file("b.ts", ["two", "three"], "javascript")]);
    const { catalogue, vectors } = index;
    assert.deepEqual([catalogue.fileCount, catalogue.segmentCount, catalogue.textCount], [2, 5, 3]);
    const hashes = [...catalogue.presentTexts()].map((text) => catalogue.hashOf(text));
    assert.deepEqual(hashes, ["one", "two", "three"].map(hashOf));
    assert.deepEqual(await vectors.missing(A, hashes), hashes);

    await vectors.add(A, rows(A, ["one", "three"]));
    await vectors.add(A, rows(A, ["one", "three"]));
    assert.deepEqual(await vectors.missing(A, hashes), [hashOf("two")]);
    assert.deepEqual(await vectors.missing(B, hashes), hashes);
    assert.deepEqual([await vectors.count(A), await vectors.count(B)], [2, 0]);
    assert.equal(index.bytesOf(A), 2 * 4 * 4);

    assert.deepEqual(
      catalogue.placesOf(catalogue.numberOf(hashOf("two"))!).map(({ path, label, range }) => [path, label, range.start.line]),
      [
        ["a.ts", "line 1", 1],
        ["b.ts", "line 0", 0],
      ],
    );
    assert.equal(catalogue.segmentAt("/workspace/a.ts", { line: 1, character: 2 })?.label, "line 1");
    assert.equal(catalogue.segmentAt("/workspace/a.ts", { line: 9, character: 0 }), undefined);
  }
});

test("renames, copies and branch switches need no new vector", async (t) => {
  for (const storage of [freshFolder(t), null]) {
    const index = openIndex(t, storage);
    const { catalogue, vectors } = index;
    const main = [file("a.ts", ["one", "two"]), file("b.ts", ["three"])];
    catalogue.putFiles(main);
    await vectors.add(A, rows(A, ["one", "two", "three"]));
    const missing = (): Promise<readonly string[]> =>
      vectors.missing(
        A,
        [...catalogue.presentTexts()].map((text) => catalogue.hashOf(text)),
      );

    catalogue.removeFiles(["/workspace/a.ts"]);
    catalogue.putFiles([file("renamed.ts", ["one", "two"]), file("copy.ts", ["two"])]);
    assert.deepEqual([catalogue.fileCount, catalogue.segmentCount, catalogue.textCount], [3, 4, 3]);
    assert.deepEqual(await missing(), []);

    // Another branch, and back: what is not there is not found, and nothing is forgotten.
    catalogue.removeFiles(["/workspace/renamed.ts", "/workspace/copy.ts"]);
    catalogue.putFiles([file("b.ts", ["four"])]);
    assert.deepEqual(await missing(), [hashOf("four")]);
    const query = vectorOf(A, hashOf("one"));
    assert.deepEqual(await vectors.search(A, query, { k: 5 }, neverCancelled), []);
    assert.deepEqual(catalogue.lexical("one two three", 5), []);
    catalogue.removeFiles(["/workspace/b.ts"]);
    catalogue.putFiles(main);
    assert.deepEqual(await missing(), []);
    const found = await vectors.search(A, query, { k: 1 }, neverCancelled);
    assert.equal(found[0]?.hash, hashOf("one"));
  }
});

test("a changed file takes the place of what was there; a touched one keeps it", (t) => {
  for (const storage of [freshFolder(t), null]) {
    const { catalogue } = openIndex(t, storage);
    catalogue.putFiles([file("a.ts", ["one", "two"])]);
    const before = catalogue.version;
    catalogue.putFiles([file("a.ts", ["two", "three", "four"])]);
    assert.ok(catalogue.version > before);
    assert.deepEqual(
      catalogue.segmentsOf("/workspace/a.ts").map(({ text, label }) => [catalogue.textOf(text).text, label]),
      [
        ["two", "line 0"],
        ["three", "line 1"],
        ["four", "line 2"],
      ],
    );
    catalogue.touchFiles(new Map([["/workspace/a.ts", { size: 5, mtimeMs: 7.5, hash: "other" }]]));
    assert.equal(catalogue.stamps().get("/workspace/a.ts")?.mtimeMs, 7.5);
    assert.deepEqual([catalogue.segmentCount, catalogue.segmentsOf("/workspace/a.ts").length], [3, 3]);
    // Nobody knows such a file.
    catalogue.touchFiles(new Map([["/workspace/none.ts", { size: 5, mtimeMs: 7.5, hash: "other" }]]));
    catalogue.removeFiles(["/workspace/none.ts"]);
    assert.equal(catalogue.fileCount, 1);
  }
});

test("an index is the same after it was closed and opened", async (t) => {
  const folder = freshFolder(t);
  const odd = "\uFEFFété 𝒳 \u0000 数据 \r\n\t'\"";
  const index = openIndex(t, folder);
  index.catalogue.putFiles([
    file("a.ts", ["one", odd, "two"]),
    file("dir/b.md", ["one", "three"], "markdown"),
    file("empty.ts", []),
  ]);
  index.catalogue.removeFiles(["/workspace/none.ts"]);
  index.catalogue.putFiles([file("a.ts", ["one", odd, "four"])]);
  await index.vectors.add(A, rows(A, ["one", odd, "three"]));
  await index.vectors.add(B, [...rows(B, ["three"]), { hash: hashOf("four"), vector: new Float32Array(6) }]);
  index.rememberEncoder("stamp", A);
  const content = await contentOf(index, [A, B]);
  const lexical = index.catalogue.lexical("one two three four", 10);
  index.dispose();

  const again = openIndex(t, folder);
  assert.deepEqual(await contentOf(again, [A, B]), content);
  assert.deepEqual(again.catalogue.lexical("one two three four", 10), lexical);
  assert.deepEqual(again.recallEncoder("stamp"), A);
  assert.equal(again.recallEncoder("other"), undefined);
  // A text without a vector is remembered, and not found.
  assert.deepEqual(await again.vectors.missing(B, [hashOf("four")]), []);
  assert.equal(await again.vectors.count(B), 1);
  assert.equal(again.storage.kind, "disk");
  assert.equal(again.bytesOf(B), 2 * 6 * 4);
});

test("a search leaves out what the filter does not let through, and the query itself", async (t) => {
  const index = openIndex(t, freshFolder(t));
  index.catalogue.putFiles([
    file("src/parse.ts", ["one", "two"]),
    file("src/deep/Read.py", ["three"], "python"),
    file("docs/[id].md", ["four", "two"], "markdown"),
  ]);
  await index.vectors.add(A, rows(A, ["one", "two", "three", "four"]));
  const names = new Map(["one", "two", "three", "four"].map((text) => [hashOf(text), text]));
  const search = async (filter: object, rest: object = {}): Promise<(string | undefined)[]> => {
    const query = vectorOf(A, hashOf("one"));
    const found = await index.vectors.search(A, query, { k: 9, filter, ...rest }, neverCancelled);
    return found.map(({ hash }) => names.get(hash)).sort();
  };
  assert.deepEqual(await search({}), ["four", "one", "three", "two"]);
  assert.deepEqual(await search({ path: "READ" }), ["three"]);
  assert.deepEqual(await search({ path: "*.ts" }), ["one", "two"]);
  assert.deepEqual(await search({ path: "src/**" }), ["one", "three", "two"]);
  assert.deepEqual(await search({ path: "src/*" }), ["one", "two"]);
  assert.deepEqual(await search({ path: "!src/**" }), ["four", "two"]);
  assert.deepEqual(await search({ path: "{docs,src}/*.{md,ts}" }), ["four", "one", "two"]);
  assert.deepEqual(await search({ languages: ["python", "markdown"] }), ["four", "three", "two"]);
  assert.deepEqual(await search({ path: "src", languages: ["markdown"] }), []);
  assert.deepEqual(await search({ otherFiles: true }, { queryFile: "/workspace/src/parse.ts" }), ["four", "three", "two"]);
  assert.deepEqual(await search({}, { exceptHash: hashOf("one") }), ["four", "three", "two"]);
});
