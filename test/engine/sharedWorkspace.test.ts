import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { startMilvus, type MilvusServer } from "../../scripts/milvus/server.ts";
import type { EngineClient } from "../../src/process/engineClient.ts";
import { neighbours, shareIndex } from "../../src/protocol/workspace.ts";
import { startEngine } from "./startEngine.ts";
import { ENCODERS, functions, index, ok, temporaryWorkspace } from "./workspaceEngine.ts";

const BREAD = "# Bread\n\nMix flour, water, salt and yeast, then let the dough rise for an hour.\n";

let milvus: MilvusServer;
before(async () => {
  milvus = await startMilvus();
});
after(async () => {
  await milvus.stop();
});

test("two workspaces share an index: each finds the other's texts, and its own where they lie, but not the query", async () => {
  const [ours, theirs] = [
    temporaryWorkspace({ "code.ts": functions(3), "notes.md": BREAD }),
    temporaryWorkspace({ "cake.md": "# Cake\n\nBake flour, sugar, eggs and butter until the dough is brown.\n" }),
  ];
  const engines: EngineClient[] = [];
  const open = async (workspace: typeof ours): Promise<EngineClient> => {
    const engine = startEngine();
    engines.push(engine);
    await index(engine, workspace.params);
    return engine;
  };
  const at = (repository: string) => ({ address: milvus.address, secure: false, repository });
  try {
    const [here, there] = [await open(ours), await open(theirs)];
    const steps: number[] = [];
    const first = await here.request(
      shareIndex,
      { to: at("ours"), encoders: ENCODERS },
      {
        onProgress: (progress) => {
          if (progress.kind === "steps") steps.push(progress.done);
        },
      },
    );
    const ids = ENCODERS.map(({ id }) => id);
    assert.deepEqual(Object.values(first.sent), [4, 4]);
    assert.deepEqual(steps, [4, 8]);
    const again = await here.request(shareIndex, { to: at("ours"), encoders: ENCODERS });
    assert.deepEqual(
      [Object.values(again.sent), Object.values(again.already)],
      [
        [0, 0],
        [4, 4],
      ],
    );
    await there.request(shareIndex, { to: at("theirs"), encoders: ENCODERS });

    const query = { kind: "place", path: ours.file("notes.md"), position: { line: 0, character: 0 } } as const;
    const found = await here.request(neighbours, { query, encoders: ENCODERS, k: 5, shared: at("ours") });
    assert.deepEqual(
      found.outcomes.map(({ id }) => id),
      ids,
      "a shared index gives no words for BM25",
    );
    for (const outcome of found.outcomes) {
      const { hits, coverage } = ok(outcome);
      assert.deepEqual(coverage, { done: 5, total: 5 });
      const [best] = hits;
      assert.equal(best?.places[0]?.path, "theirs/cake.md");
      assert.equal(best.places[0].file, "");
      assert.ok(best.text < 0 && best.content.includes("sugar"));
      assert.ok(hits.every(({ places }) => places.every(({ path }) => path !== "ours/notes.md")));
      assert.ok(hits.some(({ places }) => places[0]?.file === ours.file("code.ts")));
    }
    // The same text has one number in the lists of both encoders.
    const [a, b] = found.outcomes.map((outcome) => ok(outcome).hits[0]?.text);
    assert.equal(a, b);
  } finally {
    for (const engine of engines) engine.dispose();
    ours.dispose();
    theirs.dispose();
  }
});

test("a server that is away is said for each encoder", async () => {
  const workspace = temporaryWorkspace({ "notes.md": BREAD });
  const engine = startEngine();
  try {
    await index(engine, workspace.params);
    const shared = { address: "127.0.0.1:9", secure: false, repository: "ours" };
    const query = { kind: "words", text: "bread" } as const;
    const { outcomes } = await engine.request(neighbours, { query, encoders: ENCODERS, k: 5, shared });
    assert.deepEqual(
      outcomes.map((outcome) => (outcome.ok ? "ok" : outcome.error.code)),
      ["sharedAway", "sharedAway"],
    );
  } finally {
    engine.dispose();
    workspace.dispose();
  }
});
