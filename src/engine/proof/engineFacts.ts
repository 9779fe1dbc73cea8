import fs from "node:fs/promises";
import os from "node:os";

import type { EngineFacts, FolderFacts } from "../../protocol/proof.ts";
import type { ProofParts } from "./subject.ts";

type Folder = Omit<FolderFacts, "freeBytes">;

/** What the engine runs on, and where its files lie. */
export async function engineFacts(
  { pool, registry }: ProofParts,
  encoderFolders: readonly string[],
  more: readonly Folder[],
): Promise<EngineFacts> {
  const runtime = pool.runtime === "" ? await askRuntime({ pool, registry }) : pool.runtime;
  const own = encoderFolders.map((path, at): Folder => ({ what: at === 0 ? "bundled encoders" : "added encoders", path }));
  return {
    node: process.version,
    runtime,
    platform: `${process.platform}-${process.arch}`,
    cores: os.availableParallelism(),
    workers: pool.workers,
    memoryBytes: os.totalmem(),
    // The processes that load the runtime are started with it too, by the same rule.
    telemetry: process.env["ORT_DISABLE_TELEMETRY"] === "1" ? "off" : "on",
    folders: await Promise.all([...own, ...more].map(async (folder) => ({ ...folder, freeBytes: await freeBytes(folder.path) }))),
  };
}

/** An encoder process tells it, and the first is started when a model is wanted. */
async function askRuntime({ pool, registry }: ProofParts): Promise<string> {
  const smallest = registry
    .list()
    .filter(({ card, precisions }) => card.input !== "image" && precisions.length > 0)
    .toSorted((a, b) => a.precisions.at(-1)!.bytes - b.precisions.at(-1)!.bytes)[0];
  if (smallest !== undefined) await pool.load(registry.resolve({ id: smallest.id }).model).catch(() => undefined);
  return pool.runtime;
}

async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await fs.statfs(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
