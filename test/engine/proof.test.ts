import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";

import { cancellationSource } from "../../src/core/base/cancellation.ts";
import type { CheckName } from "../../src/core/proof/check.ts";
import type { ReferenceFile } from "../../src/core/proof/referenceFile.ts";
import type { EngineClient } from "../../src/process/engineClient.ts";
import { importFromPath } from "../../src/protocol/hub.ts";
import { comparePrecisions, engineFacts, findMisconfiguration, proofStamps, selfTest } from "../../src/protocol/proof.ts";
import { startEngine } from "./startEngine.ts";
import { functions, index, temporaryWorkspace } from "./workspaceEngine.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "proof-"));
const BUNDLED = ["all-MiniLM-L6-v2", "paraphrase-MiniLM-L3-v2", "glove-6b-100d-50k"];

/** Bundled encoders, and copies of them that are broken in one way each. */
let engine: EngineClient;
before(() => {
  makeCopies();
  engine = startEngine({ encoders: folder });
});
after(() => {
  engine.dispose();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function failing(id: string): Promise<readonly CheckName[]> {
  const { checks, passed } = await engine.request(selfTest, { encoder: { id } });
  const failed = checks.filter(({ outcome }) => outcome === "fail");
  assert.equal(passed, failed.length === 0);
  for (const { todo } of failed) assert.ok(todo !== undefined, "a failure says what to do");
  return failed.map(({ name }) => name);
}

test("the bundled encoders pass in every precision, in steps, and are held to the publisher's vectors", async () => {
  for (const id of BUNDLED)
    for (const precision of ["fp32", "w8", "int8"] as const) {
      let steps = 0;
      const result = await engine.request(
        selfTest,
        { encoder: { id, precision } },
        { onProgress: (progress) => (steps += progress.kind === "steps" ? 1 : 0) },
      );
      assert.deepEqual(
        result.checks.filter(({ outcome }) => outcome === "fail"),
        [],
        `${id} ${precision}`,
      );
      assert.deepEqual([result.id, result.precision, result.passed], [id, precision, true]);
      assert.ok(steps > 3);
      const publisher = result.checks.find(({ name }) => name === "publisher")!;
      assert.equal(publisher.outcome, "pass");
      if (precision === "fp32") assert.deepEqual([publisher.bound, publisher.measured! < 1e-5], [1e-4, true]);
    }
});

test("each broken copy fails the check that is for it, and no copy hurts another", async () => {
  // The card is the intact one's, so it disagrees with the files too.
  assert.deepEqual(await failing("pooled-by-cls"), ["card", "publisher"]);
  assert.deepEqual(await failing("says-unit-length"), ["card", "normalised"]);
  assert.deepEqual(await failing("no-numbers"), ["finite"]);
  assert.deepEqual(await failing("half-a-tokenizer"), ["opens"]);
  assert.deepEqual(await failing("other-reference"), ["tokenIds", "publisher"]);
  assert.deepEqual(await failing("blank-prompt"), ["prompt"]);
  assert.deepEqual(await failing("other-width"), ["card", "width"]);
  assert.ok((await failing("int8-in-batches")).includes("batch"));
  assert.deepEqual(await failing("paraphrase-MiniLM-L3-v2"), []);
});

test("an encoder is held to our table by its repository or by the digest of its weights, whatever its id", async () => {
  const againstTable = async (id: string): Promise<readonly string[]> => {
    const { checks } = await engine.request(selfTest, { encoder: { id } });
    return checks.filter(({ name }) => name === "publisher" || name === "tokenIds").map(({ outcome }) => outcome);
  };
  assert.deepEqual(await againstTable("from-the-hub"), ["pass", "pass"]);
  assert.deepEqual(await againstTable("from-a-folder"), ["pass", "fail"]);
});

test("reference vectors that lie in a folder come along when it is imported", async () => {
  const { id } = await engine.request(importFromPath, { path: path.join(folder, "other-reference"), folder });
  assert.notEqual(id, "other-reference");
  assert.deepEqual(await failing(id), ["tokenIds", "publisher"]);
});

test("variants are tested as they are set; a prompt of the card must reach the tokens", async () => {
  const { checks } = await engine.request(selfTest, {
    encoder: { id: "with-prompt+pooling=max+normalize=true+dimensions=100+maxTokens=32" },
  });
  assert.deepEqual(
    checks.filter(({ outcome }) => outcome === "fail"),
    [],
  );
  const of = (name: CheckName) => checks.find((check) => check.name === name)!;
  assert.equal(of("width").measured, 100);
  assert.match(of("truncation").said, /32 of at most 32 tokens/);
  assert.deepEqual([of("prompt").outcome, of("publisher").outcome], ["pass", "notApplicable"]);
});

test("cls pooling of a model that was trained with mean is found out, with the variant that is better", async () => {
  const { ways, better, source } = await engine.request(findMisconfiguration, { encoder: { id: "pooled-by-cls" } });
  assert.ok(better !== null && source.pairs >= 60);
  assert.match(ways[0]!.label, /^cls pooling, no prompt, normalised/);
  const { pooling, verdict, variant } = ways[better]!;
  assert.deepEqual([pooling, variant], ["mean", "pooled-by-cls+pooling=mean"]);
  assert.ok(verdict!.p < 0.05 && verdict!.change.low > 0.1, JSON.stringify(verdict));
  // The same as a variant: then what is better is the encoder as it is.
  const variantOf = await engine.request(findMisconfiguration, { encoder: { id: "all-MiniLM-L6-v2+pooling=cls" } });
  assert.equal(variantOf.ways[variantOf.better!]!.variant, "all-MiniLM-L6-v2");
});

test("encoders that are right raise no alarm", async () => {
  for (const id of BUNDLED) {
    const { ways, better } = await engine.request(findMisconfiguration, { encoder: { id } });
    assert.equal(better, null, `${id}: ${better === null ? "" : ways[better]!.label}`);
    assert.equal(ways.length, 12);
    assert.equal(ways[0]!.variant, id);
  }
});

test("precisions are told with what they cost", async () => {
  const { base, others } = await engine.request(comparePrecisions, { encoder: { id: "all-MiniLM-L6-v2" } });
  assert.equal(base.precision, "fp32");
  const [w8, int8] = others;
  assert.deepEqual([w8?.precision, int8?.precision], ["w8", "int8"]);
  assert.ok(w8!.meanCosine > 0.999 && w8!.leastCosine > 0.998 && w8!.overlap > 0.97 && w8!.bytes < base.bytes / 3);
  assert.ok(int8!.meanCosine < w8!.meanCosine && int8!.overlap < w8!.overlap);
  for (const { change, speed, mrr } of others) {
    assert.ok(change.low <= change.mean && change.mean <= change.high && Math.abs(change.mean) < 0.05);
    assert.ok(Math.abs(mrr - base.mrr - change.mean) < 1e-9);
    assert.ok(speed > 0.2);
  }
});

test("pairs are the workspace's own where it has enough of them", async () => {
  const few = temporaryWorkspace({ "few.ts": functions(10) });
  const many = temporaryWorkspace({ "many.ts": functions(45), "more.ts": functions(45, "thing") });
  const other = startEngine();
  try {
    const source = async () => {
      const { source: of, better } = await other.request(findMisconfiguration, { encoder: { id: "glove-6b-100d-50k" } });
      return { ...of, better };
    };
    await index(other, few.params, [{ id: "glove-6b-100d-50k" }]);
    assert.deepEqual((await source()).kind, "builtIn");
    await index(other, many.params, [{ id: "glove-6b-100d-50k" }]);
    const found = await source();
    assert.ok(found.kind === "workspace" && found.pairs >= 60 && found.pairs <= 90, JSON.stringify(found));
  } finally {
    other.dispose();
    few.dispose();
    many.dispose();
  }
});

test("a stamp changes with the files and the settings, and is there without opening anything", async () => {
  const encoders = ["with-prompt", "with-prompt+pooling=cls", "nobody"].map((id) => ({ id }));
  const stamps = () => engine.request(proofStamps, { encoders });
  const [own, variant, nobody] = await stamps();
  assert.ok(own !== variant && nobody === null);
  assert.equal((await stamps())[0], own);
  const { stamp } = await engine.request(selfTest, { encoder: { id: "with-prompt" } });
  assert.equal(stamp, own);
  fs.writeFileSync(path.join(folder, "with-prompt", "more.json"), "{}");
  assert.notEqual((await stamps())[0], own);
});

test("a cancelled test is answered as cancelled; an encoder that is not there is an error", async () => {
  const source = cancellationSource();
  const asked = engine.request(findMisconfiguration, { encoder: { id: "all-MiniLM-L6-v2" } }, { token: source.token });
  setTimeout(() => {
    source.cancel();
  }, 50);
  await assert.rejects(asked, /Cancelled/);
  await assert.rejects(engine.request(selfTest, { encoder: { id: "nobody" } }), /no encoder "nobody"/);
});

test("the engine tells what it runs on", async () => {
  const facts = await engine.request(engineFacts, { folders: [{ what: "nothing", path: path.join(folder, "nothing") }] });
  assert.deepEqual([facts.node, facts.telemetry, facts.workers], [process.version, "off", 2]);
  assert.match(facts.runtime, /^1\.\d+/);
  assert.deepEqual(
    facts.folders.map(({ what, freeBytes }) => [what, freeBytes !== null && freeBytes > 0]),
    [
      ["bundled encoders", true],
      ["added encoders", true],
      ["nothing", false],
    ],
  );
});

interface Manifest {
  source?: { repository: string };
  from?: Record<string, { sha256: string }>;
  manifest: {
    id: string;
    recipe?: string;
    files?: readonly { role: string; sha256: string }[];
    card: Record<string, unknown>;
  };
}

/** A copy of a bundled encoder in one precision, as an encoder of its own. */
function copy(
  of: string,
  id: string,
  weights: "model.onnx" | "model_w8.onnx",
  change: (manifest: Manifest, at: string) => void,
): void {
  const at = path.join(folder, id);
  fs.cpSync(path.join(root, "models", of), at, {
    recursive: true,
    filter: (name) => !name.endsWith(".onnx") || name.endsWith(weights),
  });
  const file = path.join(at, "encoder.json");
  const manifest = JSON.parse(fs.readFileSync(file, "utf8")) as Manifest;
  manifest.manifest.id = id;
  change(manifest, at);
  fs.writeFileSync(file, JSON.stringify(manifest));
}

/** What our table says of an encoder, for its copy to carry. */
function carryReferences(of: string, at: string, change: (file: ReferenceFile) => ReferenceFile = (file) => file): void {
  const file = JSON.parse(fs.readFileSync(path.join(root, "encoders/references", `${of}.json`), "utf8")) as ReferenceFile;
  fs.writeFileSync(path.join(at, "reference_vectors.json"), JSON.stringify(change(file)));
}

function makeCopies(): void {
  const small = "paraphrase-MiniLM-L3-v2";
  copy("all-MiniLM-L6-v2", "pooled-by-cls", "model_w8.onnx", (_, at) => {
    fs.writeFileSync(path.join(at, "1_Pooling/config.json"), JSON.stringify({ pooling_mode_cls_token: true }));
    carryReferences("all-MiniLM-L6-v2", at);
  });
  copy("all-MiniLM-L6-v2", "from-the-hub", "model_w8.onnx", (record) => {
    delete record.manifest.recipe;
    record.source = { repository: "sentence-transformers/all-MiniLM-L6-v2" };
  });
  // The publisher's weights, and another pooling than the publisher's.
  copy("all-MiniLM-L6-v2", "from-a-folder", "model_w8.onnx", (record, at) => {
    fs.writeFileSync(path.join(at, "1_Pooling/config.json"), JSON.stringify({ pooling_mode: "max" }));
    const weights = record.manifest.files?.find(({ role }) => role === "weights");
    delete record.manifest.recipe;
    record.from = { "model.safetensors": { sha256: weights!.sha256 } };
  });
  copy(small, "says-unit-length", "model_w8.onnx", ({ manifest }) => {
    manifest.card["normalized"] = true;
  });
  copy(small, "other-width", "model_w8.onnx", ({ manifest }) => {
    manifest.card["dimensions"] = 768;
  });
  copy("glove-6b-100d-50k", "no-numbers", "model.onnx", (_, at) => {
    const file = path.join(at, "onnx/model.onnx");
    const bytes = fs.readFileSync(file);
    // All bits set is no number in single precision; the table is nearly all of the file.
    bytes.fill(0xff, 20_000, bytes.length - 20_000);
    fs.writeFileSync(file, bytes);
  });
  copy(small, "half-a-tokenizer", "model_w8.onnx", (_, at) => {
    const file = path.join(at, "tokenizer.json");
    fs.truncateSync(file, Math.floor(fs.statSync(file).size / 2));
  });
  copy(small, "other-reference", "model_w8.onnx", (_, at) => {
    carryReferences(small, at, (file) => {
      const [first, second, ...rest] = file.items;
      return { ...file, items: [{ ...first!, text: second!.text }, { ...second!, text: first!.text }, ...rest] };
    });
  });
  copy(small, "int8-in-batches", "model_w8.onnx", (_, at) => {
    fs.copyFileSync(path.join(root, "models", small, "onnx/model_int8.onnx"), path.join(at, "onnx/model_w8.onnx"));
  });
  copy(small, "blank-prompt", "model_w8.onnx", ({ manifest }) => {
    manifest.card["prompts"] = { query: "\u200b " };
  });
  copy(small, "with-prompt", "model_w8.onnx", ({ manifest }) => {
    manifest.card["prompts"] = { query: "query: " };
  });
}
