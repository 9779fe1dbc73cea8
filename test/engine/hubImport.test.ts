import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";

import { cancellationSource } from "../../src/core/base/cancellation.ts";
import { createEngineClient } from "../../src/process/engineClient.ts";
import { installedIn } from "../../src/process/installation.ts";
import { embed } from "../../src/protocol/engine.ts";
import { EmbedError } from "../../src/protocol/errors.ts";
import { describeRepository, importFromHub, searchHub } from "../../src/protocol/hub.ts";
import { commandLine, type Ended } from "./commandLine.ts";
import { snapshotFolder, temporaryFolder } from "./hub/fetching.ts";
import { COMMIT, REPOSITORY, startHub, type TestHub } from "./hub/hubServer.ts";

const root = path.resolve(import.meta.dirname, "../..");
const MODEL = path.join(root, "models/paraphrase-MiniLM-L3-v2");
const ID = REPOSITORY.replace("/", "--");
const README = `---
license: other
license_name: gem-licence
language:
- en
- de
tags: [sentence-similarity, code, "loss:ContrastiveLoss"]   # theirs
datasets:
  - owner/pairs
base_model: owner/larger
widget:
- text: "none of ours"
---
# A card
`;
const TOKEN = "hf_secretOfThisTest";

let hub: TestHub;
let base: string;

before(async () => {
  const files = ["config.json", "modules.json", "sentence_bert_config.json", "tokenizer.json", "1_Pooling/config.json"];
  hub = await startHub({
    ...Object.fromEntries(files.map((name) => [name, fs.readFileSync(path.join(MODEL, name))])),
    "onnx/model.onnx": fs.readFileSync(path.join(MODEL, "onnx/model.onnx")),
    "onnx/model_quantized.onnx": fs.readFileSync(path.join(MODEL, "onnx/model_int8.onnx")),
    "onnx/model_bf16.onnx": Buffer.from("none"),
    "pytorch_model.bin": Buffer.from("code"),
    "README.md": Buffer.from(README),
  });
  base = temporaryFolder();
});
after(async () => {
  await hub.close();
  fs.rmSync(base, { recursive: true, force: true });
});

/** The command line with a home of its own. */
const cli = (args: readonly string[], { input = "", home = base }: { input?: string; home?: string } = {}): Promise<Ended> =>
  commandLine(
    args,
    {
      PATH: process.env["PATH"],
      HOME: home,
      HF_ENDPOINT: hub.endpoint,
      HF_HOME: path.join(home, "hf"),
      HF_TOKEN: TOKEN,
      COMPARE_EMBEDDINGS_CACHE: path.join(home, "cache"),
    },
    input,
  );

const encoders = (home = base): string => path.join(home, "cache/encoders");
/** What lies there for everybody to see. */
const kept = (home = base): string[] =>
  fs.existsSync(encoders(home)) ? fs.readdirSync(encoders(home)).filter((name) => !name.startsWith(".")) : [];
const nothingHalf = (home = base): void => {
  assert.deepEqual(fs.readdirSync(path.join(encoders(home), ".import")), ["writer.lock"]);
};

interface Listed {
  readonly id: string;
  readonly bundled: boolean;
  readonly card: {
    readonly causes: Record<string, { value: string; source?: string }>;
    readonly licence: object;
    readonly dimensions: number;
  };
}

test("an encoder of the hub gives the very vectors of the bundled one, and its card is its own files'", async () => {
  const { code, out, err } = await cli(["import", REPOSITORY]);
  assert.equal(code, 0, err);
  assert.equal(out, ID);
  assert.match(err, /owner\/small-encoder at 01234567, licence apache-2\.0, onnx\/model\.onnx and what belongs to it: 69\.4 MB/);
  const texts = ["the cat sat", "def add(a, b): return a + b", "word ".repeat(300)]
    .map((text) => JSON.stringify({ text }))
    .join("\n");
  const vectors = (id: string): Promise<Ended> => cli(["embed", "--model", id, "--precision", "fp32"], { input: texts });
  const [theirs, ours] = [await vectors(ID), await vectors("paraphrase-MiniLM-L3-v2")];
  assert.equal(theirs.code, 0, theirs.err);
  assert.equal(theirs.out, ours.out);
  assert.equal(theirs.out.split("\n").length, 3);

  const listed = JSON.parse((await cli(["models", "--json"])).out) as Listed[];
  const { bundled, card } = listed.find(({ id }) => id === ID)!;
  assert.equal(bundled, false);
  assert.equal(card.dimensions, 384);
  assert.deepEqual(card.licence, { value: "gem-licence", source: "README.md (license_name)" });
  assert.deepEqual(card.causes, {
    architecture: { value: "BertModel, 3 layers, 384 wide, 12 heads, mean pooling", source: "config.json" },
    trainingData: { value: "owner/pairs", source: "README.md (datasets)" },
    objective: { value: "ContrastiveLoss", source: "README.md (tags)" },
    pretrainedBase: { value: "owner/larger", source: "README.md (base_model)" },
    hyperparameters: {
      value: "feed-forward 1,536 wide, gelu, dropout 0.1, vocabulary of 30,522, 512 positions, sequences of 128 tokens",
      source: "config.json, sentence_bert_config.json",
    },
    domain: { value: "languages en, de; tagged sentence-similarity, code", source: "README.md (language, tags)" },
    layers: { value: "read from the last of 3", source: "config.json" },
    transfer: { value: "unknown" },
  });
  nothingHalf();
});

test("importing again fetches nothing and gives the same id; the token is in no file", async () => {
  const before = hub.downloads.length;
  const { code, out, err } = await cli(["import", REPOSITORY, "--json"]);
  assert.equal(code, 0, err);
  const result = JSON.parse(out) as { id: string; folder: string; added: boolean };
  assert.deepEqual(result, { id: ID, folder: path.join(encoders(), ID), added: false });
  assert.equal(hub.downloads.length, before);
  assert.ok(hub.downloads.every(({ headers }) => headers.authorization === `Bearer ${TOKEN}`));
  for (const name of fs.readdirSync(base, { recursive: true, encoding: "utf8" })) {
    const file = path.join(base, name);
    if (fs.statSync(file).isFile()) assert.equal(fs.readFileSync(file).includes(TOKEN), false, name);
  }
});

test("another file, or a commit, is an encoder of its own", async () => {
  const quantised = await cli(["import", `${REPOSITORY}@${COMMIT}`, "--file", "model_quantized.onnx"]);
  assert.equal(quantised.code, 0, quantised.err);
  assert.equal(quantised.out, `${ID}@01234567--model_quantized`);
  const { code, out } = await cli(["embed", "--model", quantised.out], { input: '{"text": "the cat sat"}' });
  assert.equal(code, 0);
  assert.match(out, /"vector":\[/);
  assert.deepEqual(kept(), [ID, quantised.out].sort());
});

test("several imports at once fetch once and agree", async () => {
  const home = path.join(base, "several");
  const before = hub.downloads.length;
  const results = await Promise.all([1, 2, 3].map(() => cli(["import", REPOSITORY], { home })));
  for (const { code, out, err } of results) assert.deepEqual([code, out], [0, ID], err);
  assert.equal(hub.downloads.length - before, 7);
  assert.equal(results.filter(({ err }) => err.includes("was there already")).length, 2);
  nothingHalf(home);
});

test("a folder, a snapshot of the cache and a bare .onnx are imported as they lie", async () => {
  const home = path.join(base, "local");
  const folder = path.join(home, "my model");
  fs.cpSync(path.join(MODEL), folder, { recursive: true, filter: (name) => !/_w8|_int8|encoder\.json/.test(name) });
  const vector = async (id: string): Promise<string> =>
    (await cli(["embed", "--model", id, "--precision", "fp32"], { home, input: '{"text": "the cat sat"}' })).out;
  const expected = await vector("paraphrase-MiniLM-L3-v2");
  const imported = await cli(["import", folder], { home });
  assert.deepEqual([imported.code, imported.out], [0, "my_model"], imported.err);
  assert.equal(await vector("my_model"), expected);
  assert.equal((await cli(["import", path.join(folder, "onnx/model.onnx")], { home })).out, "my_model");

  const snapshot = await cli(["import", snapshotFolder(path.join(base, "hf/hub"))], { home });
  assert.deepEqual([snapshot.code, snapshot.out], [0, ID], snapshot.err);
  assert.equal(await vector(ID), expected);

  const bare = path.join(home, "bare");
  fs.mkdirSync(bare);
  fs.copyFileSync(path.join(MODEL, "onnx/model.onnx"), path.join(bare, "weights.onnx"));
  assert.match((await cli(["import", path.join(bare, "weights.onnx")], { home })).err, /no tokenizer\.json/);
  fs.copyFileSync(path.join(MODEL, "tokenizer.json"), path.join(bare, "tokenizer.json"));
  const onnx = await cli(["import", path.join(bare, "weights.onnx")], { home });
  assert.deepEqual([onnx.code, onnx.out], [0, "bare--weights"], onnx.err);
  assert.equal(await vector("bare--weights"), expected);

  // Another folder of the same name is another encoder; a bundled id is never taken.
  const twin = path.join(home, "elsewhere", "my model");
  fs.cpSync(folder, twin, { recursive: true });
  assert.match((await cli(["import", twin], { home })).out, /^my_model-[0-9a-f]{6}$/);
  assert.match((await cli(["import", MODEL, "--file", "model.onnx"], { home })).out, /^paraphrase-MiniLM-L3-v2-[0-9a-f]{6}$/);
});

test("an engine lists and runs what it has imported; cancelling an import leaves nothing", async () => {
  const home = path.join(base, "engine");
  const changed: string[] = [];
  const folder = encoders(home);
  const { parts } = installedIn(root);
  const engine = createEngineClient({
    program: path.join(root, "dist/engine.js"),
    hello: { ...parts, encoderFolders: [...parts.encoderFolders, folder], workers: 1 },
    onEncoderChanged: ({ id, state }) => changed.push(`${id} ${state}`),
  });
  const access = { endpoint: hub.endpoint, cache: path.join(home, "hub") };
  try {
    assert.deepEqual(await engine.request(searchHub, { access, query: "small" }), [
      { repository: REPOSITORY, downloads: 12, tags: [] },
    ]);
    const { commit, licence, weights } = await engine.request(describeRepository, { access, repository: REPOSITORY });
    assert.deepEqual([commit, licence], [COMMIT, "apache-2.0"]);
    assert.deepEqual(
      weights.map(({ path: name, precision, files }) => [name, precision, files.length]),
      [
        ["onnx/model.onnx", "fp32", 7],
        ["onnx/model_bf16.onnx", "other", 7],
        ["onnx/model_quantized.onnx", "int8", 7],
      ],
    );

    const source = cancellationSource();
    const cancelling = engine.request(
      importFromHub,
      { access, repository: REPOSITORY, folder },
      {
        token: source.token,
        onProgress: (progress) => {
          if (progress.kind === "import" && progress.done > 10_000_000) source.cancel();
        },
      },
    );
    await assert.rejects(cancelling, (error) => error instanceof EmbedError && error.data.code === "cancelled");
    assert.deepEqual(kept(home), []);
    await assert.rejects(engine.request(importFromHub, { access, repository: REPOSITORY, folder: home }), /own folders only/);

    const phases = new Set<string>();
    const { id } = await engine.request(
      importFromHub,
      { access, repository: REPOSITORY, folder },
      { onProgress: (progress) => progress.kind === "import" && phases.add(progress.phase) },
    );
    assert.deepEqual([...phases], ["asking", "fetching", "trying"]);
    assert.deepEqual(changed, [`${ID} ready`]);
    const { dimensions, hasVector } = await engine.request(embed, { encoder: { id }, texts: ["the cat sat"] });
    assert.deepEqual([dimensions, ...hasVector], [384, 1]);
  } finally {
    engine.dispose();
  }
});

test("what no encoder can be made of is one clear error, and nothing is left", async () => {
  const home = path.join(base, "refused");
  const folder = path.join(home, "model");
  const refused = async (pattern: RegExp, ...args: string[]): Promise<void> => {
    const { code, out, err } = await cli(["import", ...(args.length === 0 ? [folder] : args)], { home });
    assert.deepEqual([code, out], [1, ""], err);
    // The line about licence and size may come before.
    assert.match(err.trim().split("\n").at(-1)!, pattern);
    assert.deepEqual(kept(home), []);
  };
  await refused(/it is not there/, path.join(home, "nowhere"));
  fs.mkdirSync(path.join(folder, "onnx"), { recursive: true });
  await refused(/it holds no weights/);
  fs.writeFileSync(path.join(folder, "pytorch_model.bin"), "");
  await refused(/other files can run code/);
  const onnx = path.join(folder, "onnx/model.onnx");
  fs.copyFileSync(path.join(MODEL, "tokenizer.json"), path.join(folder, "tokenizer.json"));
  for (const hostile of ["crash_SIGSEGV_112635.onnx", "hang_103255.onnx"]) {
    fs.copyFileSync(path.join(root, "test/fixtures/hostile-models", hostile), onnx);
    await refused(/model\.onnx was refused/);
  }
  fs.rmSync(onnx);
  fs.symlinkSync(path.join(MODEL, "onnx/model.onnx"), onnx);
  await refused(/model\.onnx is a link/);
  fs.rmSync(onnx);
  const secret = path.join(home, "secret");
  fs.writeFileSync(secret, "secret");
  fs.linkSync(secret, onnx);
  await refused(/linked under another name/);
  fs.rmSync(onnx);
  fs.writeFileSync(path.join(folder, "onnx/a.onnx"), "");
  fs.writeFileSync(path.join(folder, "onnx/b.onnx"), "");
  await refused(/several model files.*--file: onnx\/a\.onnx, onnx\/b\.onnx/);
  await refused(/no c\.onnx among its model files/, folder, "--file", "c.onnx");

  await refused(/of a precision that is not read here/, REPOSITORY, "--file", "model_bf16.onnx");
  await refused(/no repository owner\/nothing/, "owner/nothing");
  await refused(/is no owner\/name/, "owner/../x");
  nothingHalf(home);
});

test("import that is called wrongly is wrong usage", async () => {
  for (const args of [["import"], ["import", "a/b", "c/d"]]) assert.equal((await cli(args)).code, 2);
});
