import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import esbuild from "esbuild";

import { startMilvus } from "../../scripts/milvus/server.ts";
import type { MilvusServer } from "../../scripts/milvus/server.ts";
import { neverCancelled } from "../../src/core/base/cancellation.ts";
import type { CancellationToken } from "../../src/core/base/cancellation.ts";
import { seededRandom } from "../../src/core/base/random.ts";
import { openMilvusStore } from "../../src/engine/store/milvusStore.ts";
import type { SharedStore } from "../../src/engine/store/milvusStore.ts";
import { shareTexts } from "../../src/engine/store/share.ts";
import type { SharedRow } from "../../src/engine/store/share.ts";
import type { EncoderKey } from "../../src/engine/store/vectorStore.ts";
import { errorData } from "../../src/protocol/errors.ts";
import type { ErrorCode } from "../../src/protocol/errors.ts";
import type { Place } from "../../src/protocol/workspace.ts";

const root = path.resolve(import.meta.dirname, "../..");
const DIMENSIONS = 384;
const encoder: EncoderKey = { id: "a", identity: "identity of a", dimensions: DIMENSIONS };

let milvus: MilvusServer;
const stores: SharedStore[] = [];
const open = (repository = "ours", token?: string): SharedStore => {
  const server = { address: milvus.address, secure: false, ...(token === undefined ? {} : { token }) };
  const store = openMilvusStore(server, { repository });
  stores.push(store);
  return store;
};

before(async () => {
  milvus = await startMilvus();
});
after(async () => {
  for (const store of stores) store.dispose();
  await milvus.stop();
});

test("what was interrupted is sent on; ten nearest are found as exact search finds them", async () => {
  const rows = clusteredRows(2_000);
  const store = open();
  assert.equal(await store.count(encoder), 0);
  const interruption = cancellable();
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

test("whoever cannot be reached is said to be so, soon", async () => {
  const sockets: net.Socket[] = [];
  const silent = net.createServer((socket) => sockets.push(socket));
  const other = http.createServer((_, response) => response.end("hello"));
  const at = async (server: net.Server): Promise<string> => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `127.0.0.1:${String((server.address() as net.AddressInfo).port)}`;
  };
  const closed = net.createServer();
  const nobody = await at(closed);
  closed.close();
  try {
    const failing = async (address: string, secure: boolean, code: ErrorCode, message: RegExp): Promise<void> => {
      const store = openMilvusStore({ address, secure }, { repository: "ours" });
      const started = performance.now();
      await assert.rejects(store.count(encoder), isError(code, message));
      assert.ok(performance.now() - started < 10_000, `${address} took ${String(performance.now() - started)} ms`);
      store.dispose();
    };
    await Promise.all([
      failing(nobody, false, "sharedAway", /ECONNREFUSED/),
      failing(await at(silent), false, "sharedAway", /5 s|reached/),
      failing(await at(other), false, "sharedAway", /reached/),
      failing("no-such-host.invalid:19530", true, "sharedAway", /reached/),
      failing(milvus.address, true, "sharedInsecure", /No encrypted connection/),
      failing("http://localhost:19530", false, "sharedAway", /host:port/),
      // Not even looked up.
      failing("192.0.2.1:19530", false, "sharedInsecure", /another machine/),
      failing("localhost.example.com:19530", false, "sharedInsecure", /another machine/),
      failing("127.0.0.1.example.com:19530", false, "sharedInsecure", /another machine/),
    ]);
  } finally {
    silent.close();
    // gRPC holds a connection for as long as the other side has not greeted, even when told to close it.
    for (const socket of sockets) socket.destroy();
    other.close();
    other.closeAllConnections();
  }
});

test("a search that is cancelled settles at once", async () => {
  const store = open();
  await store.count(encoder);
  const { token, cancel } = cancellable();
  const searching = store.search(encoder, clusteredRows(1)[0]!.vector, { k: 10 }, token);
  const started = performance.now();
  cancel();
  await assert.rejects(searching, isError("cancelled"));
  assert.ok(performance.now() - started < 100);
});

test("a server that is killed is reported, and used again when it is back; it asks for a token then", async () => {
  const key = { ...encoder, identity: "killed", dimensions: 4 };
  const store = open("ours", "root:Milvus");
  const rows = Array.from({ length: 2_000 }, (_, index) => row(`text ${String(index)}`, [1, index, 0, 0], [place("a.ts")]));
  let killed: Promise<void> | undefined;
  let since = Infinity;
  await assert.rejects(
    shareTexts(store, key, stream(rows), neverCancelled, () => {
      since = performance.now();
      killed ??= milvus.kill();
    }),
    isError("sharedAway", /cannot be reached|no answer/),
  );
  await killed;
  await assert.rejects(store.count(key), isError("sharedAway"));
  assert.ok(performance.now() - since < 5_000, `it took ${String(performance.now() - since)} ms to tell`);

  await milvus.restart({ authorise: true });
  assert.deepEqual(await shareTexts(store, key, stream(rows), neverCancelled, () => undefined), { sent: 1_000, already: 1_000 });
  assert.equal(await store.count(key), 2_000);
  await assert.rejects(open().count(encoder), isError("sharedRefused"));
  await assert.rejects(open("ours", "root:guess").count(encoder), isError("sharedRefused"));
});

test("the bundle works where no package is installed, and loads the client only when asked", async () => {
  const { BUNDLES } = (await import(pathToFileURL(path.join(root, "esbuild.mjs")).href)) as {
    BUNDLES: Readonly<Record<"engine" | "milvus", esbuild.BuildOptions>>;
  };
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "compare-embeddings-bundle-"));
  try {
    const key = { ...encoder, identity: "bundle", dimensions: 4 };
    const texts = ["one", "two", "three"].map((text, index) => row(text, [1, index, 0, 0], [place("a.ts")]));
    await open("ours", "root:Milvus").add(key, texts);
    const build = (bundle: esbuild.BuildOptions, outfile: string, entry?: string) =>
      esbuild.build({
        ...bundle,
        ...(entry === undefined ? {} : { entryPoints: [entry] }),
        outfile: path.join(folder, outfile),
        sourcemap: false,
      });
    await build(BUNDLES.engine, "engine.js", "src/engine/store/milvusStore.ts");
    fs.writeFileSync(path.join(folder, "package.json"), '{"type":"module"}');
    fs.writeFileSync(
      path.join(folder, "ask.js"),
      `import { openMilvusStore } from "./engine.js";
       const [address, repository] = process.argv.slice(2);
       const ask = async (secure, at) => {
         const store = openMilvusStore({ address: at, secure, token: "root:Milvus" }, { repository });
         try { return await store.count(${JSON.stringify(key)}); } catch (error) { return error.data?.code ?? String(error); } finally { store.dispose(); }
       };
       console.log(JSON.stringify([await ask(false, "192.0.2.1:1"), await ask(false, address)]));`,
    );
    const run = (): unknown =>
      JSON.parse(
        execFileSync(process.execPath, [path.join(folder, "ask.js"), milvus.address, "ours"], {
          encoding: "utf8",
          timeout: 20_000,
        }),
      );
    assert.ok(fs.statSync(path.join(folder, "engine.js")).size < 200_000);
    assert.match(JSON.stringify(run()), /^\["sharedInsecure",".*milvus\.js/);
    await build(BUNDLES.milvus, "milvus.js");
    assert.ok(fs.statSync(path.join(folder, "milvus.js")).size < 2_000_000);
    assert.deepEqual(run(), ["sharedInsecure", 3]);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
});

test("a test that is killed leaves no server behind", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "compare-embeddings-killed-"));
  const child = spawn(process.execPath, [path.join(root, "scripts/milvus/server.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: folder },
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once("data", (said: Buffer) => {
      resolve(Number(/127\.0\.0\.1:(\d+)/.exec(said.toString())?.[1]));
    });
    child.once("exit", () => {
      reject(new Error("It did not start a second server."));
    });
  });
  assert.ok(await isOpen(port));
  child.kill("SIGKILL");
  const deadline = performance.now() + 5_000;
  while ((await isOpen(port)) || fs.readdirSync(folder).length > 0)
    assert.ok(performance.now() < deadline, `still there: ${fs.readdirSync(folder).join(", ")}`);
  fs.rmSync(folder, { recursive: true });
});

// ---- what is shared

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

const place = (at: string): Place => ({
  file: `/home/someone/${at}`,
  path: at,
  languageId: "typescript",
  range: { start: { line: 1, character: 2 }, end: { line: 3, character: 4 } },
  label: "f",
  kind: "function",
});

function row(text: string, vector: readonly number[], places: readonly Place[], content = text): SharedRow {
  return { hash: hashOf(text), vector: unit(Float32Array.from(vector)), described: { content, places } };
}

/** Around forty centres, as texts are: each cosine with its own centre some 0.7. */
function clusteredRows(count: number, seed = 1): SharedRow[] {
  const centres = gaussian(40 * DIMENSIONS, 3);
  const noise = gaussian(count * DIMENSIONS, seed);
  return Array.from({ length: count }, (_, index) => {
    const centre = (index % 40) * DIMENSIONS;
    const vector = Float32Array.from({ length: DIMENSIONS }, (__, d) => centres[centre + d]! + noise[index * DIMENSIONS + d]!);
    return {
      hash: hashOf(`${String(seed)} ${String(index)}`),
      vector: unit(vector),
      described: { content: `text ${String(index)}`, places: [place(`${String(index)}.ts`)] },
    };
  });
}

function gaussian(count: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  return Float32Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((x) => x / length);
}

function exactSearch(rows: readonly SharedRow[], query: Float32Array, k: number): { hash: string; score: number }[] {
  return rows
    .map(({ hash, vector }) => ({ hash, score: vector.reduce((sum, x, d) => sum + x * query[d]!, 0) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, k);
}

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

function cancellable(): { token: CancellationToken; cancel: () => void } {
  const listeners = new Set<(event: unknown) => void>();
  let requested = false;
  return {
    token: {
      get isCancellationRequested() {
        return requested;
      },
      onCancellationRequested: (listener) => {
        listeners.add(listener);
        return { dispose: () => listeners.delete(listener) };
      },
    },
    cancel: () => {
      requested = true;
      for (const listener of listeners) listener(undefined);
    },
  };
}

const isError =
  (code: ErrorCode, message = /./) =>
  (thrown: unknown): boolean => {
    const data = errorData(thrown);
    assert.equal(data.code, code, data.message);
    assert.match(data.message, message);
    return true;
  };

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => {
      resolve(false);
    });
  });
}
