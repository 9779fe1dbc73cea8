import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import type { EngineClient } from "../../src/process/engineClient.ts";
import {
  openWorkspace,
  setPace,
  startIndexing,
  type IndexingResult,
  type NeighboursOutcome,
  type WorkspaceParams,
} from "../../src/protocol/workspace.ts";

export const ENCODERS = [{ id: "paraphrase-MiniLM-L3-v2" }, { id: "glove-6b-100d-50k" }];

/** A folder with a small workspace and one for its index; both go with `dispose`. */
export function temporaryWorkspace(files: Readonly<Record<string, string>>) {
  const base = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "workspace-")));
  const folder = path.join(base, "project");
  const storage = path.join(base, "index");
  const write = (name: string, text: string): string => {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
    return file;
  };
  for (const [name, text] of Object.entries(files)) write(name, text);
  const params: WorkspaceParams = { folders: [{ path: folder, name: "project" }], storage, exclude: [], header: true };
  return {
    folder,
    storage,
    params,
    write,
    file: (name: string) => path.join(folder, name),
    dispose: () => {
      fs.rmSync(base, { recursive: true, force: true });
    },
  };
}

export async function index(engine: EngineClient, params: WorkspaceParams, encoders = ENCODERS): Promise<IndexingResult> {
  await engine.request(openWorkspace, params);
  await engine.request(setPace, { cpu: "full", onBattery: "same" });
  return engine.request(startIndexing, { encoders });
}

/** Functions that differ in words, so that encoders can tell them apart. */
export const functions = (count: number, of = "item"): string =>
  Array.from(
    { length: count },
    (_, at) => `/** Handles ${of} number ${at} of the ${WORDS[at % WORDS.length]!} list. */
export function handle${of}${at}(value: number): number {
  const ${WORDS[(at * 3) % WORDS.length]!} = value * ${at + 1};
  return ${WORDS[(at * 3) % WORDS.length]!} + ${at};
}
`,
  ).join("\n");

const WORDS = "cache header reader token socket buffer queue retry limit zone month merge parser cursor vector".split(" ");

/** An outcome that must be one. */
export function ok(outcome: NeighboursOutcome | undefined) {
  assert.ok(outcome?.ok === true, JSON.stringify(outcome));
  return outcome;
}
