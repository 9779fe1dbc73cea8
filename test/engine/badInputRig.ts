import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before } from "node:test";

import type { EngineClient } from "../../src/process/engineClient.ts";
import { embed, type EmbedResult } from "../../src/protocol/engine.ts";
import { EmbedError, type EmbedErrorData } from "../../src/protocol/errors.ts";
import { importFromPath, type ImportResult } from "../../src/protocol/hub.ts";
import { writeFiles, type Files } from "./smallModel.ts";
import { startEngine } from "./startEngine.ts";

const root = path.resolve(import.meta.dirname, "../..");
const BUNDLED = "paraphrase-MiniLM-L3-v2";

/** Where the model of a folder lies. */
export const ONNX = "onnx/model.onnx";
export const DEADLINE_MS = 3000;
/** A request that hangs ends by its deadline, and once more where it is tried again; a busy machine needs some more. */
const BOUND_MS = 4 * DEADLINE_MS;

/** The real engine with two encoder processes, short deadlines, and a folder to import into. */
export interface Rig {
  readonly engine: EngineClient;
  /** A folder of its own for each model. */
  readonly base: string;
  folder(files: Files): string;
  importing(place: string): Promise<ImportResult>;
  embedding(folder: string, texts?: readonly string[]): Promise<EmbedResult>;
  /** Rejects within the bound, by one typed error that names the file or folder; nothing is kept of it. */
  refused(request: Promise<unknown>, names: string, what: string): Promise<EmbedErrorData>;
  /** Another encoder answers, and not out of its memory. */
  others(): Promise<void>;
  /** Encoder processes of this engine: those of the pool, and of trials under way. */
  processes(): number;
}

/** A rig for the tests of a file. */
export function rigForTests(): Rig {
  const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "bad-input-")));
  const kept = path.join(base, "encoders");
  fs.mkdirSync(kept);
  const engine = startEngine({
    hello: {
      encoderFolders: [path.join(root, "models"), kept],
      grammarFolder: "",
      kernelFolder: path.join(root, "dist/kernels"),
      encoderProgram: path.join(root, "src/encoder/main.ts"),
      workers: 2,
      deadlineMs: DEADLINE_MS,
    },
  });
  let folders = 0;
  let asked = 0;
  const rig: Rig = {
    engine,
    base,
    folder: (files) => writeFiles(path.join(base, `model-${String(++folders)}`), files),
    importing: (place) => engine.request(importFromPath, { path: place, folder: kept }),
    embedding: (folder, texts = ["the cat sat"]) => engine.request(embed, { encoder: { id: folder }, texts: [...texts] }),
    refused: async (request, names, what) => {
      const started = performance.now();
      const data = await request.then(() => assert.fail(`${what} was taken`), dataOf);
      assert.ok(performance.now() - started < BOUND_MS, `${what} took ${performance.now() - started} ms`);
      assert.ok(data.code !== "internal" && data.code !== "processGaveUp", `${what}: ${data.code}: ${data.message}`);
      assert.ok(data.message.includes(names), `${what}: ${data.message}`);
      assert.equal(data.message.includes(path.join(kept, ".import")), false, `${what}: ${data.message}`);
      // A name with a dot is where imports are made; nothing but its lock stays.
      assert.deepEqual(
        fs.readdirSync(kept).filter((name) => !name.startsWith(".")),
        [],
        what,
      );
      return data;
    },
    others: async () => {
      const { hasVector } = await engine.request(embed, { encoder: { id: BUNDLED }, texts: [`text ${String(++asked)}`] });
      assert.deepEqual([...hasVector], [1]);
    },
    processes: () => {
      const lines = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
      const rows = lines.map((line) => line.trim().split(/\s+/));
      const own = rows.find(
        ([, parent, ...args]) => parent === String(process.pid) && args.join(" ").includes("src/engine/main.ts"),
      );
      return rows.filter(([, parent]) => parent === own?.[0]).length;
    },
  };
  before(() => rig.others());
  after(() => {
    engine.dispose();
    fs.rmSync(base, { recursive: true, force: true });
  });
  return rig;
}

const dataOf = (error: unknown): EmbedErrorData => {
  assert.ok(error instanceof EmbedError, String(error));
  return error.data;
};
