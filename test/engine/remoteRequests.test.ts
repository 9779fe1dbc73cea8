import assert from "node:assert/strict";
import { test } from "node:test";

import { cancellationSource } from "../../src/core/base/cancellation.ts";
import { embed } from "../../src/protocol/engine.ts";
import { answerRightly, json, vectorOf, type Reply } from "./remote/fakeServer.ts";
import { ask, close, failsWith, far, rows, withEncoder } from "./remote/withServer.ts";

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
