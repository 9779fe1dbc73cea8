import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import type { EngineClient } from "../../src/process/engineClient.ts";
import { embed } from "../../src/protocol/engine.ts";
import { EmbedError, type EmbedErrorData } from "../../src/protocol/errors.ts";
import { importFromPath } from "../../src/protocol/hub.ts";
import { tableModel, tokenizerJson, writeFiles, type Files } from "./smallModel.ts";
import { startEngine } from "./startEngine.ts";

const root = path.resolve(import.meta.dirname, "../..");
const HOSTILE = path.join(root, "test/fixtures/hostile-models");
const ONNX = "onnx/model.onnx";
const BUNDLED = "paraphrase-MiniLM-L3-v2";
const DEADLINE_MS = 3000;
/** A request that hangs ends by its deadline, and once more where it is tried again; a busy machine needs some more. */
const BOUND_MS = 3 * DEADLINE_MS;

let asked = 0;
let base: string;
let engine: EngineClient;
let kept: string;

before(async () => {
  base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "bad-input-")));
  kept = path.join(base, "encoders");
  fs.mkdirSync(kept);
  engine = startEngine({
    hello: {
      encoderFolders: [path.join(root, "models"), kept],
      grammarFolder: "",
      kernelFolder: path.join(root, "dist/kernels"),
      encoderProgram: path.join(root, "src/encoder/main.ts"),
      workers: 2,
      deadlineMs: DEADLINE_MS,
    },
  });
  await others();
});
after(() => {
  engine.dispose();
  fs.rmSync(base, { recursive: true, force: true });
});

let folders = 0;
const modelFolder = (files: Files): string => writeFiles(path.join(base, `model-${String(++folders)}`), files);

const dataOf = (error: unknown): EmbedErrorData => {
  assert.ok(error instanceof EmbedError, String(error));
  return error.data;
};

/** Rejects within the bound, by one typed error that names the file or folder. */
async function refused(request: Promise<unknown>, names: string, what: string): Promise<EmbedErrorData> {
  const started = performance.now();
  const data = await request.then(() => assert.fail(`${what} was taken`), dataOf);
  assert.ok(performance.now() - started < BOUND_MS, `${what} took ${performance.now() - started} ms`);
  assert.ok(data.code !== "internal" && data.code !== "processGaveUp", `${what}: ${data.code}: ${data.message}`);
  assert.ok(data.message.includes(names), `${what}: ${data.message}`);
  assert.deepEqual(nothingKept(), [], what);
  return data;
}

const nothingKept = (): string[] => fs.readdirSync(kept).filter((name) => !name.startsWith("."));

const importing = (place: string, file?: string): Promise<unknown> =>
  engine.request(importFromPath, { path: place, folder: kept, ...(file === undefined ? {} : { file }) });
const embedding = (folder: string, texts: readonly string[] = ["the cat sat"]): Promise<unknown> =>
  engine.request(embed, { encoder: { id: folder }, texts: [...texts] });

/** Another encoder answers, and not out of its memory. */
async function others(): Promise<void> {
  const { hasVector } = await engine.request(embed, { encoder: { id: BUNDLED }, texts: [`text ${String(++asked)}`] });
  assert.deepEqual([...hasVector], [1]);
}

/** Encoder processes of this test's engine: those of the pool, and of trials under way. */
const encoderProcesses = (): number =>
  execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line.includes(path.join(root, "src/encoder/main.ts"))).length;

test("a sound little model passes by every way that the others are tried on", async () => {
  const folder = modelFolder({ [ONNX]: tableModel(), "tokenizer.json": tokenizerJson() });
  await embedding(folder);
  const { id } = (await importing(path.join(folder, ONNX))) as { id: string };
  fs.rmSync(path.join(kept, id), { recursive: true });
});

test("each file of the corpus is refused by the engine, as an import and as a folder; others go on and no process stays", async () => {
  const files = fs.readdirSync(HOSTILE).filter((name) => name.endsWith(".onnx"));
  assert.equal(files.length, 28);
  const before = encoderProcesses();
  for (const name of files) {
    const bytes = fs.readFileSync(path.join(HOSTILE, name));
    const folder = modelFolder({ [name]: bytes, [ONNX]: bytes, "tokenizer.json": tokenizerJson() });
    const [bare] = await Promise.all([
      refused(importing(path.join(folder, name)), path.join(folder, name), `import of ${name}`),
      others(),
    ]);
    const whole = await refused(embedding(folder), path.join(folder, ONNX), `embed by ${name}`);
    for (const { code, message } of [bare, whole]) {
      assert.equal(code, "badModel", message);
      // The scan says it, so that the runtime never saw the file.
      assert.match(message, /is not one that encoders use|, beyond ±|a size of "\w+" is/, name);
    }
  }
  await others();
  for (let wait = 0; encoderProcesses() > before && wait < 40; wait++) await sleep(50);
  assert.ok(encoderProcesses() <= before);
});
