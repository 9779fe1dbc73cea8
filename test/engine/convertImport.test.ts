/** Safetensors on their way in: which weights are taken, and what is left when building ONNX of them goes wrong. */
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { cancellationSource } from "../../src/core/base/cancellation.ts";
import { convertModel } from "../../src/engine/hub/trial.ts";
import type { EngineClient } from "../../src/process/engineClient.ts";
import { embed } from "../../src/protocol/engine.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import { describeRepository, importFromHub, importFromPath, type ImportProgress } from "../../src/protocol/hub.ts";
import { temporaryFolder } from "./hub/fetching.ts";
import { REPOSITORY, startHub } from "./hub/hubServer.ts";
import { startEngine } from "./startEngine.ts";

const root = path.resolve(import.meta.dirname, "../..");
const DATA = path.join(root, "test/golden/data/architectures");
const WEIGHTS = "model.safetensors";

let base: string;
let encoders: string;
let engine: EngineClient;

before(() => {
  base = temporaryFolder();
  encoders = path.join(base, "encoders");
  fs.mkdirSync(encoders);
  engine = startEngine({ encoders, hello: { workers: 1 } });
});
after(() => {
  engine.dispose();
  fs.rmSync(base, { recursive: true, force: true });
});

/** A folder to import, made of a small encoder of the goldens. */
function copied(name: string, as: string): string {
  const folder = path.join(base, as);
  fs.cpSync(path.join(DATA, name), folder, { recursive: true });
  fs.rmSync(path.join(folder, "golden.json"));
  return folder;
}

const importing = (place: string, file?: string) =>
  engine.request(importFromPath, { path: place, folder: encoders, ...(file === undefined ? {} : { file }) });
const kept = (): string[] => fs.readdirSync(encoders).filter((name) => !name.startsWith("."));
const nothingHalf = (): void => {
  assert.deepEqual(fs.readdirSync(path.join(encoders, ".import")), ["writer.lock"]);
};
const failed = (request: Promise<unknown>): Promise<EmbedError> =>
  request.then(
    () => assert.fail("it was accepted"),
    (error: unknown) => {
      assert.ok(error instanceof EmbedError, String(error));
      return error;
    },
  );

test("wrong weights end as one error that names file and reason; nothing is kept, and the engine goes on", async () => {
  const before = kept();
  const nan = copied("bert", "with-nan");
  const bytes = fs.readFileSync(path.join(nan, WEIGHTS));
  // The first number after the header; the last belong to a pooling layer that is passed over.
  bytes.writeFloatLE(NaN, 8 + Number(bytes.readBigUInt64LE(0)));
  fs.writeFileSync(path.join(nan, WEIGHTS), bytes);
  const cut = copied("bert", "cut");
  fs.truncateSync(path.join(cut, WEIGHTS), 60_000);
  const lying = copied("bert", "lying");
  fs.writeFileSync(path.join(lying, WEIGHTS), Buffer.from([255, 255, 255, 255, 255, 255, 255, 127, 123, 125]));
  const unknown = copied("bert", "unknown");
  fs.writeFileSync(path.join(unknown, "config.json"), '{"model_type":"t5"}');
  for (const [folder, reason] of [
    [nan, /model\.safetensors was refused: \S+ holds numbers that are none/],
    [cut, /model\.safetensors was refused: .*beyond its end; the file is cut or wrong/],
    [lying, /model\.safetensors was refused: its header of \d+ bytes does not fit/],
    [unknown, /config\.json was refused: its model_type "t5" is none that is built here/],
  ] as const) {
    const { data } = await failed(importing(folder));
    assert.equal(data.code, "badModel");
    assert.match(data.message, reason);
    assert.deepEqual(kept(), before);
    nothingHalf();
  }
});

test("ONNX is preferred where both are there, unless the safetensors are named; both are the same encoder", async () => {
  const folder = copied("bert", "both");
  const { folder: made } = await importing(copied("bert", "only"));
  fs.mkdirSync(path.join(folder, "onnx"));
  fs.copyFileSync(path.join(made, "onnx/model.onnx"), path.join(folder, "onnx/model.onnx"));
  const phases = new Set<ImportProgress["phase"]>();
  const onnx = await engine.request(
    importFromPath,
    { path: folder, folder: encoders },
    { onProgress: (progress) => progress.kind === "import" && phases.add(progress.phase) },
  );
  assert.ok(!phases.has("building"));
  const built = await importing(folder, WEIGHTS);
  assert.notEqual(built.id, onnx.id);
  const [a, b] = [
    fs.readFileSync(path.join(onnx.folder, "onnx/model.onnx")),
    fs.readFileSync(path.join(built.folder, "onnx/model.onnx")),
  ];
  assert.deepEqual(a, b);
  const texts = ["a cat", "an index of words"];
  const [first, second] = [
    await engine.request(embed, { encoder: { id: onnx.id }, texts }),
    await engine.request(embed, { encoder: { id: built.id }, texts }),
  ];
  assert.deepEqual(first.vectors, second.vectors);
});

test("an import that is cancelled while ONNX is built leaves nothing", async () => {
  const source = cancellationSource();
  const before = kept();
  const phases: string[] = [];
  const { data } = await failed(
    engine.request(
      importFromPath,
      { path: copied("roberta", "cancelled"), folder: encoders },
      {
        token: source.token,
        onProgress: (progress) => {
          if (progress.kind !== "import") return;
          phases.push(progress.phase);
          if (progress.phase === "building") source.cancel();
        },
      },
    ),
  );
  assert.equal(data.code, "cancelled");
  assert.deepEqual(phases, ["building"]);
  // The answer may come before the clean-up of the work that was stopped: the next import waits for it.
  await importing(copied("distilbert", "after"));
  assert.deepEqual(kept(), [...before, "after"].sort());
  nothingHalf();
});

test("a process that dies while it builds is no more than a reason", async () => {
  const program = path.join(import.meta.dirname, "process/dying.ts");
  const params = { folder: base, weights: WEIGHTS };
  const { data } = await failed(convertModel({ program }, params, "owner/model", new AbortController().signal));
  assert.equal(data.code, "noEncoder");
  assert.match(data.message, /No encoder can be made of owner\/model: building ONNX from its weights ended badly/);
});

test("a repository of the hub that holds split safetensors alone is fetched whole and built", async () => {
  const from = path.join(DATA, "bert-tanh-split");
  const names = fs.readdirSync(from).filter((name) => name !== "golden.json");
  const hub = await startHub(Object.fromEntries(names.map((name) => [name, fs.readFileSync(path.join(from, name))])));
  try {
    const access = { endpoint: hub.endpoint, cache: path.join(base, "hf") };
    const { weights } = await engine.request(describeRepository, { access, repository: REPOSITORY });
    assert.deepEqual(
      weights.map(({ path: name }) => name),
      ["model.safetensors.index.json"],
    );
    assert.deepEqual(weights[0]!.files.map(({ path: name }) => name).sort(), names.sort());
    const { id, folder } = await engine.request(importFromHub, { access, repository: REPOSITORY, folder: encoders });
    assert.equal(id, REPOSITORY.replace("/", "--"));
    assert.deepEqual(fs.readdirSync(folder).sort(), ["config.json", "encoder.json", "onnx", "tokenizer.json"]);
  } finally {
    await hub.close();
  }
});
