import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";

import { embed, compare, tokenize } from "../../src/protocol/engine.ts";
import { addRemoteEncoder } from "../../src/protocol/remote.ts";
import { json, openAiAnswer, vectorOf } from "./remote/fakeServer.ts";
import { ask, close, failsWith, far, rows, withEncoder, withServer } from "./remote/withServer.ts";

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
