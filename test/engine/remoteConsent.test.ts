import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { embed, compare, listEncoders } from "../../src/protocol/engine.ts";
import { addRemoteEncoder, allowRemote } from "../../src/protocol/remote.ts";
import { certificateFor } from "./hub/certificate.ts";
import { startConnectProxy } from "./hub/connectProxy.ts";
import { json, startFakeServer, vectorOf } from "./remote/fakeServer.ts";
import { ask, close, failsWith, far, PATIENCE, rows, withEncoder, withServer } from "./remote/withServer.ts";

const root = path.resolve(import.meta.dirname, "../..");

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
