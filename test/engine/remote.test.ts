import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";

import { cancellationSource } from "../../src/core/base/cancellation.ts";
import { embed, compare, listEncoders, tokenize, type EmbedResult } from "../../src/protocol/engine.ts";
import { errorData, type ErrorCode } from "../../src/protocol/errors.ts";
import { addRemoteEncoder, allowRemote, measureSending, type RemoteConsent } from "../../src/protocol/remote.ts";
import { neighbours, openWorkspace, startIndexing } from "../../src/protocol/workspace.ts";
import type { EngineClient } from "../../src/process/engineClient.ts";
import { certificateFor } from "./hub/certificate.ts";
import { startConnectProxy } from "./hub/connectProxy.ts";
import {
  answerRightly,
  json,
  openAiAnswer,
  startFakeServer,
  vectorOf,
  type FakeServer,
  type Reply,
} from "./remote/fakeServer.ts";
import { startEngine } from "./startEngine.ts";

const root = path.resolve(import.meta.dirname, "../..");
/** Nobody waits in a test. */
const PATIENCE = { stallMs: 400, backOffMs: 5 };

interface Place {
  readonly engine: EngineClient;
  readonly server: FakeServer;
  readonly folder: string;
  readonly allow: (...allowed: RemoteConsent[]) => Promise<unknown>;
}

async function withServer(body: (place: Place) => Promise<void>): Promise<void> {
  const server = await startFakeServer();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "compare-embeddings-remote-"));
  const engine = startEngine({ encoders: folder, hello: { workers: 1 } });
  try {
    await body({ engine, server, folder, allow: (...allowed) => engine.request(allowRemote, { allowed, patience: PATIENCE }) });
  } finally {
    engine.dispose();
    await server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** An encoder that was added and proven, with nothing seen since. */
async function withEncoder(protocol: "openai" | "kserve", body: (place: Place) => Promise<void>): Promise<void> {
  await withServer(async (place) => {
    const { engine, server, folder, allow } = place;
    await allow({ origin: server.origin });
    await engine.request(addRemoteEncoder, { protocol, url: server.origin, model: "fake", id: "far", folder });
    await engine.request(embed, { encoder: { id: "far" }, texts: ["proven"] });
    server.seen.length = 0;
    await body(place);
  });
}

const far = { id: "far" };
const ask = ({ engine }: Place, texts: readonly string[]): Promise<EmbedResult> => engine.request(embed, { encoder: far, texts });
const rows = ({ vectors, dimensions, hasVector }: EmbedResult): number[][] =>
  Array.from(hasVector.keys(), (row) => Array.from(vectors.subarray(row * dimensions, (row + 1) * dimensions)));
const close = (found: readonly number[], expected: readonly number[]): void => {
  assert.equal(found.length, expected.length);
  for (const [at, value] of found.entries())
    assert.ok(Math.abs(value - expected[at]!) < 1e-6, `${value} is not ${expected[at]!}`);
};

async function failsWith(promise: Promise<unknown>, code: ErrorCode, pattern = /./): Promise<void> {
  await assert.rejects(promise, (error) => {
    const { code: found, message, hint } = errorData(error);
    assert.equal(found, code, message);
    assert.match(`${message} ${hint ?? ""}`, pattern);
    assert.doesNotMatch(`${message}${hint ?? ""}`, /sk-secret/);
    return true;
  });
}

test("nothing is sent before the user agreed, and nothing once consent is withdrawn", () =>
  withServer(async (place) => {
    const { engine, server, folder, allow } = place;
    const add = { protocol: "openai" as const, url: `${server.origin}/v1`, model: "fake", id: "far", folder };
    await failsWith(engine.request(addRemoteEncoder, add), "remoteNotAllowed", new RegExp(`--allow-remote ${server.origin}`));
    await allow({ origin: "http://127.0.0.1:1" });
    await failsWith(engine.request(addRemoteEncoder, add), "remoteNotAllowed");
    assert.equal(server.seen.length, 0);

    await allow({ origin: server.origin });
    assert.deepEqual(await engine.request(addRemoteEncoder, add), { id: "far", folder: path.join(folder, "far"), added: true });
    assert.equal((await ask(place, ["one"])).dimensions, 8);
    assert.ok(server.seen.some(({ path: to }) => to === "/v1/embeddings"));

    await allow();
    server.seen.length = 0;
    await failsWith(ask(place, ["two"]), "remoteNotAllowed");
    const documents = [{ uri: "a", path: "a", languageId: "plaintext", version: 0, text: "one\ntwo\nthree" }];
    const params = { documents, split: "lines" as const, encoders: [far, { id: "glove-6b-100d-50k" }], k: 2 };
    const { outcomes } = await engine.request(compare, params);
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.ok ? "ok" : outcome.error.code)),
      ["remoteNotAllowed", "ok"],
    );
    assert.equal(server.seen.length, 0);
    const info = async () => (await engine.request(listEncoders, null)).find(({ id }) => id === "far")!;
    assert.equal((await info()).state, "failed");
    assert.equal((await info()).remote?.origin, server.origin);
    await allow({ origin: server.origin });
    assert.equal((await info()).state, "ready");
    assert.equal(
      (await engine.request(compare, params)).outcomes.every(({ ok }) => ok),
      true,
    );
  }));

for (const protocol of ["openai", "kserve"] as const)
  test(`${protocol}: vectors come back to their texts, whatever the order of the answer`, () =>
    withEncoder(protocol, async (place) => {
      const texts = Array.from({ length: 150 }, (_, at) => `text ${at}`);
      const found = rows(await ask(place, [...texts, "", "text 3"]));
      for (const [at, text] of texts.entries()) close(found[at]!, vectorOf(text));
      close(found[150]!, Array<number>(8).fill(0));
      close(found[151]!, vectorOf("text 3"));
      const sent = place.server.seen.flatMap((one) => one.texts);
      assert.equal(sent.length, 150, "equal texts go once, empty ones never");
      assert.ok(place.server.seen.every((one) => one.texts.length <= 64));
      if (protocol === "openai")
        assert.equal((place.server.seen[0]!.body as { encoding_format: string }).encoding_format, "float");
    }));

test("an answer that does not fit is an error, and none of it is used", () =>
  withEncoder("openai", async (place) => {
    const { server } = place;
    const wrong: readonly (readonly [name: string, pattern: RegExp, answer: (texts: readonly string[]) => unknown])[] = [
      ["too few", /1 vectors for 2 texts/, () => openAiAnswer([vectorOf("a")])],
      ["an index twice", /no vector of index 0/, () => ({ data: [1, 1].map((index) => ({ index, embedding: vectorOf("a") })) })],
      ["another width", /7 numbers instead of 8/, () => openAiAnswer([vectorOf("a", 8), vectorOf("b", 7)])],
      ["null for NaN", /data/, () => openAiAnswer([vectorOf("a"), [null as unknown as number, ...vectorOf("b", 7)]])],
      ["beyond single precision", /no number/, () => openAiAnswer([vectorOf("a"), [1e39, ...vectorOf("b", 7)]])],
      ["zeros", /all zeros/, () => openAiAnswer([vectorOf("a"), Array<number>(8).fill(0)])],
      [
        "base64",
        /data/,
        () => ({ data: [0, 1].map((index) => ({ index, embedding: Buffer.from("no list").toString("base64") })) }),
      ],
      ["something else", /data/, () => ({ choices: [] })],
    ];
    for (const [name, pattern, answer] of wrong) {
      server.reply = ({ texts }, response) => {
        json(response, answer(texts));
      };
      await failsWith(ask(place, [`${name} 1`, `${name} 2`]), "remoteWrong", pattern);
    }
    server.reply = (_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<html>Log in</html>");
    };
    await failsWith(ask(place, ["page"]), "remoteWrong", /no JSON/);
    server.reply = undefined;
    close(rows(await ask(place, ["too few 1"]))[0]!, vectorOf("too few 1"));
  }));

test("what may pass is tried again, as long as the server says, and not for ever", () =>
  withEncoder("openai", async (place) => {
    const { server } = place;
    const after = (failures: readonly Reply[]): void => {
      const left = [...failures];
      server.seen.length = 0;
      server.reply = (seen, response) => (left.shift() ?? answerRightly)(seen, response);
    };
    const status =
      (code: number, headers: Record<string, string> = {}): Reply =>
      (_, response) => {
        json(response, { error: { message: "later" } }, code, headers);
      };
    const reset: Reply = (_, response) => {
      response.socket!.destroy();
    };
    const broken: Reply = (_, response) => {
      response.writeHead(200, { "content-length": "1000" }).write('{"data":');
      response.socket!.destroySoon();
    };
    const silent: Reply = () => undefined;

    after([status(429), status(503), reset, broken]);
    close(rows(await ask(place, ["four failures"]))[0]!, vectorOf("four failures"));
    assert.equal(server.seen.length, 5);

    after([status(429, { "retry-after": "1" })]);
    const started = performance.now();
    await ask(place, ["waits"]);
    assert.ok(performance.now() - started >= 1000, "Retry-After was not waited for");

    after(Array<Reply>(9).fill(status(500)));
    await failsWith(ask(place, ["never"]), "remoteBusy", /answered 500/);
    assert.equal(server.seen.length, 5);
    after([status(429, { "retry-after": "3600" })]);
    await failsWith(ask(place, ["too long"]), "remoteBusy", /3600 s/);
    assert.equal(server.seen.length, 1);
    after(Array<Reply>(9).fill(silent));
    await failsWith(ask(place, ["silent"]), "remoteAway", /no answer within/);
    assert.ok(server.seen.length <= 4, "three times the longest silence at most");

    after([status(429, { "retry-after": "30" })]);
    const source = cancellationSource();
    const waiting = place.engine.request(embed, { encoder: far, texts: ["cancelled"] }, { token: source.token });
    setTimeout(() => {
      source.cancel();
    }, 100);
    await failsWith(waiting, "cancelled");
    assert.equal(server.seen.length, 1);
  }));

test("a key goes to its origin alone, a redirect is not followed, and errors do not tell it", () =>
  withEncoder("openai", async (place) => {
    const { server, engine, folder, allow } = place;
    const other = await startFakeServer();
    try {
      await allow({ origin: server.origin, key: "sk-secret" }, { origin: other.origin });
      const added = { protocol: "openai" as const, url: other.origin, model: "fake", id: "other", folder };
      await engine.request(addRemoteEncoder, added);
      await engine.request(embed, { encoder: { id: "other" }, texts: ["to the other"] });
      await ask(place, ["to the first"]);
      assert.ok(server.seen.every(({ headers }) => headers.authorization === "Bearer sk-secret"));
      assert.ok(other.seen.every(({ headers }) => headers.authorization === undefined));

      other.seen.length = 0;
      for (const code of [301, 302, 307, 308]) {
        server.reply = (_, response) => {
          response.writeHead(code, { location: `${other.origin}/embeddings` }).end();
        };
        await failsWith(ask(place, [`redirect ${code}`]), "remoteInsecure", /not followed/);
      }
      assert.equal(other.seen.length, 0);

      server.reply = (_, response) => {
        json(response, { error: { message: "Incorrect API key provided: sk-secret" } }, 401);
      };
      await failsWith(ask(place, ["401"]), "remoteRefused", /does not take the key/);
      server.reply = (_, response) => {
        json(response, { error: { message: "not for sk-secret" } }, 400);
      };
      await failsWith(ask(place, ["400"]), "remoteRefused", /answered 400/);
      other.reply = (_, response) => {
        json(response, {}, 401);
      };
      await failsWith(engine.request(embed, { encoder: { id: "other" }, texts: ["?"] }), "remoteRefused", /wants a key/);
      server.reply = (_, response) => {
        json(response, { detail: "Not Found" }, 404);
      };
      await failsWith(ask(place, ["404"]), "remoteRefused", /no model fake at \/embeddings/);
    } finally {
      await other.close();
    }
  }));

test("nothing goes to another machine unencrypted, nor to an address with a password in it", () =>
  withServer(async ({ engine, folder, allow }) => {
    for (const url of ["http://192.0.2.1/v1", "https://name:password@192.0.2.1/", "ftp://192.0.2.1/", "https://169.254.1.1/"]) {
      const add = { protocol: "openai" as const, url, model: "m", folder };
      await failsWith(engine.request(addRemoteEncoder, add), "remoteInsecure");
    }
    await failsWith(allow({ origin: "http://192.0.2.1" }), "remoteInsecure");
    // Somebody wrote it into the folder by hand.
    fs.mkdirSync(path.join(folder, "by-hand"));
    const record = {
      protocol: "openai",
      url: "http://192.0.2.1/",
      model: "m",
      probe: Buffer.from(Float32Array.of(1).buffer).toString("base64"),
      since: "2026-01-01",
    };
    const manifest = JSON.parse(fs.readFileSync(path.join(root, "models/glove-6b-100d-50k/encoder.json"), "utf8")) as {
      manifest: object;
    };
    fs.writeFileSync(
      path.join(folder, "by-hand/encoder.json"),
      JSON.stringify({ manifest: { ...manifest.manifest, id: "by-hand" }, remote: record }),
    );
    assert.ok((await engine.request(listEncoders, null)).every(({ id }) => id !== "by-hand"));
  }));

test("batches that are too large for the server are halved; a text that it does not take is told from a server that takes nothing", () =>
  withEncoder("openai", async (place) => {
    const { server } = place;
    server.reply = (seen, response) => {
      const isTooLarge = seen.texts.length > 8 || seen.texts.some((text) => text.length > 100);
      if (isTooLarge) json(response, { error: { message: "too large" } }, 413);
      else void answerRightly(seen, response);
    };
    const texts = Array.from({ length: 40 }, (_, at) => `text ${at}`);
    const found = rows(await ask(place, texts));
    for (const [at, text] of texts.entries()) close(found[at]!, vectorOf(text));
    server.seen.length = 0;
    await ask(
      place,
      Array.from({ length: 40 }, (_, at) => `more ${at}`),
    );
    assert.ok(
      server.seen.every((one) => one.texts.length <= 8),
      "the limit is not learnt",
    );

    await failsWith(ask(place, ["long ".repeat(30)]), "remoteText", /too large/);
    server.reply = (_, response) => {
      json(response, { error: "model unloaded" }, 400);
    };
    await failsWith(ask(place, ["short"]), "remoteRefused", /model unloaded/);
  }));

test("few requests at once, and those of a person before those of the index", () =>
  withEncoder("openai", async (place) => {
    const { server, engine } = place;
    let now = 0;
    let most = 0;
    server.reply = async (seen, response) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now--;
      await answerRightly(seen, response);
    };
    const many = (name: string, priority: "interactive" | "background") =>
      engine.request(embed, { encoder: far, texts: Array.from({ length: 1000 }, (_, at) => `${name} ${at}`), priority });
    const background = many("background", "background");
    await new Promise((resolve) => setTimeout(resolve, 50));
    const finished: string[] = [];
    await Promise.all([
      background.then(() => finished.push("background")),
      engine.request(embed, { encoder: far, texts: ["urgent"] }).then(() => finished.push("urgent")),
    ]);
    assert.equal(most, 4);
    assert.deepEqual(finished, ["urgent", "background"]);
  }));

test("a model that was exchanged is noticed; added again it is a new encoder under the old id", () =>
  withEncoder("openai", async (place) => {
    const { server, engine, folder, allow } = place;
    const before = await ask(place, ["text"]);
    const add = { protocol: "openai" as const, url: server.origin, model: "fake", id: "far", folder };
    assert.equal((await engine.request(addRemoteEncoder, add)).added, false);
    server.reply = ({ texts }, response) => {
      json(response, openAiAnswer(texts.map((text) => vectorOf(`new ${text}`, 12))));
    };
    engine.restart();
    await allow({ origin: server.origin });
    await failsWith(ask(place, ["text"]), "remoteChanged", /Add the encoder again/);
    assert.equal((await engine.request(addRemoteEncoder, add)).added, true);
    const after = await ask(place, ["text"]);
    assert.equal(after.dimensions, 12);
    assert.notEqual(after.identity, before.identity);
  }));

test("a server that mixes up texts is no encoder", () =>
  withServer(async ({ engine, server, folder, allow }) => {
    await allow({ origin: server.origin });
    const add = { protocol: "openai" as const, url: server.origin, model: "fake", folder };
    server.reply = ({ texts }, response) => {
      json(response, openAiAnswer(texts.map(() => vectorOf("the same"))));
    };
    await failsWith(engine.request(addRemoteEncoder, add), "remoteWrong", /one vector/);
    server.reply = ({ texts }, response) => {
      json(response, openAiAnswer(texts.map((text, at) => vectorOf(`${text} ${texts.length - at}`))));
    };
    await failsWith(engine.request(addRemoteEncoder, add), "remoteWrong", /beside others/);
    assert.deepEqual(fs.readdirSync(folder), []);
  }));

test("variants that differ in what becomes of a vector are sent once; what a server cannot do is refused", () =>
  withEncoder("openai", async (place) => {
    const { engine, server } = place;
    server.reply = ({ texts }, response) => {
      json(response, openAiAnswer(texts.map((text) => vectorOf(text).map((value) => value * 2))));
    };
    const documents = [{ uri: "a", path: "a", languageId: "plaintext", version: 0, text: "one\ntwo\nthree" }];
    const ids = ["far+normalize=false", "far+dimensions=4", "far+prompt=query%3A%20"];
    const encoders = ids.map((id) => ({ id }));
    const { outcomes } = await engine.request(compare, { documents, split: "lines", encoders, k: 1 });
    assert.deepEqual(
      outcomes.map((outcome) => outcome.ok && outcome.result.dimensions),
      [8, 4, 8],
    );
    assert.deepEqual(server.seen.flatMap(({ texts }) => texts).sort(), [
      "one",
      "query: one",
      "query: three",
      "query: two",
      "three",
      "two",
    ]);
    const cut = rows(await engine.request(embed, { encoder: { id: ids[1]! }, texts: ["one"] }))[0]!;
    assert.ok(Math.abs(Math.hypot(...cut) - 1) < 1e-6);
    for (const id of ["far+layer=1", "far+pooling=cls", "far+maxTokens=9", "far+precision=fp32", "far+dimensions=99"])
      await failsWith(engine.request(embed, { encoder: { id }, texts: ["one"] }), "badRequest");
    await failsWith(engine.request(tokenize, { encoder: far, texts: ["one"] }), "badRequest", /not tokenised here/);
  }));

test("an index takes a remote encoder in as any other, and says before how much that sends", () =>
  withEncoder("kserve", async (place) => {
    const { engine, server, allow, folder } = place;
    const workspace = path.join(folder, "workspace");
    fs.mkdirSync(workspace);
    fs.writeFileSync(path.join(workspace, "a.md"), "# Boats\n\nA ship sails.\n\n# Bread\n\nFlour and water.\n");
    const encoders = [far, { id: "glove-6b-100d-50k" }];
    const folders = [{ path: workspace, name: "workspace" }];
    await engine.request(openWorkspace, { folders, storage: null, exclude: [], header: false });
    await allow();
    const without = await engine.request(startIndexing, { encoders });
    assert.deepEqual(
      without.status.encoders.map(({ error, done }) => error?.code ?? done),
      ["remoteNotAllowed", without.status.texts],
    );
    assert.equal(server.seen.length, 0);
    const measure = () => engine.request(measureSending, { encoders, what: { kind: "index" } });
    const [before] = await measure();
    assert.deepEqual([before!.origin, before!.texts, before!.allowed], [server.origin, without.status.texts, false]);

    await allow({ origin: server.origin });
    const { status } = await engine.request(startIndexing, { encoders });
    assert.equal(status.encoders[0]!.done, status.texts);
    const sent = server.seen.flatMap(({ texts }) => texts);
    assert.equal(sent.length, before!.texts);
    assert.equal(
      sent.reduce((sum, text) => sum + text.length, 0),
      before!.characters,
    );
    assert.equal((await measure())[0]!.texts, 0);
    const found = await engine.request(neighbours, {
      query: { kind: "words", text: sent[0]! },
      encoders: [far],
      k: 1,
      filter: {},
    });
    const hit = found.outcomes.find(({ id }) => id === "far")!;
    assert.ok(hit.ok && hit.hits[0]!.score > 0.999);
  }));

test("a proxy is asked for a tunnel and sees neither text nor key; a certificate that nobody vouches for is refused", () =>
  withServer(async ({ engine, folder }) => {
    const origin = "https://embed.example";
    const tls = certificateFor("embed.example");
    const server = await startFakeServer(tls);
    const proxy = await startConnectProxy(() => Number(new URL(server.origin).port));
    try {
      const allowed = [{ origin, key: "sk-secret" }];
      const by = { allowed, proxy: { https: proxy.address }, patience: PATIENCE };
      const add = { protocol: "openai" as const, url: `${origin}/v1`, model: "fake", id: "tunnelled", folder };
      await engine.request(allowRemote, by);
      await failsWith(engine.request(addRemoteEncoder, add), "remoteInsecure", /No encrypted connection to embed\.example/);
      assert.equal(server.seen.length, 0);
      await engine.request(allowRemote, { ...by, certificates: tls.certificate });
      await engine.request(addRemoteEncoder, add);
      const found = await engine.request(embed, { encoder: { id: "tunnelled" }, texts: ["by the tunnel"] });
      close(rows(found)[0]!, vectorOf("by the tunnel"));
      assert.ok(proxy.asked.every(({ target }) => target === "embed.example:443"));
      assert.doesNotMatch(JSON.stringify(proxy.asked), /sk-secret|Bearer|tunnel"/);
      assert.ok(server.seen.every(({ headers }) => headers.authorization === "Bearer sk-secret"));
    } finally {
      proxy.close();
      await server.close();
    }
  }));

test("one text that a server does not take is left out of the index, and the others are in it", () =>
  withEncoder("openai", async ({ engine, server, folder }) => {
    const workspace = path.join(folder, "workspace");
    fs.mkdirSync(workspace);
    fs.writeFileSync(
      path.join(workspace, "a.md"),
      "# Boats\n\nA ship sails.\n\n# Bread\n\nFlour and water.\n\n# Stone\n\nA wall.\n",
    );
    server.reply = (seen, response) => {
      if (seen.texts.some((text) => text.includes("Flour"))) json(response, { error: { message: "too long" } }, 400);
      else void answerRightly(seen, response);
    };
    const folders = [{ path: workspace, name: "workspace" }];
    await engine.request(openWorkspace, { folders, storage: null, exclude: [], header: false });
    const { status } = await engine.request(startIndexing, { encoders: [far] });
    assert.equal(status.encoders[0]!.error, undefined);
    assert.equal(status.encoders[0]!.done, status.texts - 1);
    assert.ok(server.seen.length < 20, `${server.seen.length} requests`);
  }));
