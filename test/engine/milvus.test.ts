import assert from "node:assert/strict";
import { test } from "node:test";

import { cancellationSource, neverCancelled } from "../../src/core/base/cancellation.ts";
import type { SharedRow } from "../../src/engine/store/share.ts";
import type { SharedStore } from "../../src/engine/store/milvusStore.ts";
import { shareTexts } from "../../src/engine/store/share.ts";
import { clusteredRows, encoder, hashOf, isError, milvusForTests, place, row, stream } from "./milvus/milvusForTests.ts";

const { open } = milvusForTests();

test("what was interrupted is sent on; ten nearest are found as exact search finds them", async () => {
  const rows = clusteredRows(2_000);
  const store = open();
  assert.equal(await store.count(encoder), 0);
  const interruption = cancellationSource();
  await assert.rejects(
    shareTexts(store, encoder, stream(rows), interruption.token, ({ sent }) => {
      if (sent > 0) interruption.cancel();
    }),
    isError("cancelled"),
  );
  assert.equal(await store.count(encoder), 1_000);
  assert.equal(
    (
      await store.missing(
        encoder,
        rows.map(({ hash }) => hash),
      )
    ).length,
    1_000,
  );

  const progress: number[] = [];
  const done = await shareTexts(store, encoder, stream(rows), neverCancelled, ({ sent, already }) =>
    progress.push(sent + already),
  );
  assert.deepEqual(done, { sent: 1_000, already: 1_000 });
  assert.deepEqual(progress, [1_000, 2_000]);
  assert.equal(await store.count(encoder), 2_000);
  assert.deepEqual(
    await store.missing(
      encoder,
      rows.map(({ hash }) => hash),
    ),
    [],
  );

  // Another window has written nothing, so its searches need not wait for the server to be sure of that.
  const reader = open("theirs");
  let agreed = 0;
  const queries = clusteredRows(60, 7);
  for (const { vector } of queries) {
    const found = await reader.search(encoder, vector, { k: 10 }, neverCancelled);
    const exact = exactSearch(rows, vector, 10);
    assert.equal(found.length, 10);
    agreed += found.filter(({ hash }) => exact.some((other) => other.hash === hash)).length;
    assert.ok(Math.abs(found[0]!.score - exact[0]!.score) < 1e-5);
    assert.ok(found.every(({ score }, index) => index === 0 || score <= found[index - 1]!.score + 1e-6));
  }
  const recall = agreed / (10 * queries.length);
  assert.ok(recall >= 0.99, `recall@10 is ${String(recall)}`);
});

test("content and places come along; a text that moved is sent again", async () => {
  const key = { ...encoder, identity: "payload", dimensions: 4 };
  const store = open();
  const text = row("one", [1, 0, 0, 0], [place("src/one.ts"), place("copy/one.ts")], 'say "hello"\n\\ ü 𝒳');
  await store.add(key, [text, row("two", [0, 1, 0, 0], [place("src/two.ts")])]);
  const search = (to: SharedStore) => to.search(key, Float32Array.of(1, 0, 0, 0), { k: 5 }, neverCancelled);
  const [first, ...others] = await search(store);
  assert.equal(first?.hash, text.hash);
  assert.equal(first.described?.content, text.described.content);
  assert.deepEqual(first.described.places, [
    { ...place("ours/src/one.ts"), file: "" },
    { ...place("ours/copy/one.ts"), file: "" },
  ]);
  assert.equal(others.length, 1);

  const moved = { ...text, described: { ...text.described, places: [place("lib/one.ts")] } };
  assert.deepEqual(await store.outdated(key, [text], neverCancelled), []);
  assert.deepEqual(await shareTexts(store, key, stream([moved]), neverCancelled, () => undefined), { sent: 1, already: 0 });
  assert.equal((await search(store))[0]?.described?.places[0]?.path, "ours/lib/one.ts");
  assert.equal(await store.count(key), 2);

  // The same text of another repository is one result with the places of both; each counts its own as missing.
  const theirs = open("theirs");
  assert.deepEqual(await theirs.missing(key, [text.hash]), [text.hash]);
  await theirs.add(key, [text, text]);
  const [both, ...rest] = await search(theirs);
  assert.deepEqual(
    new Set(both?.described?.places.map(({ path: at }) => at)),
    new Set(["ours/lib/one.ts", "theirs/src/one.ts", "theirs/copy/one.ts"]),
  );
  assert.equal(rest.length, 1);

  // Zeros are remembered and never found.
  await store.add(key, [row("blank", [0, 0, 0, 0], [place("blank.ts")])]);
  assert.deepEqual(await store.missing(key, [hashOf("blank")]), []);
  assert.ok((await search(store)).every(({ hash }) => hash !== hashOf("blank")));
});

test("very long content and very many places are cut, not refused", async () => {
  const key = { ...encoder, identity: "long", dimensions: 4 };
  const store = open();
  const places = Array.from({ length: 3_000 }, (_, index) => ({
    ...place(`${"ü".repeat(3_000)}/${String(index)}.ts`),
    label: "ü".repeat(9_000),
  }));
  await store.add(key, [row("long", [1, 0, 0, 0], places, "字".repeat(100_000))]);
  const [found] = await store.search(key, Float32Array.of(1, 0, 0, 0), { k: 1 }, neverCancelled);
  assert.equal(found?.described?.content, "字".repeat(8_000));
  assert.ok(found.described.places.length >= 5);
});

test("filters leave out paths, languages, the query and its file; equal scores come in the order of their hashes", async () => {
  const key = { ...encoder, identity: "filters", dimensions: 4 };
  const store = open();
  const many = Array.from({ length: 300 }, (_, index) =>
    row(`near ${String(index)}`, [1, 0, 0, 0], [place(`deep/${String(index)}.ts`)]),
  );
  const python = row("python", [0.6, 0.8, 0, 0], [{ ...place("tools/Build.py"), languageId: "python" }]);
  const readme = row("readme", [0, 1, 0, 0], [{ ...place("docs/readme.md"), languageId: "markdown" }]);
  await store.add(key, [...many, python, readme]);
  const paths = async (options: Omit<Parameters<SharedStore["search"]>[2], "k">, k = 3): Promise<(string | undefined)[]> =>
    (await store.search(key, Float32Array.of(1, 0, 0, 0), { k, ...options }, neverCancelled)).map(
      ({ described }) => described?.places[0]?.path,
    );
  const inOrder = many.toSorted((a, b) => (a.hash < b.hash ? -1 : 1)).map(({ described }) => `ours/${described.places[0]!.path}`);
  assert.deepEqual(await paths({}, 300), inOrder);
  // Behind three hundred that are nearer.
  assert.deepEqual(await paths({ filter: { path: "build" } }), ["ours/tools/Build.py"]);
  assert.deepEqual(await paths({ filter: { path: "**/*.{py,md}" } }), ["ours/tools/Build.py", "ours/docs/readme.md"]);
  assert.deepEqual(await paths({ filter: { path: "ours/docs/**" } }), ["ours/docs/readme.md"]);
  assert.deepEqual(await paths({ filter: { path: "docs/*" } }), ["ours/docs/readme.md"]);
  assert.deepEqual(await paths({ filter: { path: "nowhere" } }), []);
  assert.deepEqual(await paths({ filter: { languages: ["python", 'no "such"'] } }), ["ours/tools/Build.py"]);
  assert.deepEqual(await paths({ filter: { languages: ["python"] }, exceptHash: python.hash }), []);
  const elsewhere = { path: "tools/*", otherFiles: true };
  assert.deepEqual(await paths({ filter: elsewhere, queryFile: "C:\\home\\ours\\tools\\Build.py" }), []);
  assert.deepEqual(await paths({ filter: elsewhere, queryFile: "/home/ours/tools/other.py" }), ["ours/tools/Build.py"]);
});

test("encoders never mix", async () => {
  const a = { ...encoder, identity: "mix a", dimensions: 4 };
  const b = { ...encoder, identity: "mix b", dimensions: 4 };
  const store = open();
  await store.add(a, [row("one", [1, 0, 0, 0], [place("a.ts")])]);
  assert.equal(await store.count(b), 0);
  assert.deepEqual(await store.search(b, Float32Array.of(1, 0, 0, 0), { k: 5 }, neverCancelled), []);
  assert.deepEqual(await store.missing(b, [hashOf("one")]), [hashOf("one")]);
  await assert.rejects(
    store.add(a, [{ hash: hashOf("two"), vector: Float32Array.of(1, 0) }]),
    isError("badRequest", /2 numbers/),
  );
  // The same identity with other dimensions cannot be; if it is, someone else wrote that collection.
  await assert.rejects(store.count({ ...a, dimensions: 8 }), isError("sharedFailed", /4 dimensions/));
  assert.equal(await store.count(a), 1);
});

test("a search that is cancelled settles at once", async () => {
  const store = open();
  await store.count(encoder);
  const source = cancellationSource();
  const searching = store.search(encoder, clusteredRows(1)[0]!.vector, { k: 10 }, source.token);
  const started = performance.now();
  source.cancel();
  await assert.rejects(searching, isError("cancelled"));
  assert.ok(performance.now() - started < 100);
});

function exactSearch(rows: readonly SharedRow[], query: Float32Array, k: number): { hash: string; score: number }[] {
  return rows
    .map(({ hash, vector }) => ({ hash, score: vector.reduce((sum, x, d) => sum + x * query[d]!, 0) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, k);
}
