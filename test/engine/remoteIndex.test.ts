import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";

import { measureSending } from "../../src/protocol/remote.ts";
import { neighbours, openWorkspace, startIndexing } from "../../src/protocol/workspace.ts";
import { answerRightly, json } from "./remote/fakeServer.ts";
import { far, withEncoder } from "./remote/withServer.ts";

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
