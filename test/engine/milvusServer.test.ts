import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import esbuild from "esbuild";

import { neverCancelled } from "../../src/core/base/cancellation.ts";
import { openMilvusStore } from "../../src/engine/store/milvusStore.ts";
import { shareTexts } from "../../src/engine/store/share.ts";
import type { ErrorCode } from "../../src/protocol/errors.ts";
import { encoder, isError, milvusForTests, place, row, stream } from "./milvus/milvusForTests.ts";

const { server, open } = milvusForTests();

const root = path.resolve(import.meta.dirname, "../..");

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
      failing(server().address, true, "sharedInsecure", /No encrypted connection/),
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

test("a server that is killed is reported, and used again when it is back; it asks for a token then", async () => {
  const key = { ...encoder, identity: "killed", dimensions: 4 };
  const store = open("ours", "root:Milvus");
  const rows = Array.from({ length: 2_000 }, (_, index) => row(`text ${String(index)}`, [1, index, 0, 0], [place("a.ts")]));
  let killed: Promise<void> | undefined;
  let since = Infinity;
  await assert.rejects(
    shareTexts(store, key, stream(rows), neverCancelled, () => {
      since = performance.now();
      killed ??= server().kill();
    }),
    isError("sharedAway", /cannot be reached|no answer/),
  );
  await killed;
  await assert.rejects(store.count(key), isError("sharedAway"));
  assert.ok(performance.now() - since < 5_000, `it took ${String(performance.now() - since)} ms to tell`);

  await server().restart({ authorise: true });
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
        execFileSync(process.execPath, [path.join(folder, "ask.js"), server().address, "ours"], {
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
